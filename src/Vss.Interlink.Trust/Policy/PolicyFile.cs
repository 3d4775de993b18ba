using System.Globalization;
using System.Text.Json;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Policy;

/// <summary>
/// Policies and partners as they stand in a JSON file (docs/partners.md). Every fault of a file is found at once; what is not known there is a fault too, for a mistyped rule would be one
/// that is not kept.
/// </summary>
public sealed class PolicyFile
{
    private const string Open = "open";

    private PolicyFile(IReadOnlyDictionary<string, NamedPolicy> policies, PartnerPolicies partners) => (Policies, Partners) = (policies, partners);

    public IReadOnlyDictionary<string, NamedPolicy> Policies { get; }

    public PartnerPolicies Partners { get; }

    /// <summary>Reads the octets of a file.</summary>
    /// <exception cref="PolicyException">It has faults; all of them are told.</exception>
    public static PolicyFile Parse(ReadOnlySpan<byte> json)
    {
        FileForm form;
        try
        {
            form = JsonSerializer.Deserialize<FileForm>(json, StrictJson.Options) ?? throw new JsonException("The file holds null.");
        }
        catch (JsonException broken)
        {
            // The serializer names our types.
            var what = broken.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) ? $"What stands there (line {broken.LineNumber + 1}) is none of its values." : broken.Message;
            throw new PolicyException([$"{(broken.Path is { Length: > 0 } at ? at + ": " : "")}{what}"]);
        }

