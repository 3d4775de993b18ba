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
    /// <param name="trust">Asked at the first call: what judges certificates, what gets what is lacking for that, and anchors and intermediates; anchors that come later count for the axis after the next start.</param>
    public static HttpClient Open(Uri address, Func<(ChannelVerifier Channel, RevocationSource Revocation, TrustStore Store)> trust) =>
        new(new OpenedByTheFirstCall(() => Handler(address, trust))) { Timeout = Timeout.InfiniteTimeSpan };

    private static SocketsHttpHandler Handler(Uri address, Func<(ChannelVerifier Channel, RevocationSource Revocation, TrustStore Store)> trust)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = AtOnce, AllowAutoRedirect = false };
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            var (channel, revocation, store) = trust();
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            policy.CustomTrustStore.AddRange(store.Anchors);
            policy.ExtraStore.AddRange(store.Intermediates);
            handler.SslOptions.CertificateChainPolicy = policy;
            handler.PooledConnectionLifetime = TimeSpan.Zero;
            handler.PlaintextStreamFilter = new AxisConnections(address.IdnHost, channel, revocation).JudgedAsync;
        }

        return handler;
    }

    private async ValueTask<Stream> JudgedAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellation)
    {
        var server = (X509Certificate2)((SslStream)context.PlaintextStream).RemoteCertificate!;
        await revocation.ObtainAsync(() => channel.AcceptsServer(server, host, out var lacks) is null ? [] : lacks, cancellation);
        return channel.AcceptsServer(server, host, out _) is { } why ? throw new AuthenticationException(why) : context.PlaintextStream;
    }

    // A connector can be asked for its name before there is any trust: the start names what is wrong with either at once.
    private sealed class OpenedByTheFirstCall(Func<HttpMessageHandler> open) : HttpMessageHandler
    {
        private readonly Lazy<HttpMessageInvoker> _opened = new(() => new HttpMessageInvoker(open()));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _opened.Value.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing && _opened.IsValueCreated) _opened.Value.Dispose();
            base.Dispose(disposing);
        }
    }
}
