using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using Vss.Interlink.Cli.Tests.Verify;

namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>Signatures that say something else than the signer said, or that somebody else made: bypasses of the check itself.</summary>
internal static class ForgeryAttacks
{
    private const string HmacSha256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";

    public static IEnumerable<Attack> On(SignedShape shape) => [.. WithoutSignature(shape), .. Structures(shape), .. Values(shape), .. Keys(shape), .. Hmac(shape)];

    private static IEnumerable<Attack> WithoutSignature(SignedShape shape)
    {
        yield return Changed(shape, "signature exclusion: removed", "sig.present", signature => signature.ParentNode!.RemoveChild(signature));
        yield return Changed(shape, "signature exclusion: empty", "sig.structure", signature => signature.RemoveAll());
        yield return new($"{shape.Name}: signature exclusion: in another namespace", Evil(shape).Replace(SignedShape.Dsig, "http://www.w3.org/2000/09/xmldsig", StringComparison.Ordinal), "sig.present");
        yield return Changed(shape, "CVE-2025-23369: entities and a document type", "xml.forbidden", _ => { }, text => "<!DOCTYPE a [<!ENTITY evil 'evil'>]>" + text.Replace(">good<", ">&evil;<", StringComparison.Ordinal));
        yield return Changed(shape, "CVE-2025-25291: an empty document type", "xml.forbidden", _ => { }, text => "<!DOCTYPE a>" + text);
        yield return Changed(shape, "CVE-2022-41912: two documents in one", "xml.well-formed", _ => { }, text => text + text);
        yield return new($"{shape.Name}: changed content", Evil(shape), "sig.digest");
        yield return Changed(shape, "CVE-2025-25292: another namespace for an element that is signed", "sig.digest", signature => { }, text => text.Replace("urn:vss:test", "urn:vss:evil", StringComparison.Ordinal).Replace("urn:vss:saml", "urn:vss:evil", StringComparison.Ordinal));
        yield return Changed(shape, "text split by a CDATA section that says another word", "sig.digest", _ => { }, text => text.Replace(">good<", "><![CDATA[evil]]>good<", StringComparison.Ordinal));
        yield return Changed(shape, "text split by an element", "sig.digest", _ => { }, text => text.Replace(">good<", ">go<x/>od<", StringComparison.Ordinal));
        yield return Changed(shape, "text split by a processing instruction", "sig.digest", _ => { }, text => text.Replace(">good<", ">go<?x?>od<", StringComparison.Ordinal));
    }

