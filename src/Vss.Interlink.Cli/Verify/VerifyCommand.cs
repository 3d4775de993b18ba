using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// <c>interlink verify</c>: judges one signed document without the hub. Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage,
/// 65 not readable.
/// </summary>
internal static class VerifyCommand
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    // Part of the command's contract, but not of what this engine can do: a request that is not honoured is refused by its name, never passed over.
    private static readonly (string Name, string Why)[] Refused =
    [
        ("--content", "enveloping and detached signatures other than seals are not read; give a seal's attachments by --detached ID=FILE"),
        ("--ocsp", "OCSP answers are not read; give revocation lists by --crl"),
        ("--pubkey", "a bare key is not accepted; signers are known by certificates, see --trust"),
        ("--require", "coverage is fixed by the kind of document: the whole of it, or Body and Timestamp of a SOAP envelope, or header and all attachments of a seal"),
    ];

    public static Command Create(TimeProvider clock)
    {
        var file = new Argument<string>("FILE") { Description = "The signed document; - reads standard input." };
        var trust = CertificateFiles.Option("--trust", "PEM|DER|DIR", "Trust anchors. Without any, integrity is still judged and the indication is INDETERMINATE.");
        var extra = CertificateFiles.Option("--extra-certs", "FILE|DIR", "Certificates between signer and anchor that the document does not carry.");
        var lists = CertificateFiles.Option("--crl", "FILE|DIR", "Revocation lists of the authorities of the path.");
        var at = new Option<DateTimeOffset?>("--at") { Description = "Judge at this time (ISO 8601 with Z or offset) instead of now; a SOAP Timestamp must be good at it too.", HelpName = "TIME", CustomParser = Time };
        var noRevocation = new Option<bool>("--no-revocation") { Description = "Do not ask whether certificates were revoked; everything else is judged." };
        var detached = new Option<string[]>("--detached")
        {
            Description = "An attachment under a detached seal, by its id.", HelpName = "ID=FILE", Arity = ArgumentArity.OneOrMore, DefaultValueFactory = _ => [],
        };
        var header = new Option<string?>("--header") { Description = "Header projection to compare with the one that a detached seal carries.", HelpName = "FILE" };
        var policy = new Option<string>("--policy") { Description = "Rules for algorithms and key lengths; 'default' is the only one that this version knows.", HelpName = "default", DefaultValueFactory = _ => "default" };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };

        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] unknown }]) result.AddError($"'{unknown}' is no option of verify; a file of that name is ./{unknown}.");
        });
        policy.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not "default" } other]) result.AddError($"--policy {other.Value} is not supported: this version judges by the policy 'default' only.");
        });

        var command = new Command("verify", "Judges a signed document: a receipt or evidence (enveloped XAdES), a SOAP envelope with WS-Security, or a detached seal.\n\n" +
            "Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage, 65 not readable.")
        {
            file, trust, extra, lists, at, noRevocation, detached, header, policy, json,
        };
        foreach (var (name, why) in Refused)
        {
            var refused = new Option<string[]>(name) { Hidden = true, Arity = ArgumentArity.ZeroOrMore };
            refused.Validators.Add(result => result.AddError($"{name} is not supported by this version: {why}."));
            command.Options.Add(refused);
        }

        command.SetAction(parsed =>
        {
            var request = new VerifyRequest
            {
                File = parsed.GetRequiredValue(file),
                Store = new TrustStore(
                    CertificateFiles.Read("--trust", parsed.GetRequiredValue(trust)),
                    CertificateFiles.Read("--extra-certs", parsed.GetRequiredValue(extra)),
                    CertificateFiles.Read("--crl", parsed.GetRequiredValue(lists), TrustStore.RevocationLists, "revocation list (.crl, .pem, .der)")),
                Policy = new ValidationPolicy(parsed.GetValue(noRevocation) ? RevocationRule.NotChecked : RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity),
                At = parsed.GetValue(at) ?? clock.GetUtcNow(),
                Parts = DetachedParts.Read(parsed.GetRequiredValue(detached)),
                Header = parsed.GetValue(header) is { } path ? DetachedParts.ReadHeader(path) : null,
            };
            var report = SignedDocument.Judge(request);
            if (parsed.GetValue(json)) Json.Write(report);
            else ReportPage.Write(Page.Out(), request, report);
            return report.ExitCode;
        });
        return command;
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        if (result.Tokens is [var only] && DateTimeOffset.TryParseExact(only.Value, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
        result.AddError("--at needs a time with its offset, as 2026-11-21T09:00:00Z or 2026-11-21T16:00:00+07:00.");
        return null;
    }
}
