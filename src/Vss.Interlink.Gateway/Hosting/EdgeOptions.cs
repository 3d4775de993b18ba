using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>Where the hub listens. Both edges speak TLS only.</summary>
public sealed class EdgeOptions
{
    /// <summary>Address and port of the partners' side (SOAP), as 0.0.0.0:8443. Port 0 takes a free one.</summary>
    public string? Partners { get; set; }

    /// <summary>Address and port of the inside (gRPC, staff tools).</summary>
    public string? Inside { get; set; }

    /// <summary>Key URI of the TLS server certificate.</summary>
    public Uri? TlsKey { get; set; }

    /// <summary>Tells the schema of the inside services (grpc.reflection) to whoever may connect to the inside.</summary>
    public bool Reflection { get; set; }

    /// <summary>How long a hub that was told to stop serves on with red health: as long as load balancers and clients take to see that.</summary>
    public TimeSpan StopNotice { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it then waits for requests that are under way, before it cuts them off.</summary>
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Writes one line of JSON with the addresses to standard output once both edges listen.</summary>
    public bool AnnounceReady { get; set; }
}

internal sealed class EdgeOptionsValidator : IValidateOptions<EdgeOptions>
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, EdgeOptions options)
    {
        List<string> wrong = [];
        if (!IsEndpoint(options.Partners)) wrong.Add($"Hosting:Partners is not set to ADDRESS:PORT{Given(options.Partners)}.");
        if (!IsEndpoint(options.Inside)) wrong.Add($"Hosting:Inside is not set to ADDRESS:PORT{Given(options.Inside)}.");
        if (options.TlsKey is null) wrong.Add("Hosting:TlsKey is not set. Give the key URI of the TLS server certificate.");
        Bounds.Check("Hosting:StopNotice", options.StopNotice, TimeSpan.Zero, LongestStop, wrong);
        Bounds.Check("Hosting:StopPatience", options.StopPatience, TimeSpan.FromSeconds(1), LongestStop, wrong);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    // "8443" is an address too, 0.0.32.251, and an address without a port would take any that is free.
    private static bool IsEndpoint(string? text) =>
        IPEndPoint.TryParse(text ?? "", out var endpoint) && text!.EndsWith($":{endpoint.Port}", StringComparison.Ordinal)
        && (endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? text.Contains("]:", StringComparison.Ordinal) : text.Count(letter => letter == '.') == 3);

    private static string Given(string? text) => text is null ? "" : $" but to '{text}'";
}
