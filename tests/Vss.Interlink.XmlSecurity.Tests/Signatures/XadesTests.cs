using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

public sealed class XadesTests
{
    [Fact]
    public void A_basic_signature_is_intact_and_its_claims_are_told()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var report = Verified.Intact(XadesDocuments.BasicLevel());
        Assert.Equal((SignatureFormat.Xades, SignatureLevel.B, "S-1", SignatureScope.Full), (report.Format, report.Level, report.Id, report.Scope));
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(7)), report.Claims!.SigningTime);
        Assert.Equal("urn:policy", report.Claims.PolicyId);
        Assert.Equal(["registrar"], report.Claims.Roles);
        Assert.Equal(["http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"], report.Claims.Commitments);
        Assert.Equal([new("#r-1", "text/xml")], report.Claims.MediaTypes);
    }

    [Fact]
    public void The_older_signing_certificate_is_read_too()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var issuer = "<xades:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert>";
        Verified.Intact(HandSigner.Sign(XadesDocuments.Text(named: "SigningCertificate").Replace("</xades:Cert>", issuer, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1, SignatureLevel.T)]
    [InlineData(2, SignatureLevel.LT)]
    [InlineData(3, SignatureLevel.LTA)]
    public void Time_stamps_are_over_what_the_standard_says_and_evidence_is_handed_out(int number, SignatureLevel level)
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var document = XadesDocuments.HigherLevel(number);
        var report = Verified.Intact(document);
        Assert.Equal(level, report.Level);
        Assert.Equal(number == 3 ? [TimeStampKind.Signature, TimeStampKind.Archive] : [TimeStampKind.Signature], report.TimeStamps.Select(stamp => stamp.Kind));
        Assert.All(report.TimeStamps, stamp => Assert.True(stamp is { IsOverThis: true, Hash: "SHA512", Imprint.Length: 64 }));
        if (number > 1) Assert.Equal((2, 1, 1), (report.Certificates.Count, report.Crls.Count, report.Ocsps.Count));

        // A second signature over the same document, and a stream that cannot seek, change nothing of it.
        using var again = SignatureVerifier.Verify(new SlowStreamOver(document), Verified.KeepingAll);
        Assert.Equal(report.Verdict.Ladder, again.Signatures[0].Verdict.Ladder);
    }

    [Fact]
    public void A_time_stamp_over_something_else_breaks_a_rung_and_not_the_integrity()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var report = Verified.Refused(SignatureRules.TimeStamp, Verified.Replaced(XadesDocuments.HigherLevel(3), "AQID", "AQIE"));
        Assert.Equal(SignatureIntegrity.Intact, report.Integrity);
        Assert.Equal([true, false], report.TimeStamps.Select(stamp => stamp.IsOverThis));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_time_stamp_over_all_data_objects_is_over_what_the_references_digest(bool isOverThese)
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var stamp = $"<xades:AllDataObjectsTimeStamp><ds:CanonicalizationMethod Algorithm=\"{Xmlsec.Exclusive}\"/><xades:EncapsulatedTimeStamp>~</xades:EncapsulatedTimeStamp></xades:AllDataObjectsTimeStamp>";
        var text = XadesDocuments.Text().Replace("</xades:SignedDataObjectProperties>", stamp + "</xades:SignedDataObjectProperties>", StringComparison.Ordinal);
        byte[] data = isOverThese ? HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, null) : [1];
        var document = HandSigner.Sign(text.Replace("~", XadesDocuments.Token(data), StringComparison.Ordinal));
        var report = isOverThese ? Verified.Intact(document) : Verified.Refused(SignatureRules.TimeStamp, document);
        Assert.Equal([(TimeStampKind.Content, (bool?)isOverThese)], report.TimeStamps.Select(stamp => (stamp.Kind, stamp.IsOverThis)));
    }

    [Fact]
    public void Many_archive_time_stamps_cannot_multiply_the_work_without_end()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var stamps = string.Concat(Enumerable.Repeat($"<a:ArchiveTimeStamp xmlns:a=\"http://uri.etsi.org/01903/v1.4.1#\"><xades:EncapsulatedTimeStamp>{XadesDocuments.Token([])}</xades:EncapsulatedTimeStamp></a:ArchiveTimeStamp>", 60));
        var unsigned = $"<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{stamps}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>";
        Verified.Refused(SignatureRules.Limit, HandSigner.Sign(XadesDocuments.Text(unsigned).Replace("<Text>", "<Text>" + new string('x', 500_000), StringComparison.Ordinal)));
    }

    [Fact]
    public void A_certificate_that_the_signed_properties_do_not_name_is_refused()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var other = Convert.ToBase64String(SHA256.HashData(Signers.OtherRsaCertificate.RawData));
        Verified.Refused(SignatureRules.XadesCertificate, HandSigner.Sign(XadesDocuments.Text(certificateDigest: other)));
    }

    [Fact]
    public void Properties_that_are_not_signed_claim_nothing()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var report = Verified.Refused(SignatureRules.XadesSigned, HandSigner.Sign(XadesDocuments.Text(type: "urn:other")));
        Assert.Null(report.Claims);
    }

    [Fact]
    public void Properties_of_another_signature_are_refused()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        Verified.Refused(SignatureRules.XadesStructure, HandSigner.Sign(XadesDocuments.Text(target: "#S-2")));
    }

    [Fact]
    public void A_reference_of_the_type_of_signed_properties_to_something_else_is_refused()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var text = XadesDocuments.Text().Replace("<Text>", "<Text Id=\"T-1\">", StringComparison.Ordinal).Replace("URI=\"#P-1\"", "URI=\"#T-1\"", StringComparison.Ordinal).Replace("@P-1@", "@T-1@", StringComparison.Ordinal);
        Verified.Refused(SignatureRules.ReferenceTarget, HandSigner.Sign(text));
    }

    [Fact]
    public void Two_of_one_signed_property_are_refused()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var text = XadesDocuments.Text().Replace("</xades:SigningTime>", "</xades:SigningTime><xades:SigningTime>2020-01-01T00:00:00Z</xades:SigningTime>", StringComparison.Ordinal);
        Verified.Refused(SignatureRules.XadesStructure, HandSigner.Sign(text));
    }

    [Fact]
    public void A_counter_signature_is_told_from_a_signature_beside()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var inner = $"<ds:Signature Id=\"C-1\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{Xmlsec.Exclusive}\"/><ds:SignatureMethod Algorithm=\"{Xmlsec.RsaSha256}\"/><ds:Reference URI=\"#V-1\" Type=\"http://uri.etsi.org/01903#CountersignedSignature\"><ds:Transforms>{Xmlsec.ExclusiveTransform}</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>~digest~</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>~value~</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{XadesDocuments.Certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";
        var unsigned = $"<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>{inner}</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>";
        var text = System.Text.Encoding.UTF8.GetString(HandSigner.Sign(XadesDocuments.Text(unsigned)));
        var digest = SHA256.HashData(HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, element => element.GetAttribute("Id") == "V-1"));
        text = text.Replace("~digest~", Convert.ToBase64String(digest), StringComparison.Ordinal);
        var info = HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, element => element.LocalName == "SignedInfo" && element.ParentNode!.Attributes!["Id"]!.Value == "C-1");
        text = text.Replace("~value~", Convert.ToBase64String(HandSigner.RsaSha256(info)), StringComparison.Ordinal);

        using var report = SignatureVerifier.Verify(System.Text.Encoding.UTF8.GetBytes(text), Verified.KeepingAll);
        Assert.Equal(2, report.Signatures.Count);
        Assert.All(report.Signatures, signature => Assert.Equal(SignatureIntegrity.Intact, signature.Integrity));
        Assert.Equal([0, report.Signatures[0].Ordinal], report.Signatures.Select(signature => signature.CounterSigns));
    }

    // One octet at a time, and no way back.
    private sealed class SlowStreamOver(byte[] octets) : MemoryStream(octets)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }
}
