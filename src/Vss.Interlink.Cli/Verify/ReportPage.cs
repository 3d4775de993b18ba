using Vss.Interlink.Cli.Output;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Verify;

/// <summary>The report for people: one line a rung, the verdict last.</summary>
internal static class ReportPage
{
    public static void Write(Page page, string file, VerifyReport report)
    {
        var name = file == "-" ? "standard input" : file;
        foreach (var signature in report.Signatures)
        {
            page.Line($"{name}: {signature.Format}{(signature.Level is null ? "" : $", level {signature.Level}")}, '{signature.Id}'");
            page.Table("  ",
            [
                ["signer", signature.Signer?.Subject ?? "not known"],
                .. signature.Signer is { } signer ? new[] { new[] { "certificate", $"SHA-256 {signer.Sha256}" } } : [],
                ["signing time", signature.SigningTime is { } time ? $"{time} (the signer's word)" : "not stated"],
                ["judged at", signature.BestSignatureTime],
            ]);
            Steps(page, signature.Steps);
            var covered = string.Join(", ", signature.Coverage.Select(coverage => coverage.Ref.Length == 0 ? coverage.Kind : $"{coverage.Kind} {coverage.Ref}"));
            page.Table("  ", [["coverage", signature.Scope + (covered.Length == 0 ? "" : $": {covered}")], ["integrity", signature.Integrity]]);
        }

        foreach (var error in report.Errors)
        {
            page.Line($"{name}: {error.Rule}: {error.Detail}{(error.At.Length == 0 ? "" : $" (at {error.At})")}");
            page.Line($"  remedy: {error.Remedy}");
        }

        page.Line(report switch
        {
            { Indication: { } indication, SubIndication: { } reason } => $"{indication} ({reason})",
            { Indication: { } indication } => indication,
            { ExitCode: 3 } => "no signature found",
            _ => "not readable",
        });
    }

    private static void Steps(Page page, IReadOnlyList<Step> steps)
    {
        List<string[]> rows = [];
        foreach (var step in steps)
        {
            rows.Add([step.Ok ? page.Ok : page.Broken, step.Rule, step.At, step.Detail]);
            if (!step.Ok) rows.Add(["", "", "remedy:", step.Remedy]);
        }

        page.Table("  ", rows);
    }
}
