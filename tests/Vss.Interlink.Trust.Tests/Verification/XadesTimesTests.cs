using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;
using SignaturePolicy = Vss.Interlink.XmlSecurity.Signatures.SignaturePolicy;

namespace Vss.Interlink.Trust.Tests.Verification;

/// <summary>XAdES signatures years after they were made: EN 319 132-1 sections 5.3 and 5.5, EN 319 102-1 sections 5.5 and 5.6. Numbers are days from the signing.</summary>
public sealed class XadesTimesTests
{
    private static readonly DateTimeOffset s_signed = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly Holder _root = Holder.Root("CN=Root", Lives(9000));
    private readonly Holder _time;
    private readonly Holder _signer;

    public XadesTimesTests() => (_time, _signer) = (_root.TimeAuthority("CN=Time", Lives(4000)), _root.Issue("CN=Signer", Lives(300)));

    [Theory]
    [InlineData(5, SignatureLevel.LTA)]
    [InlineData(3000, SignatureLevel.LTA)]
    public async Task An_archived_signature_stays_good_after_its_lists_and_its_certificate_ended(int day, SignatureLevel level)
    {
        var judged = await Judge([1, 3], [List(-1)], day, List(day - 1));
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.Equal((level, Day(1)), (judged.Level, judged.ProvedAt));
    }

    [Fact]
    public async Task An_archive_time_stamp_before_that_of_the_signature_is_in_disorder()
    {
        var judged = await Judge([3, 1], [List(-1)], 5, List(4));
        Assert.Equal((Indication.Indeterminate, SubIndication.TimestampOrderFailure), (judged.Verdict.Indication, judged.Verdict.SubIndication));
    }

    [Fact]
    public async Task A_list_of_somebody_else_brings_no_signature_further()
    {
        var other = Holder.Root("CN=Other", Lives(9000)).List(list => (list.ThisUpdate, list.NextUpdate) = (Day(-1), Day(6)));
        var judged = await Judge([1, 3], [other], 5, List(4));
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.Equal(SignatureLevel.T, judged.Level);
    }

    private static DateTimeOffset Day(int day) => s_signed.AddDays(day);

    private static Action<CertificateSettings> Lives(int to) => settings => (settings.NotBefore, settings.NotAfter) = (Day(-100), Day(to));

    private byte[] List(int from) => _root.List(list => (list.ThisUpdate, list.NextUpdate) = (Day(from), Day(from + 7)));

    private async Task<JudgedXmlSignature> Judge(int[] stamped, byte[][] archived, int day, params byte[][] lists)
    {
        var days = new Queue<int>(stamped);
        TimeStampSource stamp = (imprint, _, _) => ValueTask.FromResult(_time.TokenOf(imprint.ToArray(), Day(days.Dequeue())));
        ValidationDataSource data = (_, _) => ValueTask.FromResult(new ValidationData([_root.Certificate.RawDataMemory], [.. archived.Select(list => (ReadOnlyMemory<byte>)list)], []));
        var options = new SignatureOptions
        {
            Certificate = new SigningCertificate(_signer.Certificate.RawDataMemory, []),
            Algorithm = SignatureAlgorithm.EcdsaSha256,
            Xades = new XadesProperties { SigningTime = s_signed, Extension = XadesExtension.ToLTA(stamp, data) },
        };
        using var output = new MemoryStream();
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("<a>1</a>"));
        var refusal = await XmlSigner.SignAsync(
            OctetSource.Of(content), SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], options, XmlLimits.OwnFiles,
            (digest, _, _) => ValueTask.FromResult(((ECDsa)_signer.Key).SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)), output, TestContext.Current.CancellationToken);
        Assert.Null(refusal);
        using var report = SignatureVerifier.Verify(output.ToArray(), new VerificationRequest());
        var store = new TrustStore([_root.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!));
        return Assert.Single(new DocumentVerifier(store, new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity), Day(day)).Judge(report, SignaturePolicy.Default));
    }
}
