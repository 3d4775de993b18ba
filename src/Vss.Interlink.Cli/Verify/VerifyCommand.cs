using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// <c>interlink verify</c>: judges one signed document without the hub. Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage,
/// 65 not readable.
/// </summary>
internal static class VerifyCommand
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    public static Command Create(TimeProvider clock)
    {
        var file = new Argument<string>("FILE") { Description = "The signed document; - reads standard input." };
        var trust = CertificateFiles.Option("--trust", "PEM|DER|DIR", "Trust anchors. Without any, integrity is still judged and the indication is INDETERMINATE.");
        var extra = CertificateFiles.Option("--extra-certs", "FILE|DIR", "Certificates between signer and anchor that the document does not carry.");
        var lists = CertificateFiles.Option("--crl", "FILE|DIR", "Revocation lists of the authorities of the path.");
        var at = new Option<DateTimeOffset?>("--at") { Description = "Judge at this time (ISO 8601 with Z or offset) instead of now.", HelpName = "TIME", CustomParser = Time };
        var noRevocation = new Option<bool>("--no-revocation") { Description = "Do not ask whether certificates were revoked; everything else is judged." };
        var content = new Option<string?>("--content") { Description = "The one content beside the document that its signature refers to.", HelpName = "F" };
        var detached = new Option<string[]>("--detached")
        {
            Description = "A content beside the document, by the URI that references name it by, or by its id where it is an attachment under a seal.", HelpName = "NAME=F", Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
        };
        var key = new Option<string?>("--pubkey") { Description = "A public key or certificate that is trusted as the signer's; KeyInfo is not looked at then.", HelpName = "PEM" };
        var policy = new Option<string>("--policy") { Description = "Algorithms and key lengths: default, or legacy, which admits SHA-1 and RSA from 1024 bits for judging old material.", HelpName = "default|legacy", DefaultValueFactory = _ => "default" };
        var require = new Option<string?>("--require")
        {
            Description = "What must be signed, with commas between: whole-document, id (an element by its identifier), id:VALUE, soap-body, timestamp. Without it a SOAP envelope's Body, and its Timestamp when it has one.",
            HelpName = "LIST",
        };
        var ocsp = new Option<string[]>("--ocsp") { Hidden = true, Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };

        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] unknown }]) result.AddError($"'{unknown}' is no option of verify; a file of that name is ./{unknown}.");
        });
        policy.Validators.Add(result =>
        {
            if (result.Tokens is [var other] && SignaturePolicy.All.All(known => known.Name != other.Value)) result.AddError($"--policy {other.Value} is not known. Choose default or legacy.");
        });
        // Part of the command's contract, but not of what this version can do: refused by its name, never passed over.
        ocsp.Validators.Add(result => result.AddError("--ocsp is not supported by this version: OCSP answers are not read; give revocation lists by --crl."));

        var command = new Command("verify", "Judges the XML signatures of a document: XML-DSig, XAdES, WS-Security; enveloped, enveloping or detached.\n\n" +
            "Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage, 65 not readable.")
        {
            file, content, detached, trust, extra, lists, ocsp, key, at, policy, require, noRevocation, json,
        };
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
                Algorithms = SignaturePolicy.All.First(known => known.Name == parsed.GetValue(policy)),
                At = parsed.GetValue(at) ?? clock.GetUtcNow(),
                Key = parsed.GetValue(key) is { } pem ? GivenContents.Key(pem) : null,
                Content = parsed.GetValue(content) is { } path ? GivenContents.Readable("--content", path) : null,
                Detached = GivenContents.Detached(parsed.GetRequiredValue(detached)),
                Required = CoverageRequirement.Parse(parsed.GetValue(require)),
            };
            var report = SignedDocument.Judge(request);
            StandardOutput.Write(() =>
            {
                if (parsed.GetValue(json)) Json.Write(report);
                else ReportPage.Write(Page.Out(), request, report);
            });
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