    private static IEnumerable<Attack> Structures(SignedShape shape)
    {
        yield return Changed(shape, "XSW9, CVE-2019-3465: an evil SignedInfo before the signed one", "sig.structure", signature => signature.InsertBefore(EvilInfo(signature), signature["SignedInfo", SignedShape.Dsig]));
        yield return Changed(shape, "XSW9, CVE-2019-3465: an evil SignedInfo behind the signed one", "sig.structure", signature => signature.InsertAfter(EvilInfo(signature), signature["SignedInfo", SignedShape.Dsig]));
        yield return Changed(shape, "XSW9: an evil SignedInfo last", "sig.structure", signature => signature.AppendChild(EvilInfo(signature)));
        yield return Changed(shape, "the signed SignedInfo in an Object, an evil one in its place", "sig.value", signature =>
        {
            var good = signature["SignedInfo", SignedShape.Dsig]!;
            signature.ReplaceChild(EvilInfo(signature), good);
            signature.AppendChild(signature.OwnerDocument.CreateElement("Object", SignedShape.Dsig))!.AppendChild(good);
        });
        yield return Changed(shape, "empty reference list", "sig.reference.none", signature => Remove(signature, "Reference"));
        yield return Changed(shape, "references in a Manifest alone", "sig.reference.none", signature =>
        {
            var manifest = signature.AppendChild(signature.OwnerDocument.CreateElement("Object", SignedShape.Dsig))!.AppendChild(signature.OwnerDocument.CreateElement("Manifest", SignedShape.Dsig))!;
            foreach (var reference in Elements(signature, "Reference")) manifest.AppendChild(reference);
        });
        yield return Changed(shape, "two SignatureValues", "sig.structure", signature => signature.InsertAfter(signature["SignatureValue", SignedShape.Dsig]!.CloneNode(deep: true), signature["SignatureValue", SignedShape.Dsig]));
        yield return Changed(shape, "two DigestValues", "sig.structure", signature => Elements(signature, "DigestValue")[0].ParentNode!.AppendChild(Elements(signature, "DigestValue")[0].CloneNode(deep: true)));
        yield return Changed(shape, "two KeyInfos", "sig.structure", signature => signature.AppendChild(signature["KeyInfo", SignedShape.Dsig]!.CloneNode(deep: true)));
        yield return Changed(shape, "a reference without URI", "sig.reference.resolved", signature => Elements(signature, "Reference")[0].RemoveAttribute("URI"));
        yield return Changed(shape, "a reference to nothing in the document", "sig.reference.resolved", signature => Elements(signature, "Reference")[0].SetAttribute("URI", "#gone"));
        yield return Changed(shape, "a reference to the network", "sig.reference.external", signature => Elements(signature, "Reference")[0].SetAttribute("URI", "http://127.0.0.1:9/evil"));
        yield return Changed(shape, "a reference to a file", "sig.reference.external", signature => Elements(signature, "Reference")[0].SetAttribute("URI", "file:///etc/hostname"));
        yield return Changed(shape, "WSA-XSW-DESC: a reference by XPath", "sig.reference.resolved", signature => Elements(signature, "Reference")[0].SetAttribute("URI", "#xpointer(//*[@Id='P-1'])"));
        foreach (var (algorithm, rule) in ((string, string)[])
        [
            ("http://www.w3.org/TR/1999/REC-xpath-19991116", "sig.structure"), ("http://www.w3.org/TR/1999/REC-xslt-19991116", "sig.transform.xslt"), ("http://www.w3.org/2002/07/decrypt#XML", "sig.transform.decryption"), ("urn:evil", "sig.algorithm.transform"),
        ])
        {
            yield return Changed(shape, $"another transform: {algorithm}", rule, signature => Elements(signature, "Transform")[0].SetAttribute("Algorithm", algorithm));
        }
    }

    private static IEnumerable<Attack> Values(SignedShape shape)
    {
        foreach (var element in (string[])["DigestValue", "SignatureValue"])
        {
            yield return Changed(shape, $"a comment in {element}", "sig.structure.text", signature => Split(signature, element, document => document.CreateComment("x")));
            yield return Changed(shape, $"a CDATA section in {element}", "sig.structure.text", signature => Split(signature, element, document => document.CreateCDataSection("AAAA")));
            yield return Changed(shape, $"a processing instruction in {element}", "sig.structure.text", signature => Split(signature, element, document => document.CreateProcessingInstruction("x", "y")));
            yield return Changed(shape, $"an element in {element}", "sig.structure.text", signature => Split(signature, element, document => document.CreateElement("x")));
            yield return Changed(shape, $"an empty {element}", "sig.structure.text", signature => Elements(signature, element)[0].InnerText = "");
            yield return Changed(shape, $"base64 that is none in {element}", "sig.structure.text", signature => Elements(signature, element)[0].InnerText += "!");
            yield return Changed(shape, $"two base64 values in {element}", "sig.structure.text", signature => Elements(signature, element)[0].InnerText = "AA==" + Elements(signature, element)[0].InnerText);
        }

        // Void canonicalisation: what cannot be canonicalised must not look like nothing, whose digest is well known.
        var nothing = Convert.ToBase64String(SHA256.HashData([]));
        yield return Signed(shape, "void canonicalisation: a relative namespace name", "sig.canonicalised", text => text.Replace("<m:Text>", "<m:Text xmlns:r='relative'>", StringComparison.Ordinal).Replace("<Text>", "<Text xmlns:r='relative'>", StringComparison.Ordinal), _ => nothing);
        yield return Signed(shape, "void canonicalisation: the digest of nothing", "sig.digest", text => text, _ => nothing);
        yield return Signed(shape, "a digest that is cut short", "sig.structure", text => text, digest => Convert.ToBase64String(Convert.FromBase64String(digest)[..8]));
    }

