using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Tests.Canonical;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Documents with XAdES signatures of each level.</summary>
internal static class XadesDocuments
{
    public const string Xades = "http://uri.etsi.org/01903/v1.3.2#";

    public static string Certificate => Convert.ToBase64String(Signers.RsaCertificate.RawData);

    public static string CertificateDigest => Convert.ToBase64String(SHA256.HashData(Signers.RsaCertificate.RawData));

    /// <summary>An enveloped B-B signature; <paramref name="unsigned"/> follows the signed properties.</summary>
    public static string Text(string unsigned = "", string? certificateDigest = null, string target = "#S-1", string type = "http://uri.etsi.org/01903#SignedProperties", string named = "SigningCertificateV2") => $"""
        <Dossier xmlns="urn:vss:dossier"><Text>số hồ sơ</Text><ds:Signature xmlns:ds="{Xmlsec.Dsig}" Id="S-1"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{Xmlsec.Exclusive}"/><ds:SignatureMethod Algorithm="{Xmlsec.RsaSha256}"/><ds:Reference Id="r-1" URI=""><ds:Transforms>{Xmlsec.EnvelopedTransform}{Xmlsec.ExclusiveTransform}</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>@@</ds:DigestValue></ds:Reference><ds:Reference URI="#P-1" Type="{type}"><ds:Transforms>{Xmlsec.ExclusiveTransform}</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>@P-1@</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue Id="V-1">@value@</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{Certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="{Xades}" Target="{target}"><xades:SignedProperties Id="P-1"><xades:SignedSignatureProperties><xades:SigningTime>2026-03-04T05:06:07+07:00</xades:SigningTime><xades:{named}><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{certificateDigest ?? CertificateDigest}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:{named}><xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier>urn:policy</xades:Identifier></xades:SigPolicyId></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier><xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>registrar</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2></xades:SignedSignatureProperties><xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#r-1"><xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat><xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin</xades:Identifier></xades:CommitmentTypeId><xades:AllSignedDataObjects/></xades:CommitmentTypeIndication></xades:SignedDataObjectProperties></xades:SignedProperties>{unsigned}</xades:QualifyingProperties></ds:Object></ds:Signature></Dossier>
        """;

    public static byte[] BasicLevel() => HandSigner.Sign(Text());

    /// <summary>With a signature time stamp, certificates, revocation values and an archive time stamp, as many as <paramref name="level"/> says: 1 for T, 2 for LT, 3 for LTA.</summary>
    public static byte[] HigherLevel(int level)
    {
        const string stamp = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><xades:EncapsulatedTimeStamp>{0}</xades:EncapsulatedTimeStamp>";
        var values = level < 2 ? "" : $"<xades:CertificateValues><xades:EncapsulatedX509Certificate>{Certificate}</xades:EncapsulatedX509Certificate></xades:CertificateValues><xades:RevocationValues><xades:CRLValues><xades:EncapsulatedCRLValue>AQID</xades:EncapsulatedCRLValue></xades:CRLValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>BAUG</xades:EncapsulatedOCSPValue></xades:OCSPValues></xades:RevocationValues>";
        var archive = level < 3 ? "" : $"<a:ArchiveTimeStamp xmlns:a=\"http://uri.etsi.org/01903/v1.4.1#\">{string.Format(null, stamp, "~archive~")}</a:ArchiveTimeStamp>";
        var unsigned = $"<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>{string.Format(null, stamp, "~signature~")}</xades:SignatureTimeStamp>{values}{archive}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>";
        var text = Encoding.UTF8.GetString(HandSigner.Sign(Text(unsigned)));
        text = text.Replace("~signature~", Token(Of(text, "SignatureValue")), StringComparison.Ordinal);

        // EN 319 132-1 section 5.5.2: what the references digest, then SignedInfo, SignatureValue, KeyInfo, then the properties before it, then the other Objects, of which there is none.
        byte[][] parts = [HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, null), Of(text, "SignedProperties"), Of(text, "SignedInfo"), Of(text, "SignatureValue"), Of(text, "KeyInfo"), Of(text, "SignatureTimeStamp"), .. level < 3 ? [] : new[] { Of(text, "CertificateValues"), Of(text, "RevocationValues") }];
        return Encoding.UTF8.GetBytes(text.Replace("~archive~", Token([.. parts.SelectMany(part => part)]), StringComparison.Ordinal));
    }

    /// <summary>The outer form of a time-stamp token, with nothing in it but the message imprint.</summary>
    public static string Token(byte[] octets)
    {
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteInteger(1);
            info.WriteObjectIdentifier("1.2.3.4");
            using (info.PushSequence())
            {
                using (info.PushSequence()) info.WriteObjectIdentifier("2.16.840.1.101.3.4.2.3");
                info.WriteOctetString(SHA512.HashData(octets));
            }
        }

        var token = new AsnWriter(AsnEncodingRules.DER);
        using (token.PushSequence())
        {
            token.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (token.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (token.PushSequence())
            {
                token.WriteInteger(3);
                using (token.PushSetOf()) { }

                using (token.PushSequence())
                {
                    token.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4");
                    using (token.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) token.WriteOctetString(info.Encode());
                }
            }
        }

        return Convert.ToBase64String(token.Encode());
    }

    private static byte[] Of(string text, string name) => HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, element => element.LocalName == name);
}
