using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Gateway.Tests.Soap;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rules about certificates whose status changes while a message is on its way. docs/message-life.md lists where each rule is tested.</summary>
public sealed class RevocationRules : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(6);

    private OnlineExchangeHost _online = null!;

    private PartnersAuthority Partners => _online.Partners;

    private ExchangeHost Host => _online.Host;

    public async ValueTask InitializeAsync() => _online = await OnlineExchangeHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _online.DisposeAsync();
    }

    [Fact]
    public async Task R13_An_OCSP_answer_that_ends_while_the_request_comes_in_is_none_any_more_and_the_retry_is_processed()
    {
        var signer = Partners.Issue(DevelopmentPki.MinistrySubject);
        var endsAt = AnswerOnce(signer, s_life);
        using var ministry = Host.Client(signer.WithKey());
        Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier("R13-before"))).Answer);
        Partners.Host.Refuse("/ocsp", 503);
        var octets = await ministry.PrepareSubmitAsync(MinistryTests.Dossier("R13"));
        using var http = Plain();
        using var request = new HttpRequestMessage(HttpMethod.Post, Host.Endpoint) { Content = new HaltingContent(octets, () => UntilAsync(endsAt)) };

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("REVOCATION_UNKNOWN", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Partners.Answer(signer, TimeSpan.FromHours(1));
        var retry = await Eventually.SeeAsync("an acceptance", async () => (await ministry.SubmitAsync(MinistryTests.Dossier("R13"))).Answer);   // the question rests for a second
        Assert.False(retry.Repeated);
    }

    [Fact]
    public async Task R14_A_receiver_who_is_revoked_after_the_message_was_accepted_for_him_gets_nothing()
    {
        using var ministry = Host.Client();
        Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier("R14"))).Answer);
        var status = await Eventually.SeeAsync("a box with something in it", async () => (await ministry.GetStatusAsync(ExchangeHost.Ministry, "R14")).Answer is { } one && one.Deliveries.Single().State == "AVAILABLE" ? one : null);
        var receiver = Partners.Issue(DevelopmentPki.OfficeSubject);
        Partners.Answer(receiver, TimeSpan.FromHours(1), isRevoked: true);

        using var office = Host.Client(receiver.WithKey());
        var delivery = status.Deliveries.Single().DeliveryId;
        Assert.Equal("CERTIFICATE_REVOKED", (await office.ListInboxAsync(ExchangeHost.Office)).Fault?.Name);
        Assert.Equal("CERTIFICATE_REVOKED", (await office.FetchDossierAsync(ExchangeHost.Office, delivery)).Fault?.Name);
        Assert.Equal("CERTIFICATE_REVOKED", (await office.ConfirmReceivedAsync(ExchangeHost.Office, delivery)).Fault?.Name);
        Assert.Equal("AVAILABLE", (await ministry.GetStatusAsync(ExchangeHost.Ministry, "R14")).Answer!.Deliveries.Single().State);
    }

    private static async Task UntilAsync(DateTimeOffset time)
    {
        while (TimeProvider.System.GetUtcNow() <= time) await Task.Delay(100);
    }

    private static HttpClient Plain()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }

    /// <summary>Whoever asks gets the answer of this moment.</summary>
    /// <returns>When it ends, to the second as it stands in there.</returns>
    private DateTimeOffset AnswerOnce(Holder holder, TimeSpan life)
    {
        var now = TimeProvider.System.GetUtcNow();
        Partners.Host.Serve("/ocsp", call => Task.FromResult<byte[]?>(Partners.Root.Answer(holder, Partners.Root, answer =>
        {
            (answer.ProducedAt, answer.ThisUpdate, answer.NextUpdate) = (now, now, now + life);
            answer.Other = OcspAnswers.NonceOf(call.Body);
        })));
        return now + life;
    }

    /// <summary>Half of it, then a pause, then the rest: a sender on a slow line.</summary>
    private sealed class HaltingContent : HttpContent
    {
        private readonly byte[] _octets;
        private readonly Func<Task> _pause;

        public HaltingContent(byte[] octets, Func<Task> pause)
        {
            (_octets, _pause) = (octets, pause);
            Headers.ContentType = new("text/xml", "utf-8");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var half = _octets.Length / 2;
            await stream.WriteAsync(_octets.AsMemory(0, half));
            await stream.FlushAsync();
            await _pause();
            await stream.WriteAsync(_octets.AsMemory(half));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _octets.Length;
            return true;
        }
    }
}
