using System.Text;
using System.Text.Json.Serialization;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

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

    public static VerifyReport NotReadable(DocumentProblem problem) => NotReadable(new ReportError(problem.Rule, problem.At, problem.Detail, problem.Remedy));

    public static VerifyReport NotJudged(ReportError error) =>
        new(Spelling.Of(XmlSecurity.Indication.Indeterminate), Spelling.Of(XmlSecurity.SubIndication.Generic), [], [error]) { ExitCode = Indeterminate };

    public static VerifyReport NotSigned { get; } =
        new(null, null, [], [new ReportError("sig.present", "", "the document has no signature", "Give the signed document.")]) { ExitCode = NoSignature };

    /// <summary>There is nothing that could be judged.</summary>
    public static VerifyReport NotThere(ReportError error) => new(null, null, [], [error]) { ExitCode = NoSignature };

    /// <summary>One thing that was judged.</summary>
    public static VerifyReport Of(Verdict verdict, ReportSignature judged) => new(Spelling.Of(verdict.Indication), Spelling.Of(verdict.SubIndication), [judged], []) { ExitCode = ExitCodeOf(verdict) };

    /// <summary>TOTAL-PASSED when every signature passed; otherwise by the first that failed, or else by the first that is not decided.</summary>
    public static VerifyReport Of(IReadOnlyList<JudgedSignature> judged, DateTimeOffset at)
    {
        var verdicts = judged.Select(signature => signature.Verdict).ToList();
        var decisive = verdicts.Find(verdict => verdict.Indication == XmlSecurity.Indication.TotalFailed) ?? verdicts.Find(verdict => !verdict.Passed) ?? verdicts[0];
        return new VerifyReport(Spelling.Of(decisive.Indication), Spelling.Of(decisive.SubIndication), [.. judged.Select((signature, index) => ReportSignature.Of(signature, index, at))], [])
        {
            ExitCode = ExitCodeOf(decisive),
        };
    }

    private static int ExitCodeOf(Verdict verdict) => verdict.Indication switch { XmlSecurity.Indication.TotalPassed => Cli.ExitCode.Done, XmlSecurity.Indication.TotalFailed => Failed, _ => Indeterminate };
}

/// <summary>Something that kept a document from being judged.</summary>
internal sealed record ReportError(string Rule, string At, string Detail, string Remedy);

/// <summary>One signature and how it was judged.</summary>
/// <param name="Id">What the document calls it, as its Id attribute; or signature-1.</param>
/// <param name="Format">XAdES, WS-Security, XML-DSig, CAdES, CMS, PAdES, PDF or RFC 3161.</param>
/// <param name="Level">dsig, B, T, LT or LTA, by what holds of what it carries; null where its format has no levels.</param>
/// <param name="Integrity">intact, broken or unknown: digests and signature value alone, whoever signed.</param>
/// <param name="Coverage">What is signed, as far as the digests were found right; without the signature's own properties.</param>
/// <param name="Scope">full, partial or none.</param>
/// <param name="SigningTime">What the signer claims; null when he claims none.</param>
/// <param name="BestSignatureTime">Earliest time at which the signature is known to have existed: without a time stamp, the time of judging.</param>
/// <param name="Signer">Who the certificate names; null when none could be read.</param>
internal sealed record ReportSignature(
    string Id, string Format, string? Level, string Integrity, string Indication, string? SubIndication, IReadOnlyList<ReportCoverage> Coverage, string Scope,
    IReadOnlyList<string> Algorithms, string? SigningTime, string BestSignatureTime, ReportSigner? Signer, IReadOnlyList<Step> Steps)
{
    public static ReportSignature Of(JudgedSignature signature, int index, DateTimeOffset at) => new(
        signature.Id.Length > 0 ? signature.Id : $"signature-{index + 1}",
        Spelling.Of(signature.Kind),
        signature.Level is { } level ? Spelling.Of(level) : null,
        Spelling.Of(signature.Integrity),
        Spelling.Of(signature.Verdict.Indication),
        Spelling.Of(signature.Verdict.SubIndication),
        [.. signature.Coverage.Select(coverage => new ReportCoverage(Spelling.Of(coverage.Kind), coverage.Reference))],
        Spelling.Of(signature.Scope),
        signature.Algorithms,
        signature.ClaimedTime is { } time ? Times.Utc(time) : null,
        Times.Utc(signature.ProvedAt ?? at),
        signature.Signer is { } signer ? new ReportSigner(signer.Subject, signer.Sha256) : null,
        signature.Verdict.Ladder);

    /// <summary>A certificate by itself.</summary>
    public static ReportSignature OfCertificate(Verdict verdict, Signatory signer, DateTimeOffset at) => new(
        "certificate", "X.509", null, Spelling.Of(SignatureIntegrity.Unknown), Spelling.Of(verdict.Indication), Spelling.Of(verdict.SubIndication), [], Spelling.Of(SignatureScope.None), [], null, Times.Utc(at),
        new ReportSigner(signer.Subject, signer.Sha256), verdict.Ladder);

    /// <summary>A time-stamp token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="judged">What was found of it.</param>
    /// <param name="data">Path of what it is of; null when that was not given.</param>
    public static ReportSignature OfTimeStamp(TimeStampToken token, JudgedTimeStamp judged, string? data)
    {
        var integrity = judged.IsIntact switch { true => SignatureIntegrity.Intact, false => SignatureIntegrity.Broken, null => SignatureIntegrity.Unknown };
        var isCovered = integrity is SignatureIntegrity.Intact && data is not null;
        return new ReportSignature(
            token.SerialNumber, Spelling.Of(SignatureKind.TimeStamp), null, Spelling.Of(integrity), Spelling.Of(judged.Verdict.Indication), Spelling.Of(judged.Verdict.SubIndication),
            isCovered ? [new ReportCoverage(Spelling.Of(CoverageKind.External), data!)] : [], Spelling.Of(isCovered ? SignatureScope.Full : SignatureScope.None),
            token.Hash.Name is { } hash ? [hash] : [], Times.Utc(token.Time), Times.Utc(token.Time), judged.Signer is { } signer ? new ReportSigner(signer.Subject, signer.Sha256) : null, judged.Verdict.Ladder);
    }
}

/// <param name="Kind">whole-document, element, byte-range or external.</param>
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

    public static string Of(SignatureIntegrity integrity) => integrity.ToString().ToLowerInvariant();

    public static string Of(SignatureLevel level) => level is SignatureLevel.Dsig ? "dsig" : level.ToString();

    public static string Of(SignatureKind kind) => kind switch
    {
        SignatureKind.XmlDsig => "XML-DSig",
        SignatureKind.Xades => "XAdES",
        SignatureKind.WsSecurity => "WS-Security",
        SignatureKind.Cms => "CMS",
        SignatureKind.Cades => "CAdES",
        SignatureKind.Pdf => "PDF",
        SignatureKind.Pades => "PAdES",
        _ => "RFC 3161",
    };

    public static string Of(SignatureScope scope) => scope.ToString().ToLowerInvariant();

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
