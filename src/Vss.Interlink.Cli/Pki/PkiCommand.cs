using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Cli.Verify;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Cli.Pki;

/// <summary><c>interlink pki validate</c>: judges a certificate by RFC 5280 section 6. Exit codes are those of <c>verify</c>.</summary>
internal static class PkiCommand
{
    private static readonly Dictionary<string, CertificatePurpose> s_purposes = new(StringComparer.Ordinal)
    {
        ["any"] = CertificatePurpose.Any,
        ["serverAuth"] = CertificatePurpose.ServerAuth,
        ["clientAuth"] = CertificatePurpose.ClientAuth,
        ["emailProtection"] = CertificatePurpose.EmailProtection,
        ["codeSigning"] = CertificatePurpose.CodeSigning,
        ["timeStamping"] = CertificatePurpose.TimeStamping,
        ["ocspSigning"] = CertificatePurpose.OcspSigning,
    };

    private static readonly Dictionary<string, RevocationRule> s_revocation = new(StringComparer.Ordinal)
    {
        ["required"] = RevocationRule.Required,
        ["if-available"] = RevocationRule.IfAvailable,
        ["off"] = RevocationRule.NotChecked,
    };

    public static Command Create(TimeProvider clock) => new("pki", "Judges certificates.") { Validate(clock) };

    private static Command Validate(TimeProvider clock)
    {
        var leaf = JudgingOptions.FileArgument("LEAF", "The certificate, PEM or DER; the first where a PEM file has several, of which the others may stand between.", "pki validate");
        var options = new JudgingOptions(clock, "--intermediates");
        var purpose = OneOf("--purpose", s_purposes.Keys, "What it is to be used for.", "any");
        var revocation = OneOf("--revocation", s_revocation.Keys, "Whether each certificate must be shown to be unrevoked, or what is known counts, or nothing is asked.", "required");
        var name = new Option<string?>("--name") { Description = "The name that it must be for.", HelpName = "dns:HOST" };
        var depth = new Option<int?>("--max-depth") { Description = "Most certificates between it and the anchor.", HelpName = "N" };
        var policies = new Option<string[]>("--policy-oid") { Description = "A certificate policy that is acceptable; any where none is given.", HelpName = "OID", DefaultValueFactory = _ => [] };
        var requires = new Option<bool>("--explicit-policy") { Description = "An acceptable policy must hold along the path." };
        var mapping = new Option<bool>("--inhibit-mapping") { Description = "Policies are not mapped." };
        var any = new Option<bool>("--inhibit-any") { Description = "anyPolicy stands for no policy." };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && HostOf(given) is null) result.AddError($"--name needs a host, as dns:hub.example.vn, not '{given}'. Letters with marks are composed ones; an IP address is no host.");
        });
        depth.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _)) result.AddError($"--max-depth needs a number from 0 to {int.MaxValue}, not '{given}'.");
        });
        policies.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsOid(token.Value))) result.AddError($"'{token.Value}' is no object identifier.");
        });

        var command = new Command("validate", "Judges a certificate by RFC 5280.\n\nExit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 64 usage, 65 not readable.") { leaf };
        foreach (var option in options.All) command.Add(option);
        foreach (var option in (Option[])[purpose, name, depth, policies, requires, mapping, any, revocation]) command.Add(option);
        command.SetAction(parsed =>
        {
            var store = options.Store(parsed);
            var request = new PathRequest
            {
                Purpose = s_purposes[parsed.GetRequiredValue(purpose)],
                Now = options.Now(parsed),
                Revocation = s_revocation[parsed.GetRequiredValue(revocation)],
                Algorithms = options.Algorithms(parsed),
                RevocationGrace = options.RevocationGrace(parsed),
                Policies = new PolicyRequest(parsed.GetRequiredValue(policies), parsed.GetValue(requires), parsed.GetValue(mapping), parsed.GetValue(any)),
                DnsName = parsed.GetValue(name) is { } host ? HostOf(host) : null,
            };
            if (parsed.GetValue(depth) is { } most) request = request with { MaxIntermediates = most };
            var file = parsed.GetRequiredValue(leaf);
            var report = Judge(file, store, request);
            StandardOutput.Write(() =>
            {
                if (parsed.GetValue(options.Json)) Json.Write(report);
                else ReportPage.Write(Page.Out(), file, report);
            });
            return report.ExitCode;
        });
        return command;
    }

    private static VerifyReport Judge(string file, TrustStore store, PathRequest request)
    {
        IReadOnlyList<X509Certificate2> read;
        try
        {
            RegularFile.ThrowIfOther(file);
            read = TrustStore.Certificates(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            return VerifyReport.NotReadable(new ReportError("input.readable", "", unreadable.Message, "Name a certificate, PEM or DER."));
        }

        if (read.Count == 0) return VerifyReport.NotReadable(new ReportError("input.readable", "", $"'{file}' holds no certificate", "Name a certificate, PEM or DER."));
        var verdict = new CertificateVerifier(store).Verify(read[0], [.. read.Skip(1)], request);
        var signer = CertificateVerifier.Name(read[0]);
        return VerifyReport.Of(verdict, ReportSignature.OfCertificate(verdict, signer, request.Now));
    }

    private static Option<string> OneOf(string name, IEnumerable<string> values, string description, string whenAbsent)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values), DefaultValueFactory = _ => whenAbsent };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !values.Contains(given, StringComparer.Ordinal)) result.AddError($"{name} {given} is not known. Choose one of {string.Join(", ", values)}.");
        });
        return option;
    }

    // As certificates have it: RFC 9525 section 6.3 compares A-labels. Null when it is none.
    private static string? HostOf(string given)
    {
        if (!given.StartsWith("dns:", StringComparison.Ordinal) || given.Any(letter => char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark)) return null;
        try
        {
            var host = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(given[4..].ToLowerInvariant());
            return Uri.CheckHostName(host) == UriHostNameType.Dns ? host : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsOid(string text)
    {
        try
        {
            new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER).WriteObjectIdentifier(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
