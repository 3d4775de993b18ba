
namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>What only a SOAP message with WS-Security has: two Bodies, Timestamps that were refreshed, security tokens that were exchanged.</summary>
internal static class MessageAttacks
{
    private static readonly string s_fresh = $"<wsu:Timestamp xmlns:wsu=\"{SignedShape.Wsu}\"><wsu:Created>2099-01-01T00:00:00Z</wsu:Created><wsu:Expires>2099-01-01T00:05:00Z</wsu:Expires></wsu:Timestamp>";

    public static IEnumerable<Attack> All()
    {
        yield return Of("a second Body of SOAP 1.2 first", "policy.coverage", text => Before(text, "<s:Body", Body("http://www.w3.org/2003/05/soap-envelope")));
        yield return Of("a second Body first", "policy.coverage", text => Before(text, "<s:Body", Body(SignedShape.Soap11)));
        yield return Of("a second Body last", "policy.coverage", text => Before(text, "</s:Envelope>", Body(SignedShape.Soap11)));
        yield return Of("the whole message in the Header of another", "policy.coverage", text => $"<s:Envelope xmlns:s=\"{SignedShape.Soap11}\"><s:Header>{text}</s:Header>{Body(SignedShape.Soap11)}</s:Envelope>");
        yield return Of("the whole message in the Body of another", "policy.coverage", text => $"<s:Envelope xmlns:s=\"{SignedShape.Soap11}\"><s:Body><evil/>{text}</s:Body></s:Envelope>");
        yield return Of("the Envelope in the namespace of SOAP 1.2, the signed Body as it was", "policy.coverage", text =>
            text.Replace("<s:Envelope xmlns:s", "<t:Envelope xmlns:t=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:s", StringComparison.Ordinal).Replace("</s:Envelope>", $"{Body("http://www.w3.org/2003/05/soap-envelope")}</t:Envelope>", StringComparison.Ordinal));
        yield return Of("a fresh Timestamp before the signed one", "policy.coverage", text => Before(text, "<wsu:Timestamp", s_fresh));
        yield return Of("a fresh Timestamp behind the signed one", "policy.coverage", text => Before(text, "<Signature", s_fresh));
        yield return Of("a fresh Timestamp in a Security header before", "policy.coverage", text => Before(text, "<wsse:Security", Security(s_fresh)));
        yield return Of("a fresh Timestamp in a Security header behind", "policy.coverage", text => Before(text, "</s:Header>", Security(s_fresh)));
        yield return Of("a fresh Timestamp in a second Header", "policy.coverage", text => Before(text, "<s:Body", $"<s:Header>{Security(s_fresh)}</s:Header>"));
        yield return Of("an empty Security header before, the signed Timestamp elsewhere", "policy.coverage", text => Before(Moved(text), "<wsse:Security", Security(s_fresh)));
        yield return Of("a fresh Timestamp, the signed one elsewhere in the Header", "policy.coverage", text => Before(Moved(text), "<Signature", s_fresh));
        yield return Of("changed Timestamp", "sig.digest", text => text.Replace("01:07:03Z", "23:07:03Z", StringComparison.Ordinal));
        yield return Of("two security tokens of one identifier", "sig.id.unique", text => Before(text, "<wsse:BinarySecurityToken", "<wsse:BinarySecurityToken wsu:Id=\"X509-1\">AAAA</wsse:BinarySecurityToken>"));
        yield return Of("a security token that is no base64", "cert.token", text => text.Replace("#Base64Binary", "#HexBinary", StringComparison.Ordinal));
        yield return Of("a security token of another type", "cert.token", text => text.Replace("#X509v3", "#PKCS7", StringComparison.Ordinal));
        yield return Of("the security token within the Body", "cert.token", text => text.Replace("<m:Submit", Token(text) + "<m:Submit", StringComparison.Ordinal).Replace(Token(text), "", StringComparison.Ordinal));
    }

    private static Attack Of(string name, string rule, Func<string, string> change) => new($"message: {name}", change(SignedShape.Message.Signed().OuterXml), rule);

    private static string Body(string soap) => $"<e:Body xmlns:e=\"{soap}\"><m:Submit xmlns:m=\"urn:vss:test\"><m:Text>{Attack.EvilText}</m:Text></m:Submit></e:Body>";

    private static string Security(string content) => $"<wsse:Security xmlns:wsse=\"{SignedShape.Wsse}\">{content}</wsse:Security>";

    private static string Before(string text, string mark, string what) => text.Insert(text.IndexOf(mark, StringComparison.Ordinal), what);

    // The signed Timestamp into a header of its own, where nobody looks for it.
    private static string Moved(string text)
    {
        var document = SignedShape.Load(text);
        var stamp = SignedShape.Only(document, "Timestamp");
        var holder = document.CreateElement("Wrapper", "urn:x");
        SignedShape.Only(document, "Header").AppendChild(holder);
        holder.AppendChild(stamp);
        return document.OuterXml;
    }

    private static string Token(string text)
    {
        var start = text.IndexOf("<wsse:BinarySecurityToken", StringComparison.Ordinal);
        const string end = "</wsse:BinarySecurityToken>";
        return text[start..(text.IndexOf(end, StringComparison.Ordinal) + end.Length)];
    }
}
