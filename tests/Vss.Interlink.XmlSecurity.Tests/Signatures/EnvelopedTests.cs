using System.Security.Cryptography.Xml;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

public sealed class EnvelopedTests
{
    private const string Dossier = "<d:Dossier xmlns:d=\"urn:vss:dossier\" xmlns:unused=\"urn:unused\" d:kind=\"NEW\"><!-- a note --><d:Text>số hồ sơ &amp; more</d:Text>\n</d:Dossier>";

    [Theory]
    [InlineData(SignedXml.XmlDsigExcC14NTransformUrl)]
    [InlineData(SignedXml.XmlDsigExcC14NWithCommentsTransformUrl)]
    [InlineData(SignedXml.XmlDsigC14NTransformUrl)]
    [InlineData(SignedXml.XmlDsigC14NWithCommentsTransformUrl)]
    public void An_enveloped_signature_over_the_whole_document_is_intact(string canonicalization)
    {
        var report = Verified.Intact(DotNetSigner.Enveloped(Dossier, canonicalization));
        Assert.Equal(SignatureScope.Full, report.Scope);
        Assert.Equal(KeyOrigin.Certificate, report.KeyOrigin);
        Assert.Equal(Signers.RsaCertificate.RawData, report.SigningCertificate.ToArray());
        Assert.Equal((Indication.Indeterminate, SubIndication.NoCertificateChainFound), (report.Verdict.Indication, report.Verdict.SubIndication));
        Assert.Equal("d:Dossier", Assert.Single(report.Verdict.Covered).Element);
    }

    [Fact]
    public void A_soap_message_is_verified_by_the_token_that_it_carries()
    {
        var report = Verified.Intact(DotNetSigner.Soap11());
        Assert.Equal(KeyOrigin.SecurityToken, report.KeyOrigin);
        Assert.Equal(SignatureScope.Partial, report.Scope);
        Assert.Equal(["soap:Body", "wsu:Timestamp"], report.Verdict.Covered.Select(covered => covered.Element));
        Assert.Equal(
            [("Envelope", PartStanding.InPart), ("Header", PartStanding.InPart), ("Security", PartStanding.InPart), ("BinarySecurityToken", PartStanding.NotSigned), ("Timestamp", PartStanding.Signed), ("Signature", PartStanding.TheSignature), ("Body", PartStanding.Signed)],
            report.Parts.Select(part => (part.LocalName, part.Standing)));
        Assert.StartsWith("<soap:Body", Verified.Text(report.References[0].Octets), StringComparison.Ordinal);
    }
}
