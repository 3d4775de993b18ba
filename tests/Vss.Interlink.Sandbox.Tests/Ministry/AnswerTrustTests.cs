using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Tests.Ministry;

/// <summary>The ministry believes an answer only when the hub signed the very Body that it reads. Here a false hub answers.</summary>
public sealed class AnswerTrustTests(AnswerTrustTests.Keys keys) : IClassFixture<AnswerTrustTests.Keys>
{
    private readonly DevelopmentPki _pki = keys.Pki;

    [Fact]
    public async Task An_answer_that_the_hub_signed_is_believed()
    {
        var reply = await AskAsync(await SignedAsync("hub"));
        Assert.Equal(("x-1", "ACCEPTED"), (reply.Answer!.ExchangeId, reply.Answer.State));
    }

    [Fact]
    public async Task An_answer_without_a_signature_is_not() => await RefusedAsync(Answer(), "no Security header");

    [Fact]
    public async Task An_answer_that_was_changed_on_the_way_is_not()
    {
        var answer = await SignedAsync("hub");
        answer.GetElementsByTagName("State", "urn:vss:interlink:v1")[0]!.InnerText = "COMPLETED";
        await RefusedAsync(answer, "its signature is wrong");
    }

    [Fact]
    public async Task An_answer_whose_signed_body_was_moved_aside_is_not()
    {
        var answer = await SignedAsync("hub");
        var body = answer.DocumentElement!["Body", answer.DocumentElement.NamespaceURI]!;
        var other = (XmlElement)body.CloneNode(deep: true);
        other.RemoveAllAttributes();
        answer.DocumentElement.ReplaceChild(other, body);
        answer.DocumentElement.FirstChild!.AppendChild(answer.CreateElement("aside"))!.AppendChild(body);
        await RefusedAsync(answer, "does not cover Body");
    }

    [Theory]
    [InlineData("office", "who is not the hub")]
    [InlineData("ministry-expired", "who is not the hub")]
    public async Task An_answer_of_somebody_else_is_not(string signer, string why) => await RefusedAsync(await SignedAsync(signer), why);

    [Fact]
    public async Task An_answer_under_the_hubs_name_from_another_authority_is_not() =>
        await RefusedAsync(await SignedAsync("stranger"), "certificate is not trusted", hubSubject: DevelopmentPki.MinistrySubject);

    [Fact]
    public async Task An_answer_from_another_hour_is_not()
    {
        await RefusedAsync(await MinistrySignature.SignAsync(Answer(), _pki.Load("hub"), new LateClock(), default), "Timestamp is out of its window");
    }

    [Fact]
    public async Task A_server_whose_tls_certificate_does_not_chain_to_the_anchors_is_not_spoken_to()
    {
        await using var hub = await FalseHub.StartAsync(Octets(await SignedAsync("hub")), _pki.Load("stranger"));
        using var ministry = Client(hub.Endpoint, DevelopmentPki.HubSubject);
        await Assert.ThrowsAsync<HttpRequestException>(() => ministry.GetStatusAsync("000.00.01.G09", "m-1"));
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")]
    public async Task What_is_no_envelope_is_no_answer(string octets)
    {
        await using var hub = await FalseHub.StartAsync(Encoding.UTF8.GetBytes(octets), null);
        using var ministry = Client(hub.Endpoint, DevelopmentPki.HubSubject);
        await Assert.ThrowsAsync<InvalidDataException>(() => ministry.GetStatusAsync("000.00.01.G09", "m-1"));
    }

    private static XmlDocument Answer()
    {
        const string text = """
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body><i:GetStatusResponse xmlns:i="urn:vss:interlink:v1">
            <i:ExchangeId>x-1</i:ExchangeId><i:Sender>000.00.01.G09</i:Sender><i:MessageId>m-1</i:MessageId><i:Kind>NEW</i:Kind>
            <i:State>ACCEPTED</i:State><i:AcceptedAt>2026-11-21T09:00:00+07:00</i:AcceptedAt></i:GetStatusResponse></s:Body></s:Envelope>
            """;
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(text);
        return document;
    }

    private static byte[] Octets(XmlDocument document) => Encoding.UTF8.GetBytes(document.OuterXml);

    private Task<XmlDocument> SignedAsync(string signer) => MinistrySignature.SignAsync(Answer(), _pki.Load(signer), TimeProvider.System, default);

    private MinistryClient Client(Uri endpoint, string hubSubject) => new(new MinistryOptions(endpoint, _pki.Load("ministry"), _pki.AnchorCertificates(), hubSubject)
    {
        Intermediates = [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_pki.Intermediates, "issuing.crt"))],
    });

    private async Task<MinistryReply<StatusAnswer>> AskAsync(XmlDocument answer, string hubSubject = DevelopmentPki.HubSubject)
    {
        await using var hub = await FalseHub.StartAsync(Octets(answer), null);
        using var ministry = Client(hub.Endpoint, hubSubject);
        return await ministry.GetStatusAsync("000.00.01.G09", "m-1");
    }

    private async Task RefusedAsync(XmlDocument answer, string why, string hubSubject = DevelopmentPki.HubSubject)
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => AskAsync(answer, hubSubject));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>One development PKI for all of these tests.</summary>
    public sealed class Keys : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-answers-");

        public Keys() => Pki = DevelopmentPki.Ensure(_folder.FullName, TimeProvider.System);

        public DevelopmentPki Pki { get; }

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - TimeSpan.FromHours(1);
    }

    /// <summary>Gives one answer to every request.</summary>
    private sealed class FalseHub : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private FalseHub(WebApplication app) => _app = app;

        public Uri Endpoint
        {
            get
            {
                var bound = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
                return new Uri($"{bound.Scheme}://localhost:{bound.Port}/soap/v1");
            }
        }

        public static async Task<FalseHub> StartAsync(byte[] answer, X509Certificate2? tls)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (tls is not null) listen.UseHttps(tls);
            }));
            var app = builder.Build();
            app.MapPost("/soap/v1", () => Results.Bytes(answer, "text/xml; charset=utf-8"));
            await app.StartAsync();
            return new FalseHub(app);
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
