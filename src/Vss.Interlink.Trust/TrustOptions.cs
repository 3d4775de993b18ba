using Microsoft.Extensions.Options;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Trust;

/// <summary>What the hub trusts and with which key it signs. Nothing here has a default: absence refuses.</summary>
public sealed class TrustOptions
{
    /// <summary>PEM or DER file, or a folder of such files.</summary>
    public string? Anchors { get; set; }

    /// <summary>The same for certificates between signers and anchors; optional.</summary>
    public string? Intermediates { get; set; }

    /// <summary>CRL file or folder; optional where <see cref="Online"/> names hosts to ask.</summary>
    public string? RevocationLists { get; set; }

    /// <summary>Key URI of the hub's seal.</summary>
    public Uri? HubKey { get; set; }

    /// <summary>Key URI for answers of the SOAP edge; where it is not set, the hub's seal signs them. Receipts and other evidence are always under the seal.</summary>
    public Uri? AnswerKey { get; set; }

    /// <summary>Distinguished names of inside services' client certificates.</summary>
    public IList<string> InsideSubjects { get; } = [];

    /// <summary>Tolerated difference of clocks, seconds.</summary>
    public int? ClockSkewSeconds { get; set; }

    /// <summary>Longest life of a message's Timestamp, seconds.</summary>
    public int? MaxMessageAgeSeconds { get; set; }

    /// <summary>File with policies and partners.</summary>
    public string? Policies { get; set; }

    /// <summary>Revocation answers from the network.</summary>
    public OnlineOptions Online { get; } = new();

    /// <summary>Who makes time stamps for the hub.</summary>
    public TimeStampingOptions TimeStamping { get; } = new();
}

/// <summary>Tells every fault at once.</summary>
internal sealed class TrustOptionsValidator : IValidateOptions<TrustOptions>
{
    public ValidateOptionsResult Validate(string? name, TrustOptions options)
    {
        List<string> wrong = [];
        Exists(options.Anchors, "Trust:Anchors", "every signature would be refused", wrong);
        if (options.RevocationLists is not null || options.Online.Hosts.Count == 0) Exists(options.RevocationLists, "Trust:RevocationLists", "no signer could be shown to be unrevoked", wrong);
        if (options.Intermediates is not null) Exists(options.Intermediates, "Trust:Intermediates", "it is named", wrong);
        if (options.HubKey is null) wrong.Add("Trust:HubKey is not set. Give the key URI of the hub's seal.");
        if (options.ClockSkewSeconds is null) wrong.Add("Trust:ClockSkewSeconds is not set. Give 0 to 600.");
        if (options.MaxMessageAgeSeconds is null) wrong.Add("Trust:MaxMessageAgeSeconds is not set. Give 1 to 86400.");
        Bounds.Check("Trust:ClockSkewSeconds", options.ClockSkewSeconds, 0, 600, wrong);
        Bounds.Check("Trust:MaxMessageAgeSeconds", options.MaxMessageAgeSeconds, 1, 86_400, wrong);
        if (!File.Exists(options.Policies)) wrong.Add(options.Policies is null ? "Trust:Policies is not set: no partner could send anything." : $"Trust:Policies names '{options.Policies}', which does not exist: no partner could send anything.");
        wrong.AddRange(options.Online.Faults());
        wrong.AddRange(options.TimeStamping.Faults());
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static void Exists(string? path, string setting, string consequence, List<string> wrong)
    {
        if (string.IsNullOrWhiteSpace(path)) wrong.Add($"{setting} is not set: {consequence}.");
        else if (!File.Exists(path) && !Directory.Exists(path)) wrong.Add($"{setting} names '{path}', which does not exist: {consequence}.");
    }
}
