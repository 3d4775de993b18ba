using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Connections to the axis. Over TLS the server is judged as every other peer of the hub: its certificate leads to an anchor for connections, bears the name in the address, and is known not to be revoked; what the machine
/// trusts does not count. It is judged after the hand-shake and before the first octet of a request, where a status that is not at hand can be waited for. A connection carries one call, so a certificate that was revoked a
/// moment ago gets nothing more.
/// </summary>
internal sealed class AxisConnections(string host, ChannelVerifier channel, RevocationSource revocation)
{
    private const int AtOnce = 10;

    /// <param name="address">Of the axis.</param>
    /// <param name="channel">Judges certificates.</param>
    /// <param name="revocation">Gets what is lacking for that.</param>
    /// <param name="store">Anchors and intermediates at the start; anchors that come later count for the axis after the next start.</param>
    public static HttpClient Open(Uri address, ChannelVerifier channel, RevocationSource revocation, TrustStore store)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = AtOnce, AllowAutoRedirect = false };
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            policy.CustomTrustStore.AddRange(store.Anchors);
            policy.ExtraStore.AddRange(store.Intermediates);
            handler.SslOptions.CertificateChainPolicy = policy;
            handler.PooledConnectionLifetime = TimeSpan.Zero;
            handler.PlaintextStreamFilter = new AxisConnections(address.IdnHost, channel, revocation).JudgedAsync;
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private async ValueTask<Stream> JudgedAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellation)
    {
        var server = (X509Certificate2)((SslStream)context.PlaintextStream).RemoteCertificate!;
        await revocation.ObtainAsync(() => channel.AcceptsServer(server, host, out var lacks) is null ? [] : lacks, cancellation);
        return channel.AcceptsServer(server, host, out _) is { } why ? throw new AuthenticationException(why) : context.PlaintextStream;
    }
}
