using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>
/// Signature wrapping (On Breaking SAML, XSW1 to XSW8) on a SOAP message and on an enveloped document. Where the signed part is still in the document the signature is intact,
/// as it must be; what counts is that the signed octets alone are handed on, and that the evil part is listed as not signed.
/// </summary>
public sealed class WrappingTests
{
    private const string EvilText = "evil";

    public static TheoryData<string> SoapAttacks() => new(s_soap.Keys);

    private static readonly Dictionary<string, Action<XmlDocument, XmlElement, XmlElement>> s_soap = new()
    {
        // Envelope, the real Body, its evil twin (which has another wsu:Id).
        ["XSW1: the real part inside the signature"] = (_, real, evil) => { real.ParentNode!.ReplaceChild(evil, real); Signature(evil).AppendChild(Object(evil, real)); },
        ["XSW2: the real part before the signature"] = (_, real, evil) => { real.ParentNode!.ReplaceChild(evil, real); Signature(evil).ParentNode!.InsertBefore(real, Signature(evil)); },
        ["XSW3: the evil part before the real one"] = (_, real, evil) => real.ParentNode!.InsertBefore(evil, real),
        ["XSW4: the real part inside the evil one"] = (_, real, evil) => { real.ParentNode!.ReplaceChild(evil, real); evil.AppendChild(real); },
        ["XSW5: the real part last"] = (_, real, evil) => { real.ParentNode!.ReplaceChild(evil, real); evil.ParentNode!.AppendChild(real); },
        ["XSW7: the evil part in an extension"] = (document, real, evil) => { var extension = document.CreateElement("Extensions", "urn:x"); extension.AppendChild(evil); real.ParentNode!.InsertBefore(extension, real); },
        ["XSW8: the real part in a header that is passed by"] = (document, real, evil) => { real.ParentNode!.ReplaceChild(evil, real); var wrapper = document.CreateElement("Wrapper", "urn:x"); wrapper.AppendChild(real); evil.OwnerDocument.GetElementsByTagName("Header", DotNetSigner.Soap)[0]!.AppendChild(wrapper); },
    };

    [Theory]
    [MemberData(nameof(SoapAttacks))]
    public void The_evil_body_of_a_soap_message_is_never_covered_nor_handed_on(string attack)
    {
        var document = DotNetSigner.Load(Encoding.UTF8.GetString(DotNetSigner.Soap11()));
        var real = (XmlElement)document.GetElementsByTagName("Body", DotNetSigner.Soap)[0]!;
        var evil = (XmlElement)real.Clone();
        evil.SetAttribute("Id", DotNetSigner.Utility, "Body-2");
        evil.FirstChild!.FirstChild!.InnerText = EvilText;
        s_soap[attack](document, real, evil);
        NeverCovered(DotNetSigner.Octets(document));
    }

    [Theory]
    [InlineData("XSW1: inside an Object of the signature")]
    [InlineData("XSW2: before the signature")]
    [InlineData("XSW4: around the real part")]
    [InlineData("XSW6: inside the signature")]
    public void The_evil_root_of_an_enveloped_document_breaks_the_digest_or_is_not_covered(string attack)
    {
        // Signed by the identifier of the root, so that the part can be moved at all.
        var text = "<Dossier Id=\"D-1\"><Text>real</Text></Dossier>";
        var document = DotNetSigner.Load(Encoding.UTF8.GetString(DotNetSigner.Enveloped(text, change: signed => ((System.Security.Cryptography.Xml.Reference)signed.SignedInfo!.References[0]!).Uri = "#D-1")));
        Verified.Intact(DotNetSigner.Octets(document));
        var real = document.DocumentElement!;
        var evil = (XmlElement)real.Clone();
        evil.SetAttribute("Id", "D-2");
        evil["Text"]!.InnerText = EvilText;
        var signature = evil["Signature"]!;
        var unsigned = (XmlElement)real.Clone();
        unsigned.RemoveChild(unsigned["Signature"]!);
        document.ReplaceChild(evil, real);
        switch (attack[..4])
        {
            case "XSW1": signature.AppendChild(Object(evil, unsigned)); break;
            case "XSW2": evil.InsertBefore(unsigned, signature); break;
            case "XSW4": evil.RemoveChild(signature); evil.AppendChild(real); break;
            default: signature.AppendChild(unsigned); break;
        }

        NeverCovered(DotNetSigner.Octets(document));
    }

    private static void NeverCovered(byte[] octets)
    {
        var report = Verified.Only(octets);
        Assert.NotEqual(SignatureScope.Full, report.Scope);
        foreach (var reference in report.References)
        {
            if (reference.Octets is not null) Assert.DoesNotContain(EvilText, Verified.Text(reference.Octets), StringComparison.Ordinal);
        }

        if (report.Integrity != SignatureIntegrity.Intact) return;

        // The element that holds the evil text, or one around it, is listed; nothing listed as signed holds it.
        Assert.True(report.HasAllParts);
        var document = DotNetSigner.Load(Encoding.UTF8.GetString(octets));
        var elements = document.SelectNodes("//*")!.Cast<XmlElement>().ToList();
        var evil = elements.Single(element => element.InnerText == EvilText && !element.HasChildElements());
        var standings = report.Parts.ToDictionary(part => elements[part.Ordinal - 1], part => part.Standing);
        var listed = evil;
        while (!standings.ContainsKey(listed)) listed = (XmlElement)listed.ParentNode!;
        Assert.Contains(standings[listed], new[] { PartStanding.NotSigned, PartStanding.InPart });
    }

    private static XmlElement Signature(XmlElement inDocument) => (XmlElement)inDocument.OwnerDocument.GetElementsByTagName("Signature", Xmlsec.Dsig)[0]!;

    private static XmlElement Object(XmlElement inDocument, XmlElement content)
    {
        var holder = inDocument.OwnerDocument.CreateElement("Object", Xmlsec.Dsig);
        holder.AppendChild(content);
        return holder;
    }
}

internal static class Elements
{
    public static bool HasChildElements(this XmlElement element) => element.ChildNodes.OfType<XmlElement>().Any();
}
