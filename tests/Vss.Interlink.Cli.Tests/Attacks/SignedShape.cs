using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using Vss.Interlink.Cli.Tests.Verify;

namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>
/// A form of signed document that attacks are built upon. The good one is signed by System.Security.Cryptography.Xml with a key of the development PKI, so that an attack that
/// passes would pass against a real partner's signature.
/// </summary>
/// <param name="Name">For the table of cases.</param>
/// <param name="Text">The document without its signature.</param>
/// <param name="References">URIs that are signed, the part under attack first.</param>
/// <param name="Part">Local name of the element under attack.</param>
/// <param name="Holder">Local name of the element that holds the signature.</param>
internal sealed record SignedShape(string Name, string Text, IReadOnlyList<string> References, string Part, string Holder)
{
    public const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    /// <summary>A SOAP message: Body and Timestamp signed by wsu:Id, the certificate as a security token.</summary>
    public static SignedShape Message { get; } = new(
        "message",
        $"""<s:Envelope xmlns:s="{Soap11}" xmlns:wsu="{Wsu}"><s:Header><wsse:Security xmlns:wsse="{Wsse}" s:mustUnderstand="1"><wsse:BinarySecurityToken wsu:Id="X509-1" ValueType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3" EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">@certificate@</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2026-11-21T01:02:03Z</wsu:Created><wsu:Expires>2026-11-21T01:07:03Z</wsu:Expires></wsu:Timestamp></wsse:Security></s:Header><s:Body wsu:Id="P-1"><m:Submit xmlns:m="urn:vss:test"><m:Text>good</m:Text></m:Submit></s:Body></s:Envelope>""",
        ["#P-1", "#TS-1"], "Body", "Security");

    /// <summary>A dossier signed as a whole, the signature within.</summary>
    public static SignedShape Dossier { get; } = new(
        "dossier", """<Dossier xmlns="urn:vss:test"><Decision><Text>good</Text></Decision><Annex>one</Annex></Dossier>""", [""], "Dossier", "Dossier");

    /// <summary>The same signed by the identifier of its root element.</summary>
    public static SignedShape DossierById { get; } = Dossier with { Name = "dossier by id", Text = Dossier.Text.Replace("urn:vss:test\"", "urn:vss:test\" Id=\"P-1\"", StringComparison.Ordinal), References = ["#P-1"] };

    /// <summary>A part signed by its identifier within a document that is not, as SAML has it.</summary>
    public static SignedShape Assertion { get; } = new(
        "assertion", """<Response xmlns="urn:vss:saml" ID="R-1"><Issuer>one</Issuer><Assertion ID="P-1"><Subject><Text>good</Text></Subject></Assertion></Response>""", ["#P-1"], "Assertion", "Assertion");

    public static IReadOnlyList<SignedShape> All { get; } = [Message, Dossier, DossierById, Assertion];

    public bool IsMessage => this == Message;

    /// <summary>The good document, signed; a new one each time.</summary>
    public XmlDocument Signed()
    {
        using var key = SignedFiles.Pki.Load("hub");
        return Signed(key);
    }

    /// <summary>Signed by another key.</summary>
    public XmlDocument Signed(X509Certificate2 key, Action<XmlDocument>? before = null)
    {
        var document = Load(Text.Replace("@certificate@", Convert.ToBase64String(key.RawData), StringComparison.Ordinal));
        before?.Invoke(document);
        using var rsa = key.GetRSAPrivateKey();
        var signed = new ById(document) { SigningKey = rsa };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        foreach (var uri in References)
        {
            var reference = new Reference(uri);
            if (!IsMessage) reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
            reference.AddTransform(new XmlDsigExcC14NTransform());
            signed.AddReference(reference);
        }

        signed.KeyInfo.AddClause(IsMessage
            ? new KeyInfoNode(Load($"""<wsse:SecurityTokenReference xmlns:wsse="{Wsse}"><wsse:Reference URI="#X509-1"/></wsse:SecurityTokenReference>""").DocumentElement!)
            : new KeyInfoX509Data(key));
        signed.ComputeSignature();
        Only(document, Holder).AppendChild(document.ImportNode(signed.GetXml(), deep: true));
        return document;
    }

    public XmlElement PartOf(XmlDocument document) => Only(document, Part);

    public static XmlElement SignatureOf(XmlDocument document) => (XmlElement)document.GetElementsByTagName("Signature", Dsig)[0]!;

    /// <summary>The first element of a local name.</summary>
    public static XmlElement Only(XmlDocument document, string name) => (XmlElement)document.SelectNodes($"//*[local-name()='{name}']")![0]!;

    public static XmlDocument Load(string text)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(text);
        return document;
    }

    public static byte[] Octets(XmlDocument document) => Encoding.UTF8.GetBytes(document.OuterXml);

    private sealed class ById(XmlDocument document) : SignedXml(document)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue) =>
            (XmlElement?)document!.SelectNodes("//*")!.Cast<XmlElement>().FirstOrDefault(element => element.GetAttribute("Id", Wsu) == idValue || element.GetAttribute("Id") == idValue || element.GetAttribute("ID") == idValue);
    }
}
