using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Cms;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;
using SignaturePolicy = Vss.Interlink.XmlSecurity.Signatures.SignaturePolicy;

namespace Vss.Interlink.Trust.Tests.Verification;

/// <summary>XAdES signatures years after they were made: EN 319 132-1 sections 5.3 and 5.5, EN 319 102-1 sections 5.5 and 5.6.</summary>
public sealed class XadesTimesTests : YearsLater
{
    [Theory]
    [InlineData(5)]         // the lists are in force
    [InlineData(250)]       // they ended
    [InlineData(350)]       // the signer's certificate ended
    public async Task An_archived_signature_stays_good_as_long_as_its_last_time_stamp_does(int day)
    {
        var judged = await Judge([1, 3], [List(Root, -1, 6), List(TimeRoot, -1, 6)], day, List(TimeRoot, day - 1, day + 6));
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.Equal((SignatureLevel.LTA, Day(1)), (judged.Level, judged.ProvedAt));
    }

    [Fact]
    public async Task An_archive_time_stamp_before_that_of_the_signature_is_in_disorder()
    {
        var judged = await Judge([3, 1], [List(Root, -1, 6), List(TimeRoot, -1, 6)], 5, List(Root, 4, 11), List(TimeRoot, 4, 11));
        Assert.Equal((Indication.Indeterminate, SubIndication.TimestampOrderFailure), (judged.Verdict.Indication, judged.Verdict.SubIndication));
    }

    [Fact]
    public async Task A_list_of_somebody_else_brings_no_signature_further()
    {
        var judged = await Judge([1, 3], [List(Holder.Root("CN=Other", Lives(-1000, 9000)), -1, 6)], 5, List(Root, 4, 11), List(TimeRoot, 4, 11));
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.Equal(SignatureLevel.T, judged.Level);
    }

    private async Task<JudgedXmlSignature> Judge(int[] stamped, byte[][] archived, int day, params byte[][] lists)
    {
        var days = new Queue<int>(stamped);
        TimeStampSource stamp = (imprint, _, _) => ValueTask.FromResult(Time.TokenOf(imprint.ToArray(), Day(days.Dequeue())));
        ValidationDataSource data = (_, _) => ValueTask.FromResult(new ValidationData([Root.Certificate.RawDataMemory, TimeRoot.Certificate.RawDataMemory], [.. archived.Select(list => (ReadOnlyMemory<byte>)list)], []));
        var options = new SignatureOptions
        {
            Certificate = new SigningCertificate(Signer.Certificate.RawDataMemory, []),
            Algorithm = SignatureAlgorithm.EcdsaSha256,
            Xades = new XadesProperties { SigningTime = Day(0), Extension = XadesExtension.ToLTA(stamp, data) },
        };
        using var output = new MemoryStream();
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("<a>1</a>"));
        var refusal = await XmlSigner.SignAsync(
            OctetSource.Of(content), SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], options, XmlLimits.OwnFiles,
            (digest, _, _) => ValueTask.FromResult(((ECDsa)Signer.Key).SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)), output, TestContext.Current.CancellationToken);
        Assert.Null(refusal);
        using var report = SignatureVerifier.Verify(output.ToArray(), new VerificationRequest());
        var store = new TrustStore([Root.Certificate, TimeRoot.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!));
        return Assert.Single(new DocumentVerifier(store, new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity), Day(day)).Judge(report, SignaturePolicy.Default));
    }
}
