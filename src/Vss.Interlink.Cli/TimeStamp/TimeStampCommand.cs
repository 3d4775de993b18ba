using System.CommandLine;
using System.Security.Cryptography;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Cli.Verify;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Cli.TimeStamp;

/// <summary><c>interlink tsp verify</c>: judges a time-stamp token by RFC 3161. Exit codes are those of <c>verify</c>.</summary>
internal static class TimeStampCommand
{
    private const long MaxToken = 16 * 1024 * 1024;

    public static Command Create(TimeProvider clock) => new("tsp", "Judges time stamps.") { Verify(clock) };

    private static Command Verify(TimeProvider clock)
    {
        var file = JudgingOptions.FileArgument("TOKEN", "A time-stamp token, or the response that has one; - reads standard input.", "tsp verify");
        var options = new JudgingOptions(clock, "--extra-certs");
        var data = new Option<string?>("--data") { Description = "What was stamped.", HelpName = "FILE" };
        var query = new Option<string?>("--request") { Description = "What was asked of the authority: imprint, nonce and policy must be answered.", HelpName = "FILE" };
        var command = new Command("verify", "Judges a time-stamp token by RFC 3161.\n\nExit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no token in the response, 64 usage, 65 not readable.") { file, data, query };
        foreach (var option in options.All) command.Add(option);
        command.Add(options.NoRevocation);
        command.SetAction(parsed =>
        {
            var judge = new TimeStampJudge(options.Store(parsed), new ValidationPolicy(parsed.GetValue(options.NoRevocation) ? RevocationRule.NotChecked : RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity) { RevocationGrace = options.RevocationGrace(parsed) }, options.Algorithms(parsed), options.Now(parsed));
            var stamped = parsed.GetValue(data) is { } path ? GivenContents.Readable("--data", path) : null;
            var asked = parsed.GetValue(query) is { } request ? Query(request) : null;
            var name = parsed.GetRequiredValue(file);
            var report = Judge(name, judge, stamped, asked);
            StandardOutput.Write(() =>
            {
                if (parsed.GetValue(options.Json)) Json.Write(report);
                else ReportPage.Write(Page.Out(), name, report);
            });
            return report.ExitCode;
        });
        return command;
    }

    private static VerifyReport Judge(string file, TimeStampJudge judge, string? data, TimeStampQuery? query)
    {
        try
        {
            using var input = SpooledInput.Open(file);
            var stream = input.Read();
            if (stream.Length > MaxToken) return VerifyReport.NotReadable(new ReportError("tsp.limit", "", $"a token has at most {MaxToken} octets", "Name a time-stamp token."));
            var octets = new byte[stream.Length];
            stream.ReadExactly(octets);
            if (TimeStampToken.TryReadRefusal(octets) is { } refusal)
                return VerifyReport.NotThere(new ReportError("tsp.granted", "", $"the authority refused: {refusal}", "Ask again."));
            if (TimeStampToken.TryRead(octets) is not { } token)
                return VerifyReport.NotReadable(new ReportError("tsp.structure", "", "the file is no time-stamp token and no response with one", "Name a token by RFC 3161, DER or PEM."));
            var judged = judge.Judge(token, data is null ? null : hash => Digest(data, hash), query);
            return VerifyReport.Of(judged.Verdict, ReportSignature.OfTimeStamp(token, judged, data));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return VerifyReport.NotReadable(new ReportError("input.readable", "", unreadable.Message, "Name a file that can be read, or - for standard input."));
        }
    }

    private static byte[] Digest(string path, HashAlgorithmName hash)
    {
        using var stream = RegularFile.Open(path);
        return CryptographicOperations.HashData(hash, stream);
    }

    private static TimeStampQuery Query(string path) =>
        TimeStampQuery.TryRead(File.ReadAllBytes(GivenContents.Readable("--request", path))) ?? throw new UsageException($"--request: '{path}' is no time-stamp request.");
}