    private static IEnumerable<Attack> Keys(SignedShape shape)
    {
        using var good = SignedFiles.Pki.Load("hub");
        using var fake = Fake(good);
        var faked = shape.Signed(fake, MakeEvil);
        yield return new($"{shape.Name}: WSA-FAKE: signed by a self-made certificate of the same names", faked, "cert.chain");
        yield return Resigned(shape, "signed by a bare key in KeyValue", "cert.token", fake, info => info.InnerXml = KeyValue(fake));
        yield return Resigned(shape, "signed by a key without KeyInfo", "sig.key", fake, info => info.ParentNode!.RemoveChild(info));
        yield return Resigned(shape, "KeyInfo with nothing but a name", "sig.key", fake, info => info.InnerXml = $"<KeyName xmlns='{SignedShape.Dsig}'>{good.Subject}</KeyName>");
        yield return Resigned(shape, "key confusion: the good certificate and another KeyValue", "sig.key.agrees", fake, info => info.InnerXml = X509Data(good) + KeyValue(fake));
        yield return Resigned(shape, "key confusion: another KeyValue and the good certificate", "sig.key.agrees", fake, info => info.InnerXml = KeyValue(fake) + X509Data(good));
        yield return Resigned(shape, "key confusion: the good certificate before the self-made one", "cert.chain", fake, info => info.InnerXml = X509Data(good) + X509Data(fake));
        yield return Resigned(shape, "key confusion: the self-made certificate before the good one", "cert.chain", fake, info => info.InnerXml = X509Data(fake) + X509Data(good));
        yield return Resigned(shape, "key confusion: the good certificate alone", "sig.value", fake, info => info.InnerXml = X509Data(good));
        yield return Resigned(shape, "the key by RetrievalMethod", "sig.keyinfo.retrieval-method", fake, info => info.InnerXml = $"<RetrievalMethod xmlns='{SignedShape.Dsig}' URI='http://127.0.0.1:9/key'/>");
        yield return Resigned(shape, "the key by KeyInfoReference", "sig.keyinfo.reference", fake, info => info.InnerXml = "<KeyInfoReference xmlns='http://www.w3.org/2009/xmldsig11#' URI='#K'/>");
        yield return Resigned(shape, "the key in a security token that is not there", "cert.token", fake, info => info.InnerXml = $"<w:SecurityTokenReference xmlns:w='{SignedShape.Wsse}'><w:Reference URI='#gone'/></w:SecurityTokenReference>");
    }

    // The signature value of an HMAC that anyone can compute, its key being public.
    private static IEnumerable<Attack> Hmac(SignedShape shape)
    {
        using var good = SignedFiles.Pki.Load("hub");
        foreach (var (name, key) in ((string, byte[])[]) [("the public key", good.PublicKey.ExportSubjectPublicKeyInfo()), ("the certificate", good.RawData), ("the certificate in PEM", Encoding.ASCII.GetBytes(good.ExportCertificatePem())), ("nothing", [])])
        {
            yield return Hmac(shape, $"HMAC with {name}", "", key);
        }

        foreach (var bits in (string[])["0", "1", "8", "-1", "99999999999999999999"]) yield return Hmac(shape, $"CVE-2009-0217: HMACOutputLength {bits}", $"<HMACOutputLength xmlns='{SignedShape.Dsig}'>{bits}</HMACOutputLength>", []);
    }

    private static Attack Hmac(SignedShape shape, string name, string parameters, byte[] key)
    {
        using var good = SignedFiles.Pki.Load("hub");
        var document = shape.Signed(good, MakeEvil);
        var signature = SignedShape.SignatureOf(document);
        var method = (XmlElement)Elements(signature, "SignatureMethod")[0];
        method.SetAttribute("Algorithm", HmacSha256);
        method.InnerXml = parameters;
        signature["SignatureValue", SignedShape.Dsig]!.InnerText = Convert.ToBase64String(HMACSHA256.HashData(key, Canonical(signature["SignedInfo", SignedShape.Dsig]!)));
        return new Attack($"{shape.Name}: {name}", document, "sig.algorithm.hmac");
    }

