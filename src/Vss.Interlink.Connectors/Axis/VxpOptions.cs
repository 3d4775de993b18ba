using Microsoft.Extensions.Options;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>How the hub reaches the national document axis (VXP 2.0). Set once; nothing has a default that would let a wrong set-up pass.</summary>
public sealed class VxpOptions
{
    /// <summary>The agency's own security server or the shared one.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Admits <c>http</c>, which the dedicated government network uses. False unless said.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>What we are to the axis.</summary>
    public string SystemId { get; set; } = "";

    /// <summary>The key of the HMAC over the headers. Never logged.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The organ we send for.</summary>
    public string OrganId { get; set; } = "";

    /// <summary>How long one call may take, with its body. Packets travel whole, so this bounds their size too.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Largest answer other than a packet, in bytes; the list of all agencies (some 111 000) is the largest there is.</summary>
    public int AnswerBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Largest packet fetched, in bytes.</summary>
    public long PacketBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Without the secret, for whoever prints it.</summary>
    public override string ToString() => $"VXP {BaseAddress} as {SystemId} for {OrganId}";
}

/// <summary>Names every fault of <see cref="VxpOptions"/> at once.</summary>
public sealed class VxpOptionsValidator : IValidateOptions<VxpOptions>
{
    private const int MinSecretLength = 16;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, VxpOptions options)
    {
        List<string> wrong = [];
        if (options.BaseAddress is not { IsAbsoluteUri: true, Scheme: "http" or "https" } address)
            wrong.Add("BaseAddress is not set to an absolute http or https address.");
        else if (address.Scheme == "http" && !options.AllowPlainHttp)
            wrong.Add("BaseAddress is plain http. Use https, or set AllowPlainHttp where the dedicated network carries it.");
        else if (address.Query.Length > 0 || address.UserInfo.Length > 0)
            wrong.Add("BaseAddress has a query or credentials in it. Give the address alone.");
        else if (address.Scheme == "https" && address.HostNameType != UriHostNameType.Dns)
            wrong.Add("BaseAddress is https at a number. Give the name that the axis's certificate bears.");
        if (!VxpSignature.CanBeValue(options.SystemId)) wrong.Add("SystemId is empty, or holds characters that a header cannot carry.");
        if (!Exchange.OrganId.TryParse(options.OrganId, out _)) wrong.Add($"OrganId '{options.OrganId}' is no organ code.");
        if (options.Secret.Length < MinSecretLength) wrong.Add($"Secret is shorter than {MinSecretLength} characters.");
        Bounds.Check("CallTimeout", options.CallTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), wrong);
        Bounds.Check("AnswerBytes", options.AnswerBytes, 1024, 1 << 30, wrong);
        Bounds.Check("PacketBytes", options.PacketBytes, 1024, 1L << 40, wrong);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
