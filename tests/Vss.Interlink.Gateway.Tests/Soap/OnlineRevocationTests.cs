using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A ministry whose authority publishes no lists to the hub's folders: the whole edge, with revocation from the network.</summary>
public sealed class OnlineRevocationTests : IAsyncLifetime
{
    private OnlineExchangeHost _online = null!;

    private PartnersAuthority Partners => _online.Partners;

    private AuthorityHost Authority => Partners.Host;

    private ExchangeHost Host => _online.Host;

    public async ValueTask InitializeAsync() => _online = await OnlineExchangeHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(Host.Log.Lines, line => line.Level >= LogLevel.Error);
        await _online.DisposeAsync();
    }

    [Fact]
    public async Task The_first_message_of_a_signer_waits_for_one_answer_and_the_next_ones_for_none()
    {
        var signer = Signer();
        ServeFor(signer);
        using var ministry = Host.Client(signer.WithKey());
        for (var number = 1; number <= 3; number++)
        {
            Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier($"m-{number}"))).Answer);
            Assert.Equal(["POST /ocsp"], Authority.Asked);
        }
    }

    [Fact]
    public async Task A_signer_who_is_revoked_is_refused()
    {
        var signer = Signer();
        ServeFor(signer, isRevoked: true);
        using var ministry = Host.Client(signer.WithKey());
        Assert.Equal("CERTIFICATE_REVOKED", (await ministry.SubmitAsync(MinistryTests.Dossier("m-1"))).Fault?.Name);
        Assert.Equal("CERTIFICATE_REVOKED", (await ministry.SubmitAsync(MinistryTests.Dossier("m-1"))).Fault?.Name);
        Assert.Equal(["POST /ocsp"], Authority.Asked);
    }

    [Fact]
    public async Task While_theAuthority_is_away_the_refusal_is_passing_and_says_what_was_tried()
    {
        var signer = Signer();
        Authority.Refuse("/ocsp", 503);
        using var ministry = Host.Client(signer.WithKey());
        var refused = await ministry.SubmitAsync(MinistryTests.Dossier("m-1"));
        Assert.Equal("REVOCATION_UNKNOWN", refused.Fault?.Name);
        Assert.Contains($"{Authority.Name} answered HTTP 503", refused.Fault!.Reason, StringComparison.Ordinal);
        ServeFor(signer);
        await Task.Delay(1100);   // the question rests for a second
        Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier("m-1"))).Answer);
    }

    [Fact]
    public async Task A_connection_waits_once_for_the_answer_about_its_client_certificate()
    {
        var client = Signer();
        ServeFor(client);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await GetAsync(client));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await GetAsync(client));
        Assert.Equal(["POST /ocsp"], Authority.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_whose_client_certificate_is_revoked_or_stays_unknown_serves_nothing(bool isRevoked)
    {
        var client = Signer();
        if (isRevoked) ServeFor(client, isRevoked);
        else Authority.Refuse("/ocsp", 503);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client));
        Assert.NotEmpty(Authority.Asked);
        Assert.Contains(Host.Log.Lines, line => line.Text.Contains("client certificate is not good", StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> GetAsync(Holder client)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = [client.WithKey()] } };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(Host.Endpoint);
        return answer.StatusCode;
    }

    private Holder Signer() => Partners.Issue(DevelopmentPki.MinistrySubject);

    private void ServeFor(Holder signer, bool isRevoked = false) => Partners.Answer(signer, TimeSpan.FromHours(1), isRevoked);
}
