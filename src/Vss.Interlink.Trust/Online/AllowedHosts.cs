using System.Net;
using System.Net.Sockets;

namespace Vss.Interlink.Trust.Online;

/// <summary>
/// Whom the hub may ask. Addresses stand in certificates that strangers send, so that without this list anyone could make the hub send requests into its own network. Names are
/// compared to the letter, and what a name resolves to is looked at when the connection is made, so that a name server cannot lead it to the hub itself.
/// </summary>
internal sealed class AllowedHosts(IEnumerable<string> entries)
{
    private readonly HashSet<(string Host, int? Port)> _entries = [.. entries.Select(Read).OfType<(string, int?)>()];

    public bool IsEmpty => _entries.Count == 0;

    public static bool IsHost(string entry) => Read(entry) is not null;

    public bool Allows(Uri address) => address.IsAbsoluteUri && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
        && (_entries.Contains((address.IdnHost, address.Port)) || (address.IsDefaultPort && _entries.Contains((address.IdnHost, null))));

    /// <summary>Connects to a host of the list: <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">The name leads nowhere where it may.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var isLiteral = IPAddress.TryParse(host, out var literal);
        // An address that stands in the list was meant; localhost has no other meaning.
        IPAddress[] addresses = isLiteral ? [literal!] : [.. (await Dns.GetHostAddressesAsync(host, cancellation)).Where(address => host == "localhost" || !IsOwn(address))];
        if (addresses.Length == 0) throw new HttpRequestException(HttpRequestError.NameResolutionError, $"{host} leads to no address that may be asked.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Addresses of this machine and its link, among them those at which clouds serve credentials (169.254.0.0/16).</summary>
    internal static bool IsOwn(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6Multicast) return true;
        return address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [0, ..] or [169, 254, ..] or [>= 224, ..];
    }

    private static (string Host, int? Port)? Read(string entry)
    {
        if (!Uri.TryCreate($"http://{entry}", UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || entry.EndsWith('/')) return null;
        if (string.Equals(entry, uri.Host, StringComparison.OrdinalIgnoreCase)) return (uri.IdnHost, null);
        return string.Equals(entry, $"{uri.Host}:{uri.Port}", StringComparison.OrdinalIgnoreCase) ? (uri.IdnHost, uri.Port) : null;
    }
}
