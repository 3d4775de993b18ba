using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Fuzz.Seeds;

/// <summary>
/// Forms that the product reads and does not make, from text: <c>@X:METHOD@</c> becomes the digest of the element with identifier X in a canonical form, <c>@:METHOD@</c> that of the whole
/// document, both without the signatures in them; <c>#N#</c> the value of the Nth signature, over its SignedInfo. With <c>~</c> a digest is computed when the first value is known.
/// </summary>
internal static class HandSigned
{
    private static readonly Dictionary<string, CanonicalizationMethod> s_methods = CanonicalizationMethod.All.ToDictionary(method => method.Uri, StringComparer.Ordinal);

    public static byte[] Sign(string text, CanonicalizationMethod method, Func<byte[], byte[]> sign)
    {
        text = Digested(text, '@');
        for (var number = 1; text.Contains($"#{number}#", StringComparison.Ordinal); number++)
        {
            var info = Canonical(text, method, Ordinal(text, xml => xml is { LocalName: "SignedInfo", NamespaceURI: SeedDocuments.Dsig }, number));
            text = Digested(text.Replace($"#{number}#", Convert.ToBase64String(sign(info)), StringComparison.Ordinal), '~');
        }

        return Encoding.UTF8.GetBytes(text);
    }

    // The last first: what a manifest says is signed itself.
    private static string Digested(string text, char mark)
    {
        for (int end; (end = text.LastIndexOf(mark)) >= 0;)
        {
            var at = text.LastIndexOf(mark, end - 1);
            var colon = text.IndexOf(':', at);
            var (id, uri) = (text[(at + 1)..colon], text[(colon + 1)..end]);
            var ordinal = id.Length == 0 ? 0 : Ordinal(text, xml => xml.GetAttribute("Id") == id, 1);
            text = $"{text[..at]}{Convert.ToBase64String(SHA256.HashData(Canonical(text, s_methods[uri], ordinal)))}{text[(end + 1)..]}";
        }

        return text;
    }

    private static byte[] Canonical(string text, CanonicalizationMethod method, int ordinal)
    {
        using var written = new MemoryStream();
        var selection = (ordinal == 0 ? XmlSelection.Document : XmlSelection.Element(ordinal)) with
        {
            // One that the selected element stands in begins before it.
            LeaveOut = element => element.Ordinal > ordinal && element.LocalName.SequenceEqual("Signature"u8) && element.NamespaceName.SequenceEqual("http://www.w3.org/2000/09/xmldsig#"u8),
        };
        var refusal = Canonicalization.Write(Encoding.UTF8.GetBytes(text), XmlLimits.None, method, selection, OctetSink.To(written));
        return refusal is null ? written.ToArray() : throw new InvalidDataException(refusal.Detail);
    }

    private static int Ordinal(string text, Func<XmlReader, bool> isIt, int which)
    {
        using var xml = SafeXml.Reader(new MemoryStream(Encoding.UTF8.GetBytes(text)), XmlLimits.None);
        for (var ordinal = 0; xml.Read();)
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            ordinal++;
            if (isIt(xml) && --which == 0) return ordinal;
        }

        throw new InvalidDataException("The document has no such element.");
    }
}
