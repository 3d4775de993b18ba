using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>The attributes that name the signer's certificate: RFC 5035 sections 3 to 5.</summary>
public sealed class SigningCertificateTests
{
    private readonly CmsJudging _judging = new();

    [Fact]
    public void Issuer_and_serial_number_are_those_of_the_certificate_where_they_stand_beside_its_digest()
    {
        var own = _judging.Signer.Certificate;
        CmsJudging.Passes(Judge(CmsMaker.CertificateId(Digest(own), own.IssuerName, own.SerialNumberBytes)));
        CmsJudging.Passes(Judge(CmsMaker.CertificateId(Digest(own), new X500DistinguishedName("CN=root"), own.SerialNumberBytes)));
        Refuses(CmsMaker.CertificateId(Digest(own), own.IssuerName, new byte[] { 9 }));
        Refuses(CmsMaker.CertificateId(Digest(own), new X500DistinguishedName("CN=Other"), own.SerialNumberBytes));
    }

    [Fact]
    public void Where_both_versions_stand_there_both_name_the_certificate()
    {
        var (own, other) = (_judging.Signer.Certificate, _judging.Root.Certificate);
        CmsJudging.Passes(Judge(CmsMaker.CertificateId(own), CmsMaker.CertificateId(OldDigest(own))));
        Refuses(CmsMaker.CertificateId(own), CmsMaker.CertificateId(OldDigest(other)));
        Refuses(CmsMaker.CertificateId(other), CmsMaker.CertificateId(OldDigest(own)));
    }

    private static byte[] Digest(X509Certificate2 certificate) => SHA256.HashData(certificate.RawData);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "ESSCertID has no other digest.")]
    private static byte[] OldDigest(X509Certificate2 certificate) => SHA1.HashData(certificate.RawData);

    private void Refuses(byte[] second, byte[]? first = null)
    {
        var judged = Judge(second, first);
        Assert.Equal((Indication.Indeterminate, SubIndication.NoSigningCertificateFound, Rules.Token), (judged.Verdict.Indication, judged.Verdict.SubIndication, judged.Verdict.Failure!.Rule));
    }

    private JudgedSignature Judge(byte[] second, byte[]? first = null)
    {
        var maker = _judging.Maker();
        maker.Signed.RemoveAll(attribute => attribute.Oid == CmsMaker.SigningCertificateV2);
        maker.Signed.Add((CmsMaker.SigningCertificateV2, second));
        if (first is not null) maker.Signed.Add((CmsMaker.SigningCertificate, first));
        return _judging.One(maker.Make());
    }
}
