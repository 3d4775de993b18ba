using Microsoft.Extensions.Options;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Settings of the SOAP edge.</summary>
public sealed class SoapOptions
{
    /// <summary>Octets of one HTTP request body, attachments included, and of one answer, whose attachments are base64. Such a body is held in memory while it is worked on.</summary>
    public long MaxMessageBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Octets of all request bodies and fetched dossiers over 256 KiB held at once; a request beyond it is told to come again. Smaller ones have a quarter as much for themselves, and what
    /// is free of it. Working on a body takes some five times its octets of memory.
    /// </summary>
    public long MaxHeldBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Parts of one multipart message, the root part included.</summary>
    public int MaxParts { get; set; } = 256;

    /// <summary>Address that partners reach the hub under, as https://interlink.example/soap/v1, for the WSDL. Empty: the address the WSDL was asked at.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>Limits of the XML part. Its octets are bounded by <see cref="MaxMessageBytes"/>, because attachments may stand in it as base64.</summary>
    internal XmlLimits XmlLimits => new() { MaxBytes = MaxMessageBytes };

    /// <summary>Limits of what is verified: the same document with every attachment expanded to base64, if need be in UTF-16.</summary>
    internal XmlLimits VerifiedLimits => new() { MaxBytes = MaxMessageBytes * 3 };
}

/// <summary>Names every wrong setting at once.</summary>
internal sealed class SoapOptionsValidator : IValidateOptions<SoapOptions>
{
    public ValidateOptionsResult Validate(string? name, SoapOptions options)
    {
        List<string> wrong = [];
        if (options.MaxMessageBytes is < 64 * 1024 or > 256 * 1024 * 1024) wrong.Add("Soap:MaxMessageBytes must lie between 64 KiB and 256 MiB.");
        if (options.MaxHeldBytes < options.MaxMessageBytes) wrong.Add("Soap:MaxHeldBytes is below Soap:MaxMessageBytes, so the largest message could never be taken.");
        if (options.MaxParts is < 1 or > 4096) wrong.Add("Soap:MaxParts must lie between 1 and 4096.");
        if (options.PublicAddress is { } address && (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)))
            wrong.Add("Soap:PublicAddress must be an absolute http or https address.");
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
