using System.Text;
using System.Text.Json.Serialization;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Verify;

/// <summary>The kinds of signed documents that are judged.</summary>
internal enum SignedForm
{
    EnvelopedDocument,
    SoapEnvelope,
    DetachedSeal,
}

/// <summary>The report as <c>--json</c> writes it; scripts depend on its names. Indications stand in the spelling of EN 319 102-1.</summary>
/// <param name="Indication">TOTAL-PASSED, TOTAL-FAILED, INDETERMINATE; null when there was nothing to judge.</param>
/// <param name="SubIndication">As HASH_FAILURE; null when passed.</param>
/// <param name="Signatures">One for each signature that was judged.</param>
/// <param name="Errors">Why there was nothing to judge, or why judging broke off.</param>
internal sealed record VerifyReport(string? Indication, string? SubIndication, IReadOnlyList<ReportSignature> Signatures, IReadOnlyList<ReportError> Errors)
{
    private const int Failed = 1;
    private const int Indeterminate = 2;
    private const int NoSignature = 3;
    private const int Unreadable = 65;

    [JsonIgnore]
    public int ExitCode { get; private init; }

    public static VerifyReport NotReadable(ReportError error) => new(null, null, [], [error]) { ExitCode = Unreadable };

    public static VerifyReport NotJudged(ReportError error) =>
        new(Spelling.Of(XmlSecurity.Indication.Indeterminate), Spelling.Of(XmlSecurity.SubIndication.Generic), [], [error]) { ExitCode = Indeterminate };

    public static VerifyReport Of(VerificationResult result, SignedForm form, DateTimeOffset at)
    {
        var verdict = result switch
        {
            VerificationResult.Passed passed => passed.Document.Verdict,
            VerificationResult.Refused refused => refused.Verdict,
            _ => throw new InvalidOperationException("A verification passes or refuses."),
        };
        if (verdict.Failure is { Rule: Rules.Present } absent) return new VerifyReport(null, null, [], [new ReportError(absent.Rule, absent.At, absent.Detail, absent.Remedy)]) { ExitCode = NoSignature };
        var signature = ReportSignature.Of(verdict, result.Claims, form, at);
        return new VerifyReport(signature.Indication, signature.SubIndication, [signature], [])
        {
            ExitCode = verdict.Indication switch { XmlSecurity.Indication.TotalPassed => Cli.ExitCode.Done, XmlSecurity.Indication.TotalFailed => Failed, _ => Indeterminate },
        };
    }
}

/// <summary>Something that kept a document from being judged.</summary>
internal sealed record ReportError(string Rule, string At, string Detail, string Remedy);

/// <summary>One signature and how it was judged.</summary>
/// <param name="Id">Its Id attribute, or signature-1.</param>
/// <param name="Format">XAdES, WS-Security or XML-DSig.</param>
/// <param name="Level">B for XAdES baseline B-B, else dsig.</param>
/// <param name="Integrity">intact, broken or unknown: digests and signature value alone, whoever signed.</param>
/// <param name="Coverage">What is signed, as far as the digests were found right.</param>
/// <param name="Scope">full, partial or none.</param>
/// <param name="SigningTime">What the signer claims; null when he claims none.</param>
/// <param name="BestSignatureTime">Earliest time at which the signature is known to have existed: without a time stamp, the time of judging.</param>
/// <param name="Signer">Who the certificate names; null when none could be read.</param>
internal sealed record ReportSignature(
    string Id, string Format, string Level, string Integrity, string Indication, string? SubIndication, IReadOnlyList<ReportCoverage> Coverage, string Scope,
    IReadOnlyList<string> Algorithms, string? SigningTime, string BestSignatureTime, ReportSigner? Signer, IReadOnlyList<Step> Steps)
{
    public static ReportSignature Of(Verdict verdict, SignatureClaims? claims, SignedForm form, DateTimeOffset at)
    {
        var isXades = form is not SignedForm.SoapEnvelope && claims?.IsXades is true;
        return new ReportSignature(
            claims is { Id.Length: > 0 } ? claims.Id : "signature-1",
            form is SignedForm.SoapEnvelope ? "WS-Security" : isXades ? "XAdES" : "XML-DSig",
            isXades ? "B" : "dsig",
            IntegrityOf(verdict),
            Spelling.Of(verdict.Indication),
            Spelling.Of(verdict.SubIndication),
            [.. verdict.Covered.Select(coverage => new ReportCoverage(Spelling.Of(coverage.Kind), coverage.Reference))],
            ScopeOf(verdict, form),
            claims?.Algorithms ?? [],
            claims?.SigningTime is { } time ? Times.Utc(time) : null,
            Times.Utc(at),
            claims?.Signer is { } signer ? new ReportSigner(signer.Subject, signer.Sha256) : null,
            verdict.Ladder);
    }

    private static string IntegrityOf(Verdict verdict)
    {
        bool Any(bool ok, params ReadOnlySpan<string> rules)
        {
            foreach (var step in verdict.Ladder)
                if (step.Ok == ok && rules.Contains(step.Rule))
                    return true;
            return false;
        }

        if (Any(false, Rules.Value, Rules.Digest, Rules.CoverageHeader)) return "broken";
        var complete = verdict.Ladder.All(step => step.Ok || !step.Rule.StartsWith("sig.", StringComparison.Ordinal));
        return complete && Any(true, Rules.Value) && Any(true, Rules.Digest) ? "intact" : "unknown";
    }

    // A seal that covers its header and every attachment covers all there is of the dossier.
    private static string ScopeOf(Verdict verdict, SignedForm form)
    {
        if (verdict.Covered.Count == 0) return "none";
        var whole = form is SignedForm.DetachedSeal
            ? verdict.Ladder.Any(step => step is { Ok: true, Rule: Rules.CoverageAttachments })
            : verdict.Covered.Any(coverage => coverage.Kind == CoverageKind.WholeDocument);
        return whole ? "full" : "partial";
    }
}

/// <param name="Kind">whole-document, element or external.</param>
/// <param name="Ref">The reference's URI as it stood; empty for the whole document.</param>
internal sealed record ReportCoverage(string Kind, string Ref);

/// <param name="Sha256">Of the certificate, hexadecimal, lower case.</param>
internal sealed record ReportSigner(string Subject, string Sha256);

/// <summary>Words of the standard for our enumerations.</summary>
internal static class Spelling
{
    public static string Of(Indication indication) => Separated(indication.ToString(), '-').ToUpperInvariant();

    public static string? Of(SubIndication subIndication) => subIndication is SubIndication.None ? null : Separated(subIndication.ToString(), '_').ToUpperInvariant();

    public static string Of(CoverageKind kind) => Separated(kind.ToString(), '-').ToLowerInvariant();

    private static string Separated(string words, char separator)
    {
        var text = new StringBuilder();
        foreach (var letter in words)
        {
            if (char.IsUpper(letter) && text.Length > 0) text.Append(separator);
            text.Append(letter);
        }

        return text.ToString();
    }
}
