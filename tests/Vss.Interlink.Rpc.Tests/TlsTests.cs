using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Vss.Interlink.Rpc.Tests;

public sealed class TlsTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly X509Certificate2 Root = MakeRoot("Test root");
    private static readonly X509Certificate2 Server = Issue("localhost", Root);

    [Fact(Timeout = 20_000)]
    public async Task A_client_certificate_tells_the_service_who_calls()
    {
        var seen = default(AuthContext);
        var thumbprint = "";
        await using var host = await StartAsync(new Behaviour
        {
            One = (ask, context) =>
            {
                seen = context.AuthContext;
                thumbprint = context.GetHttpContext().Connection.ClientCertificate!.Thumbprint;
                return Task.FromResult(Behaviour.Echo(ask));
            },
        });
        var mine = Issue("inside-system", Root);
        using var channel = ChannelTo(host, mine);
        Assert.Equal("over TLS", (await new Counter.CounterClient(channel).OneAsync(new Ask { Text = "over TLS" })).Text);
        Assert.True(seen!.IsPeerAuthenticated);
        Assert.Equal("inside-system", seen.PeerIdentity.Single().Value);
        Assert.Equal("inside-system", seen.FindPropertiesByName("x509_common_name").Single().Value);
        Assert.Equal(mine.Thumbprint, thumbprint);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_client_without_a_certificate_is_UNAVAILABLE()
    {
        await using var host = await StartAsync();
        using var channel = ChannelTo(host, null);
        Assert.Equal(StatusCode.Unavailable, await StatusOf(channel));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_client_certificate_of_a_stranger_is_UNAVAILABLE()
    {
        await using var host = await StartAsync();
        using var channel = ChannelTo(host, Issue("inside-system", MakeRoot("Another root")));
        Assert.Equal(StatusCode.Unavailable, await StatusOf(channel));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_server_the_client_does_not_trust_is_UNAVAILABLE()
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress($"https://localhost:{host.Address.Port}");
        Assert.Equal(StatusCode.Unavailable, await StatusOf(channel));
    }

    private static async Task<StatusCode> StatusOf(GrpcChannel channel) =>
        (await Assert.ThrowsAsync<RpcException>(async () => await new Counter.CounterClient(channel).OneAsync(new Ask()))).StatusCode;

    private static Task<CounterHost> StartAsync(Behaviour? behaviour = null) => CounterHost.StartAsync(behaviour, listen: endpoint => endpoint.UseHttps(https =>
    {
        https.ServerCertificate = Server;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) =>
        {
            using var chain = new X509Chain { ChainPolicy = OurRootOnly() };
            return chain.Build(certificate);
        };
    }));

    private static GrpcChannel ChannelTo(CounterHost host, X509Certificate2? mine)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = OurRootOnly(), ClientCertificates = mine is null ? [] : [mine] },
        };
        return GrpcChannel.ForAddress($"https://localhost:{host.Address.Port}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static X509ChainPolicy OurRootOnly()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Root);
        return policy;
    }

    private static X509Certificate2 MakeRoot(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private static X509Certificate2 Issue(string name, X509Certificate2 issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, Now.AddDays(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
