using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Signatures made by System.Security.Cryptography.Xml, so that what is verified was not made by the product.</summary>
internal static class DotNetSigner
{
    public const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Soap = "http://schemas.xmlsoap.org/soap/envelope/";

    public static XmlDocument Load(string text)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(text);
        return document;
    }

    public static byte[] Octets(XmlDocument document) => Encoding.UTF8.GetBytes(document.OuterXml);

    /// <summary>An enveloped signature over the whole document, appended to its root.</summary>
    public static byte[] Enveloped(string text, string canonicalization = SignedXml.XmlDsigExcC14NTransformUrl, string method = SignedXml.XmlDsigRSASHA256Url, string digest = SignedXml.XmlDsigSHA256Url, RSA? key = null, Action<SignedXml>? change = null)
    {
        var document = Load(text);
        var signed = new SignedXml(document) { SigningKey = key ?? Signers.Rsa };
        signed.SignedInfo!.CanonicalizationMethod = canonicalization;
        signed.SignedInfo.SignatureMethod = method;
        var reference = new Reference("") { DigestMethod = digest };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(Canonicalization(canonicalization));
        signed.AddReference(reference);
        signed.KeyInfo.AddClause(new KeyInfoX509Data(Signers.RsaCertificate));
        change?.Invoke(signed);
        signed.ComputeSignature();
        document.DocumentElement!.AppendChild(document.ImportNode(signed.GetXml(), true));
        return Octets(document);
    }

    /// <summary>A SOAP message with a signed Body and Timestamp; the certificate is a security token in the Security header.</summary>
    public static byte[] Soap11(string body = "<v:Submit xmlns:v=\"urn:vss:test\"><v:Text>a dossier</v:Text></v:Submit>")
    {
        var document = Load($"""
            <soap:Envelope xmlns:soap="{Soap}" xmlns:wsse="{Security}" xmlns:wsu="{Utility}"><soap:Header><wsse:Security soap:mustUnderstand="1"><wsse:BinarySecurityToken wsu:Id="X509-1" ValueType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3" EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">{Convert.ToBase64String(Signers.RsaCertificate.RawData)}</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2026-01-01T00:00:00Z</wsu:Created></wsu:Timestamp></wsse:Security></soap:Header><soap:Body wsu:Id="Body-1">{body}</soap:Body></soap:Envelope>
            """);
        var signed = new ByWsuId(document) { SigningKey = Signers.Rsa };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        foreach (var uri in new[] { "#Body-1", "#TS-1" })
        {
            var reference = new Reference(uri);
            reference.AddTransform(new XmlDsigExcC14NTransform());
            signed.AddReference(reference);
        }

        var token = Load($"<wsse:SecurityTokenReference xmlns:wsse=\"{Security}\"><wsse:Reference URI=\"#X509-1\" ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\"/></wsse:SecurityTokenReference>");
        signed.KeyInfo.AddClause(new KeyInfoNode(token.DocumentElement!));
        signed.ComputeSignature();
        ((XmlElement)document.GetElementsByTagName("Security", Security)[0]!).AppendChild(document.ImportNode(signed.GetXml(), true));
        return Octets(document);
    }

    public static Transform Canonicalization(string uri) => uri switch
    {
        SignedXml.XmlDsigC14NTransformUrl => new XmlDsigC14NTransform(),
        SignedXml.XmlDsigC14NWithCommentsTransformUrl => new XmlDsigC14NWithCommentsTransform(),
        SignedXml.XmlDsigExcC14NWithCommentsTransformUrl => new XmlDsigExcC14NWithCommentsTransform(),
        _ => new XmlDsigExcC14NTransform(),
    };

    private sealed class ByWsuId(XmlDocument document) : SignedXml(document)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue) => (XmlElement?)document!.SelectNodes("//*")!.Cast<XmlElement>().FirstOrDefault(element => element.GetAttribute("Id", Utility) == idValue);
    }
}
