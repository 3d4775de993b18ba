using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Vss.Interlink.Cli.Hub;

/// <summary>A gRPC channel over mutual TLS: the hub is known by the given anchors alone, the caller by his certificate.</summary>
internal sealed class HubConnection : IDisposable
{
    private const int MaxAnswer = 64 * 1024 * 1024;   // a page of exchanges carries their evidence
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);

    // So that a call without a deadline does not wait for ever for a hub that lost its power or its network.
    private static readonly TimeSpan AskWhetherThere = TimeSpan.FromSeconds(15);

    private readonly ClientKey _key;

    private HubConnection(GrpcChannel channel, ClientKey key) => (Channel, _key) = (channel, key);

    public GrpcChannel Channel { get; }

    public static HubConnection Open(Uri hub, ClientKey key, X509Certificate2Collection anchors, X509Certificate2Collection intermediates)
    {
        // No revocation check: the anchors given are those of the hub's own operators, and no responder need be in reach of an operator's desk.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(anchors);
        policy.ExtraStore.AddRange(intermediates);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = SslStreamCertificateContext.Create(key.Certificate, key.Intermediates, offline: true),
            },
            ConnectTimeout = ConnectWithin,
            KeepAlivePingDelay = AskWhetherThere,
            KeepAlivePingTimeout = AskWhetherThere,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        return new HubConnection(GrpcChannel.ForAddress(hub, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MaxAnswer }), key);
    }

    public void Dispose()
    {
        Channel.Dispose();
        _key.Certificate.Dispose();
    }
}
