using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Fuzz.Seeds;

/// <summary>Makes the corpus: each construct of XML and each form of signature once, signed by keys that are forgotten. It is kept in the repository, so that a seed means the same every day.</summary>
internal static class SeedDocuments
{
    public const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    private const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    private const string EcdsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    private const string EnvelopedTransform = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    private const string ExclusiveTransform = "<ds:Transform Algorithm=\"" + Exclusive + "\"/>";
    private const string Dossier = "<Dossier xmlns=\"urn:vss:dossier\" Id=\"D-1\">\n  <Text>số hồ sơ</Text>\n  <Part Id=\"P-1\" a=\"1\">one</Part><Part xml:id=\"P-2\">two</Part>\n</Dossier>";
    private const string Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";

    /// <summary>Writes all of them, each as NAME.xml, in place of those that were there.</summary>
    public static async Task WriteAsync(string folder)
    {
        using var keys = new SeedKeys();
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in Unsigned()) await File.WriteAllBytesAsync(Path.Combine(folder, name + ".xml"), text);
        foreach (var (name, octets) in ByHand(keys)) await File.WriteAllBytesAsync(Path.Combine(folder, name + ".xml"), octets);
        await foreach (var (name, octets) in MadeAsync(keys)) await File.WriteAllBytesAsync(Path.Combine(folder, name + ".xml"), octets);
    }

    private static IEnumerable<(string Name, byte[] Octets)> Unsigned()
    {
        yield return ("xml-constructs", Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><?pi data?>\n<a xmlns=\"urn:a\" xmlns:b=\"urn:b\" b:x=\"1\" y='2'>text &amp; &#x1F600;\r\n<b:c xml:lang=\"vi\" xml:id=\"i\"/><![CDATA[<raw>\r]]><?in?><!----><d xmlns=\"\"><e/></d>\r\n\ttail \r</a>\n<!-- end --><?end?>"));
        yield return ("xml-namespaces", Utf8("<p:a xmlns:p=\"urn:1\" xmlns=\"urn:0\"><b xmlns:p=\"urn:2\" p:z=\"1\" a=\"&#13;&#10;&#9; &quot;&lt;\t\r\n\"><p:c xmlns=\"\" xml:base=\"../x/\" xml:space=\"preserve\"> </p:c></b><p:d xmlns:p=\"urn:1\" xml:base=\"y\"/></p:a>"));
        yield return ("xml-utf16", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("<?xml version='1.0' encoding='utf-16'?><Hồ-sơ số='1'>Quyết định \U0001F600<!-- x --></Hồ-sơ>")]);
        yield return ("xml-utf16-big-endian", [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes("<a\u00E9>\r\n\U00010000<![CDATA[\r]]></a\u00E9>")]);
        yield return ("xml-long", Utf8($"<a>{new string('x', 5000)}\r\n{string.Concat(Enumerable.Range(0, 200).Select(index => $"<b c='{index}'/>\r"))}</a>"));
    }

    private static IEnumerable<(string Name, byte[] Octets)> ByHand(SeedKeys keys)
    {
        byte[] ByP256(byte[] octets) => keys.P256.SignData(octets, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var point = keys.P256.ExportParameters(false).Q;
        var ecKey = $"<k:ECKeyValue xmlns:k=\"http://www.w3.org/2009/xmldsig11#\"><k:NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/><k:PublicKey>{Convert.ToBase64String([4, .. point.X!, .. point.Y!])}</k:PublicKey></k:ECKeyValue>";
        var certificate = $"<ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(keys.P256Certificate)}</ds:X509Certificate></ds:X509Data>";
        (string, byte[]) Signed(string name, string text, CanonicalizationMethod? method = null) => (name, HandSigned.Sign(text, method ?? CanonicalizationMethod.Exclusive, ByP256));

        string Template(string references, string keyInfo, string behind = "", string canonicalization = Exclusive, int number = 1) =>
            $"<ds:Signature xmlns:ds=\"{Dsig}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{canonicalization}\"/><ds:SignatureMethod Algorithm=\"{EcdsaSha256}\"/>{references}</ds:SignedInfo><ds:SignatureValue Id=\"V-{number}\">#{number}#</ds:SignatureValue><ds:KeyInfo>{keyInfo}</ds:KeyInfo>{behind}</ds:Signature>";
        static string Reference(string uri, string transforms, string digest) =>
            $"<ds:Reference URI=\"{uri}\">{(transforms.Length > 0 ? $"<ds:Transforms>{transforms}</ds:Transforms>" : "")}<ds:DigestMethod Algorithm=\"{Sha256}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>";
        string Root(string inside) => $"<Dossier Id=\"D-1\"><Text>số\r\n</Text><Part Id=\"P-1\">one</Part>{inside}</Dossier>";

        const string xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>";
        const string filter = "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">/descendant::ds:Signature</f:XPath></ds:Transform>";
        yield return Signed("hand-key-value", Root(Template(Reference("", EnvelopedTransform + ExclusiveTransform, $"@:{Exclusive}@"), $"<ds:KeyValue>{ecKey}</ds:KeyValue>")));
        yield return Signed("hand-two-signatures", Root(Template(Reference("", xpath + ExclusiveTransform, $"@:{Exclusive}@"), certificate) + Template(Reference("#P-1", "", $"@P-1:{Inclusive}@"), certificate, number: 2)));
        yield return Signed("hand-filter", $"<?style sheet?>{Root(Template(Reference("", filter, $"@:{Inclusive}@"), certificate))}<!-- after -->");
        yield return Signed("hand-comments", $"<!-- before -->{Root("<!-- in -->" + Template(Reference("#xpointer(/)", EnvelopedTransform + $"<ds:Transform Algorithm=\"{Exclusive}WithComments\"/>", $"@:{Exclusive}WithComments@"), certificate))}");
        yield return Signed("hand-root-by-id", Root(Template(Reference("#D-1", EnvelopedTransform + ExclusiveTransform, $"@D-1:{Exclusive}@"), certificate)));
        yield return Signed("hand-manifest", Root(Template(
            Reference("#M-1", ExclusiveTransform, $"@M-1:{Exclusive}@") + Reference("#P-1", ExclusiveTransform, $"@P-1:{Exclusive}@"), certificate,
            $"<ds:Object><ds:Manifest Id=\"M-1\">{Reference("#P-1", ExclusiveTransform, $"@P-1:{Exclusive}@")}</ds:Manifest></ds:Object>")));
        yield return Signed("hand-nested", Template(
            Reference("#O-1", ExclusiveTransform, $"@O-1:{Exclusive}@"), certificate,
            $"<ds:Object Id=\"O-1\"><Dossier>một</Dossier></ds:Object><ds:Object>{Template(Reference("#V-1", ExclusiveTransform, $"~V-1:{Exclusive}~"), certificate, number: 2)}</ds:Object>"));
        yield return Signed("broken-algorithms", Root(Template(
            Reference("", xpath.Replace("not(", "boolean(", StringComparison.Ordinal), "AAAA") + Reference("http://127.0.0.1/x", "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            "<ds:RetrievalMethod URI=\"#K\"/>").Replace(EcdsaSha256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", StringComparison.Ordinal).Replace("AAAA</", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</", StringComparison.Ordinal)));
    }

    private static async IAsyncEnumerable<(string Name, byte[] Octets)> MadeAsync(SeedKeys keys)
    {
        var (rsa, p256, p521) = (new SigningCertificate(keys.RsaCertificate), new SigningCertificate(keys.P256Certificate), new SigningCertificate(keys.P521Certificate));
        var ecdsa = new SignatureOptions { Certificate = p256, Algorithm = SignatureAlgorithm.EcdsaSha256, Id = "S-1" };
        ValueTask<byte[]> Key(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, SignatureOptions options) => ValueTask.FromResult(options.Algorithm.Family switch
        {
            SignatureFamily.RsaPkcs1 => keys.Rsa.SignHash(digest.Span, hash, RSASignaturePadding.Pkcs1),
            SignatureFamily.RsaPss => keys.Rsa.SignHash(digest.Span, hash, RSASignaturePadding.Pss),
            _ => (options.Certificate == p521 ? keys.P521 : keys.P256).SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        });

        async Task<byte[]> In(string text, SignaturePlace place, SignatureOptions options, params SignatureReference[] references)
        {
            using var output = new MemoryStream();
            var refusal = await XmlSigner.SignAsync(OctetSource.Of(Utf8(text)), place, references, options, new XmlLimits(), (digest, hash, _) => Key(digest, hash, options), output, default);
            return refusal is null ? output.ToArray() : throw new InvalidDataException(refusal.Detail);
        }

        async Task<byte[]> Alone(SignatureOptions options, params SignatureReference[] references)
        {
            using var output = new MemoryStream();
            var refusal = await XmlSigner.SignAloneAsync(references, options, new XmlLimits(), (digest, hash, _) => Key(digest, hash, options), output, default);
            return refusal is null ? output.ToArray() : throw new InvalidDataException(refusal.Detail);
        }

        var (whole, inRoot) = (new SignatureReference.WholeDocument(), SignaturePlace.InRoot);
        yield return ("enveloped-rsa", await In(Dossier, inRoot, ecdsa with { Certificate = rsa, Algorithm = SignatureAlgorithm.RsaSha256 }, whole));
        yield return ("enveloped-pss", await In(Dossier, inRoot, ecdsa with { Certificate = rsa, Algorithm = SignatureAlgorithm.RsaPssSha512 }, whole));
        yield return ("enveloped-p521", await In(Dossier, inRoot, ecdsa with { Certificate = p521, Algorithm = SignatureAlgorithm.EcdsaSha512, Digest = DigestAlgorithm.Sha512 }, whole));
        yield return ("enveloped-c14n11", await In(Dossier, inRoot, ecdsa with { Canonicalization = CanonicalizationMethod.Inclusive11 }, new SignatureReference.WholeDocument { Canonicalization = CanonicalizationMethod.Inclusive11 }));
        yield return ("two-parts", await In(Dossier, inRoot, ecdsa, new SignatureReference.Element("P-1"), new SignatureReference.Element("P-2") { InclusivePrefixes = "#default xs" }));
        yield return ("enveloping-xml", await Alone(ecdsa, new SignatureReference.XmlObject(OctetSource.Of(Utf8(Dossier)))));
        yield return ("enveloping-octets", await Alone(ecdsa, new SignatureReference.OctetObject(OctetSource.Of(Utf8("một nội dung")))));
        using var outside = new MemoryStream(VerifierTarget.Outside.Octets.ToArray());
        yield return ("detached", await Alone(ecdsa, new SignatureReference.External(VerifierTarget.Outside.Uri, outside)));
        yield return ("message", await In(
            $"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:wsse=\"{Security}\" xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"><s:Header><wsse:Security s:mustUnderstand=\"1\"><wsse:BinarySecurityToken wsu:Id=\"X-1\" ValueType=\"{X509}\">{Convert.ToBase64String(keys.P256Certificate)}</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id=\"T-1\"><wsu:Created>2026-01-01T00:00:00Z</wsu:Created></wsu:Timestamp></wsse:Security></s:Header><s:Body wsu:Id=\"B-1\"><v:Submit xmlns:v=\"urn:vss:test\">a dossier</v:Submit></s:Body></s:Envelope>",
            SignaturePlace.InElement(Security, "Security"), ecdsa with { KeyInfo = KeyInformation.Token("#X-1", X509) }, new SignatureReference.Element("B-1"), new SignatureReference.Element("T-1")));

        TimeStampSource stamp = (imprint, _, _) => ValueTask.FromResult(SeedKeys.TimeStamp(imprint.Span));
        ValidationDataSource data = (_, _) => ValueTask.FromResult(new ValidationData([keys.P256Certificate], [new byte[] { 1, 2, 3 }], [new byte[] { 4, 5, 6 }]));
        XadesProperties Properties(XadesExtension? extension) => new() { SigningTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), ClaimedRoles = ["registrar"], Commitments = [CommitmentType.ProofOfOrigin], Extension = extension };
        yield return ("xades-b", await In(Dossier, inRoot, ecdsa with { Xades = Properties(null) }, whole));
        yield return ("xades-t-enveloping", await Alone(ecdsa with { Xades = Properties(XadesExtension.ToT(stamp)) }, new SignatureReference.XmlObject(OctetSource.Of(Utf8("<a>một</a>")))));
        yield return ("xades-lta", await In(Dossier, inRoot, ecdsa with { Xades = Properties(XadesExtension.ToLTA(stamp, data)) }, whole));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
