using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>Who signs in these tests, and how it is judged.</summary>
internal static class PdfJudging
{
    public static Holder Root { get; } = Holder.Root("CN=Root");

    public static Holder Person { get; } = Root.Issue("CN=Person");

    public static Holder Agency { get; } = Root.Issue("CN=Agency");

    public static Holder Stranger { get; } = Holder.Root("CN=Elsewhere").Issue("CN=Stranger");

    public static TrustStore Store { get; } = new([Root.Certificate], [], [CertificateList.TryRead(Root.List())!]);

    /// <summary>A page, signed by a person: what most tests begin with.</summary>
    public static TestPdf Signed { get; } = TestPdf.Create().Sign(Person);

    public static PdfReport Report(byte[] octets, SignaturePolicy? algorithms = null, DateTimeOffset? at = null, TrustStore? store = null, RevocationRule revocation = RevocationRule.Required)
    {
        using var file = new MemoryStream(octets, writable: false);
        return new PdfVerifier(store ?? Store, new ValidationPolicy(revocation, UntrustedSignerRule.JudgeIntegrity), algorithms ?? SignaturePolicy.Default, at ?? Holder.Now).Judge(file);
    }

    public static IReadOnlyList<JudgedSignature> Judge(TestPdf pdf, SignaturePolicy? algorithms = null)
    {
        var report = Report(pdf.Octets, algorithms);
        Assert.True(report.Refusal is null, report.Refusal?.Detail);
        return report.Signatures;
    }

    /// <summary>The one signature, or the first.</summary>
    public static JudgedSignature First(TestPdf pdf, SignaturePolicy? algorithms = null) => Judge(pdf, algorithms)[0];

    public static void Passes(JudgedSignature signature) => Assert.True(signature is { Verdict.Passed: true, Scope: SignatureScope.Full, Integrity: SignatureIntegrity.Intact }, Shown(signature));

    public static void Fails(JudgedSignature signature, Indication indication, SubIndication reason, string rule, string detail = "")
    {
        Assert.True((signature.Verdict.Indication, signature.Verdict.SubIndication) == (indication, reason), Shown(signature));
        Assert.True(signature.Verdict.Ladder.Any(step => !step.Ok && step.Rule == rule && step.Detail.Contains(detail, StringComparison.Ordinal)), Shown(signature));
    }

    /// <summary>An attack: refused for its format, by this rule, whatever digest and value say.</summary>
    public static void Refused(JudgedSignature signature, string rule, string detail = "") => Fails(signature, Indication.TotalFailed, SubIndication.FormatFailure, rule, detail);

    /// <summary>The octets with some text in place of another of the same length.</summary>
    public static byte[] Replaced(byte[] octets, string before, string after)
    {
        Assert.Equal(before.Length, after.Length);
        var text = Encoding.Latin1.GetString(octets);
        var at = text.LastIndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{before}' is not there");
        return Encoding.Latin1.GetBytes(string.Concat(text.AsSpan(0, at), after, text.AsSpan(at + before.Length)));
    }

    public static string Shown(JudgedSignature signature) =>
        $"{signature.Verdict.Indication} {signature.Verdict.SubIndication}, {signature.Integrity}, {signature.Scope}\n{string.Join('\n', signature.Verdict.Ladder.Select(step => $"{(step.Ok ? "ok" : "BROKEN")} {step.Rule} [{step.At}] {step.Detail}"))}";
}
