using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>A root, a signer below it, and judging by them.</summary>
internal sealed class CmsJudging
{
    public static readonly byte[] Content = "Quyết định số 1"u8.ToArray();

    public Holder Root { get; } = Holder.Root("CN=Root", Current);

    public Holder Signer { get; }

    public List<CertificateList> Lists { get; } = [];

    public RevocationRule Revocation { get; set; } = RevocationRule.NotChecked;

    public SignaturePolicy Algorithms { get; set; } = SignaturePolicy.Default;

    public DateTimeOffset At { get; set; } = DateTimeOffset.UtcNow.AddMinutes(5);

    public CmsJudging() => Signer = Root.Issue("CN=Signer", Current);

    public CmsMaker Maker(Holder? signer = null) => new(signer ?? Signer, Content);

    /// <summary>Certificates that are valid now, for foreign authorities stamp with the clock's time.</summary>
    public static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30));

    public JudgedSignature One(byte[] message, byte[]? content = null) => Assert.Single(All(message, content)!);

    /// <summary>Null where it cannot be read.</summary>
    public IReadOnlyList<JudgedSignature>? All(byte[] message, byte[]? content = null)
    {
        using var stream = new MemoryStream(message);
        if (CmsFile.TryOpen(stream, out var problem) is not { } file)
        {
            Assert.NotNull(problem);
            return null;
        }

        var over = content is null ? CmsContent.Of(file) : new CmsContent(new Coverage(CoverageKind.External, "content"), () => new MemoryStream(content));
        return Verifier.Judge(file, over);
    }

    public CmsVerifier Verifier => new(Store, new ValidationPolicy(Revocation, UntrustedSignerRule.JudgeIntegrity), Algorithms, At);

    public TrustStore Store => new([Root.Certificate], [], Lists);

    public static void Passes(JudgedSignature judged) => Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());

    public static void Breaks(JudgedSignature judged, Indication indication, SubIndication reason, string rule, SignatureIntegrity integrity)
    {
        Assert.Equal((indication, reason, rule, integrity), (judged.Verdict.Indication, judged.Verdict.SubIndication, judged.Verdict.Failure!.Rule, judged.Integrity));
        Assert.True(integrity == SignatureIntegrity.Intact || (judged.Scope == SignatureScope.None && judged.Coverage.Count == 0));
    }
}
