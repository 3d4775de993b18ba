using System.CommandLine;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// <c>interlink verify</c>: judges one signed document without the hub. Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage,
/// 65 not readable.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(TimeProvider clock)
    {
        var file = JudgingOptions.FileArgument("FILE", "The signed document; - reads standard input.", "verify");
        var options = new JudgingOptions(clock, "--extra-certs");
        var content = new Option<string?>("--content") { Description = "The one content beside the document that its signature refers to; of a CMS signature without its content (.p7s), that content.", HelpName = "F" };
        var detached = new Option<string[]>("--detached")
        {
            Description = "A content beside the document, by the URI that references name it by, or by its id where it is an attachment under a seal.", HelpName = "NAME=F", Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
        };
        var key = new Option<string?>("--pubkey") { Description = "A public key or certificate that is trusted as the signer's; the certificates of the signature are not looked at then.", HelpName = "PEM" };
        var require = new Option<string?>("--require")
        {
            Description = "What must be signed, with commas between: whole-document, id (an element by its identifier), id:VALUE, soap-body, timestamp. Without it a SOAP envelope's Body, and its Timestamp when it has one.",
            HelpName = "LIST",
        };
        var command = new Command("verify", "Judges the signatures of a document, whose kind its octets tell: XML (XML-DSig, XAdES, WS-Security; enveloped, enveloping or detached), CMS and CAdES (.p7m, .p7s; DER, BER, PEM, S/MIME), ASiC-S and ASiC-E containers, PDF (PAdES, document time stamps).\n\n" +
            "Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 no signature found, 64 usage, 65 not readable.")
        {
            file, content, detached, key, require,
        };
        foreach (var option in options.All) command.Add(option);
        command.Add(options.NoRevocation);
        command.SetAction(parsed =>
        {
            var request = new VerifyRequest
            {
                File = parsed.GetRequiredValue(file),
                Store = options.Store(parsed),
                Policy = new ValidationPolicy(parsed.GetValue(options.NoRevocation) ? RevocationRule.NotChecked : RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity) { RevocationGrace = options.RevocationGrace(parsed) },
                Algorithms = options.Algorithms(parsed),
                At = options.Now(parsed),
                Key = parsed.GetValue(key) is { } pem ? GivenContents.Key(pem) : null,
                Content = parsed.GetValue(content) is { } path ? GivenContents.Readable("--content", path) : null,
                Detached = GivenContents.Detached(parsed.GetRequiredValue(detached)),
                Required = CoverageRequirement.Parse(parsed.GetValue(require)),
            };
            var report = SignedDocument.Judge(request);
            StandardOutput.Write(() =>
            {
                if (parsed.GetValue(options.Json)) Json.Write(report);
                else ReportPage.Write(Page.Out(), request.File, report);
            });
            return report.ExitCode;
        });
        return command;
    }
}