        if (form.Policies?.ContainsValue(null!) == true || form.Partners?.Contains(null!) == true || form.Partners?.Exists(partner => partner.Signers?.Contains(null!) == true) == true)
            throw new PolicyException(["A policy, partner or signer is null. Give it, or leave it out."]);
        List<string> wrong = [];
        var policies = (form.Policies ?? []).Select(policy => Policy(policy.Key, policy.Value, wrong)).OfType<NamedPolicy>().ToDictionary(policy => policy.Name, StringComparer.Ordinal);
        var partners = (form.Partners ?? []).Select((partner, number) => Partner($"partners[{number}] ({partner.Organ ?? "no organ"})", partner, form.Policies ?? [], policies, wrong)).OfType<PartnerPolicy>().ToList();
        wrong.AddRange(form.Partners?.GroupBy(partner => partner.Organ).Where(group => group.Key is not null && group.Count() > 1).Select(group => $"partners names organ {group.Key} more than once.") ?? []);
        return wrong.Count == 0 ? new PolicyFile(policies, new PartnerPolicies(partners)) : throw new PolicyException(wrong);
    }

    private static NamedPolicy? Policy(string name, PolicyForm form, List<string> wrong)
    {
        var before = wrong.Count;
        var at = $"policies.{name}";
        if (form.Algorithms is not { Count: > 0 }) wrong.Add($"{at} lists no algorithms, so nothing could be accepted.");
        Dictionary<string, DateTimeOffset?> acceptable = [];
        foreach (var (algorithm, until) in form.Algorithms ?? [])
        {
            if (!SignaturePolicy.IsKnown(algorithm)) wrong.Add($"{at} lists '{algorithm}', which is no algorithm or key that a policy can admit.");
            else if (until == Open) acceptable[algorithm] = null;
            else if (End(until) is { } end) acceptable[algorithm] = end;
            else wrong.Add($"{at} lists {algorithm} until '{until}'. Give {Open}, or a date as 2030-12-31.");
        }

        if (form.RequiredLevel is null) wrong.Add($"{at} does not set requiredLevel. Choose B, T, LT or LTA, or Dsig for none.");
        if (!TimeSpan.TryParseExact(form.RevocationGrace, "c", CultureInfo.InvariantCulture, out var grace) || grace < TimeSpan.Zero || grace > TimeSpan.FromDays(7))
            wrong.Add($"{at} does not set revocationGrace, or not to 00:00:00 to 7.00:00:00.");
        if (form.Unsigned is null) wrong.Add($"{at} does not set unsigned. Choose Refuse or InformationOnly.");
        if (form.ClientCertificate is null) wrong.Add($"{at} does not set clientCertificate. Choose Required or NotRequired.");
        if (form.Attachments is null) wrong.Add($"{at} does not set attachments. Choose NotJudged, Recorded, Agency or PersonAndAgency.");
        return wrong.Count > before ? null : new NamedPolicy(new SignaturePolicy(name, acceptable), form.RequiredLevel!.Value, grace, form.Unsigned!.Value, form.ClientCertificate!.Value, form.Attachments!.Value);
    }

    // The end of the day.
    private static DateTimeOffset? End(string? date) =>
        DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero).AddTicks(-1) : null;

    private static PartnerPolicy? Partner(string at, PartnerForm form, Dictionary<string, PolicyForm> named, Dictionary<string, NamedPolicy> policies, List<string> wrong)
    {
        var before = wrong.Count;
        if (string.IsNullOrWhiteSpace(form.Organ)) wrong.Add($"{at} has no organ.");
        if (form.Policy is null) wrong.Add($"{at} names no policy.");
        else if (!named.ContainsKey(form.Policy)) wrong.Add($"{at} names the policy '{form.Policy}', which is not in the file.");
        var policy = policies.GetValueOrDefault(form.Policy ?? "");
        var signers = (form.Signers ?? []).Select((signer, number) => Signer($"{at}.signers[{number}]", signer, wrong)).OfType<OrganSigner>().ToList();
        if (policy?.Unsigned is UnsignedRule.Refuse && form.Signers is not { Count: > 0 }) wrong.Add($"{at} refuses unsigned documents and names no signers, so it could send nothing.");
        if (policy?.Attachments is AttachmentRule.PersonAndAgency && signers.Count > 0 && !signers.Exists(signer => signer.Role == SignerRole.Person)) wrong.Add($"{at} asks for the signature of a person and names none who may sign.");
        if (policy?.Attachments is AttachmentRule.Agency or AttachmentRule.PersonAndAgency && signers.Count > 0 && !signers.Exists(signer => signer.Role == SignerRole.Agency)) wrong.Add($"{at} asks for the signature of the agency and names no seal of it.");
        return wrong.Count > before || policy is null ? null : new PartnerPolicy(form.Organ!, form.Name ?? form.Organ!, signers, policy) { Suspended = form.Suspended };
    }

    private static OrganSigner? Signer(string at, SignerForm form, List<string> wrong)
    {
        var before = wrong.Count;
        if (form.Subject is null ? form.Issuer is null || form.SerialNumber is null : form.Issuer is not null || form.SerialNumber is not null) wrong.Add($"{at} needs a subject, or an issuer with a serialNumber.");
        if (form.SerialNumber is { } serial && (serial.Length == 0 || serial.Length % 2 == 1 || serial.Any(digit => !char.IsAsciiHexDigitUpper(digit)))) wrong.Add($"{at} has the serial number '{serial}'. Give it in hexadecimal, upper case, whole octets.");
        if (form.Role is null) wrong.Add($"{at} does not set role. Choose Agency or Person.");
        return wrong.Count > before ? null : new OrganSigner(form.Subject, form.Issuer, form.SerialNumber, form.Role!.Value);
    }

    private sealed record FileForm(Dictionary<string, PolicyForm>? Policies, List<PartnerForm>? Partners);

    private sealed record PolicyForm(
        Dictionary<string, string>? Algorithms, SignatureLevel? RequiredLevel, string? RevocationGrace, UnsignedRule? Unsigned, ClientCertificateRule? ClientCertificate, AttachmentRule? Attachments);

    private sealed record PartnerForm(string? Organ, string? Name, string? Policy, List<SignerForm>? Signers, SuspensionRule? Suspended);

    private sealed record SignerForm(string? Subject, string? Issuer, string? SerialNumber, SignerRole? Role);
}

/// <summary>A policy file with faults.</summary>
public sealed class PolicyException(IReadOnlyList<string> faults) : Exception(string.Join(' ', faults))
{
    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
