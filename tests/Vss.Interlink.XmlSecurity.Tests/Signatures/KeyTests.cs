using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

public sealed class KeyTests
{
    [Fact]
    public void Bare_keys_of_every_form_verify()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var point = Signers.P256.ExportParameters(false).Q;
        var value = Convert.ToBase64String([4, .. point.X!, .. point.Y!]);
        string[] forms =
        [
            $"<ds:KeyValue><k:ECKeyValue xmlns:k=\"http://www.w3.org/2009/xmldsig11#\"><k:NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/><k:PublicKey>{value}</k:PublicKey></k:ECKeyValue></ds:KeyValue>",
            $"<k:DEREncodedKeyValue xmlns:k=\"http://www.w3.org/2009/xmldsig11#\">{Convert.ToBase64String(Signers.P256.ExportSubjectPublicKeyInfo())}</k:DEREncodedKeyValue>",
            $"<ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(Signers.P256Certificate.RawData)}</ds:X509Certificate></ds:X509Data>",
        ];
        var template = Xmlsec.Template(Xmlsec.Reference("", Xmlsec.EnvelopedTransform), "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256").Replace("<ds:X509Data/>", "<ds:KeyName>x</ds:KeyName>", StringComparison.Ordinal);
        var document = Xmlsec.Sign($"<Dossier>{template}</Dossier>", Signers.P256, null);
        Verified.Refused(SignatureRules.KeyFound, document);
        foreach (var form in forms)
        {
            Verified.Intact(Verified.Replaced(document, "<ds:KeyName>", form + "<ds:KeyName>"));
            Verified.Intact(Verified.Replaced(document, "<ds:KeyName>", forms[0] + form + "<ds:KeyName>"));
        }

        var noCurve = forms[0].Replace("1.2.840.10045.3.1.7", "1.3.36.3.3.2.8.1.1.7", StringComparison.Ordinal);
        Verified.Refused(SignatureRules.KeyFound, Verified.Replaced(document, "<ds:KeyName>", noCurve + "<ds:KeyName>"));
    }

    [Fact]
    public void The_signer_is_found_behind_its_issuer_and_by_what_the_signed_properties_name()
    {
        var issuer = $"<X509Certificate>{Convert.ToBase64String(Signers.OtherRsaCertificate.RawData)}</X509Certificate>";
        var report = Verified.Intact(Verified.Replaced(DotNetSigner.Enveloped("<Dossier/>"), "<X509Certificate>", issuer + "<X509Certificate>"));
        Assert.Equal(Signers.RsaCertificate.RawData, report.SigningCertificate.ToArray());
        Assert.Equal(2, report.Certificates.Count);
    }

    [Fact]
    public void A_security_token_that_is_missing_or_no_certificate_is_refused()
    {
        var soap = DotNetSigner.Soap11();
        Verified.Refused(SignatureRules.Token, Verified.Replaced(soap, "URI=\"#X509-1\"", "URI=\"#X509-2\""));
        Verified.Refused(SignatureRules.Token, Verified.Replaced(soap, "#X509v3\" EncodingType", "#X509PKIPathv1\" EncodingType"));
        Verified.Refused(SignatureRules.KeyFound, Verified.Replaced(soap, Convert.ToBase64String(Signers.RsaCertificate.RawData), "AAAA"));
    }

    [Theory]
    [InlineData("http://www.w3.org/2007/05/xmldsig-more#sha3-256", "SHA3-256")]
    [InlineData("http://www.w3.org/2007/05/xmldsig-more#sha3-512", "SHA3-512")]
    public void Digests_of_sha3_verify_where_the_platform_has_them(string uri, string name)
    {
        Assert.SkipUnless(HandSigner.CanSign && SHA3_256.IsSupported, "libxml2 or SHA-3 is not there");
        var reference = Xmlsec.Reference("", Xmlsec.EnvelopedTransform + Xmlsec.ExclusiveTransform, uri);
        var digest = CryptographicOperations.HashData(new HashAlgorithmName(name), "<Dossier></Dossier>"u8);
        var template = Xmlsec.Template(reference).Replace("<ds:DigestValue/>", $"<ds:DigestValue>{Convert.ToBase64String(digest)}</ds:DigestValue>", StringComparison.Ordinal).Replace("<ds:SignatureValue/>", "<ds:SignatureValue>@value@</ds:SignatureValue>", StringComparison.Ordinal);
        Verified.Intact(HandSigner.Sign($"<Dossier>{template}</Dossier>"), Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });
    }
}