    /// <summary>Signed by the partner himself with another digest than that of the content: what a verifier must find that looks at the signature value alone.</summary>
    private static Attack Signed(SignedShape shape, string name, string rule, Func<string, string> before, Func<string, string> digest)
    {
        using var good = SignedFiles.Pki.Load("hub");
        var document = shape.Signed(good);
        var signature = SignedShape.SignatureOf(document);
        var value = (XmlElement)Elements(signature, "DigestValue")[0];
        value.InnerText = digest(value.InnerText);
        Resign(signature, good);
        return new Attack($"{shape.Name}: {name}", before(document.OuterXml), rule);
    }

    private static Attack Resigned(SignedShape shape, string name, string rule, X509Certificate2 fake, Action<XmlElement> keyInfo)
    {
        var document = shape.Signed(fake, MakeEvil);
        keyInfo(SignedShape.SignatureOf(document)["KeyInfo", SignedShape.Dsig]!);
        return new Attack($"{shape.Name}: {name}", document, rule);
    }

    private static Attack Changed(SignedShape shape, string name, string rule, Action<XmlElement> signature, Func<string, string>? text = null)
    {
        var document = shape.Signed();
        signature(SignedShape.SignatureOf(document));
        return new Attack($"{shape.Name}: {name}", (text ?? (same => same))(document.OuterXml), rule);
    }

    private static string Evil(SignedShape shape) => shape.Signed().OuterXml.Replace(">good<", $">{Attack.EvilText}<", StringComparison.Ordinal);

    private static void MakeEvil(XmlDocument document) => SignedShape.Only(document, "Text").InnerText = Attack.EvilText;

    private static void Resign(XmlElement signature, X509Certificate2 key)
    {
        using var rsa = key.GetRSAPrivateKey()!;
        signature["SignatureValue", SignedShape.Dsig]!.InnerText = Convert.ToBase64String(rsa.SignData(Canonical(signature["SignedInfo", SignedShape.Dsig]!), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static byte[] Canonical(XmlElement element)
    {
        var alone = SignedShape.Load(element.OuterXml);   // nothing around it is visibly used in it
        var transform = new XmlDsigExcC14NTransform();
        transform.LoadInput(alone);
        return ((MemoryStream)transform.GetOutput(typeof(Stream))).ToArray();
    }

    private static XmlElement EvilInfo(XmlElement signature)
    {
        var info = (XmlElement)signature["SignedInfo", SignedShape.Dsig]!.CloneNode(deep: true);
        Elements(info, "DigestValue")[0].InnerText = Convert.ToBase64String(SHA256.HashData("evil"u8));
        return info;
    }

    private static void Split(XmlElement signature, string name, Func<XmlDocument, XmlNode> with)
    {
        var element = Elements(signature, name)[0];
        var text = element.InnerText;
        element.InnerText = text[..8];
        element.AppendChild(with(element.OwnerDocument!));
        element.AppendChild(element.OwnerDocument!.CreateTextNode(text[8..]));
    }

    private static void Remove(XmlElement within, string name)
    {
        foreach (var element in Elements(within, name)) element.ParentNode!.RemoveChild(element);
    }

    private static List<XmlElement> Elements(XmlElement within, string name) => [.. within.GetElementsByTagName(name, SignedShape.Dsig).Cast<XmlElement>()];

    private static string X509Data(X509Certificate2 certificate) => $"<X509Data xmlns='{SignedShape.Dsig}'><X509Certificate>{Convert.ToBase64String(certificate.RawData)}</X509Certificate></X509Data>";

    private static string KeyValue(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey()!;
        return $"<KeyValue xmlns='{SignedShape.Dsig}'>{rsa.ToXmlString(false)}</KeyValue>";
    }

    private static X509Certificate2 Fake(X509Certificate2 good)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest(good.SubjectName, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var extension in good.Extensions) request.CertificateExtensions.Add(extension);
        using var made = request.Create(good.IssuerName, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), good.NotBefore, good.NotAfter, good.SerialNumberBytes.Span);
        return made.CopyWithPrivateKey(rsa);
    }
}
