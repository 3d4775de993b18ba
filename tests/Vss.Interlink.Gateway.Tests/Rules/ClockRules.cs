using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using Vss.Interlink.Gateway.Tests.Soap;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rule about the hub's own clock. docs/message-life.md lists where each rule is tested.</summary>
public sealed class ClockRules : IAsyncLifetime
{
    private static readonly TimeSpan s_beyondTheWindow = TimeSpan.FromHours(1);

    private readonly SteppedClock _clock = new();
    private ExchangeHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ExchangeHost.StartAsync(_clock);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task R11_Whichever_way_the_clock_steps_over_the_window_what_was_recorded_counts_once()
    {
        using var ministry = _host.Client(clock: _clock);
        var question = await ministry.PrepareListInboxAsync(ExchangeHost.Ministry);
        var submission = await ministry.PrepareSubmitAsync(MinistryTests.Dossier("R11"));
        Assert.DoesNotContain("Fault", await PostAsync(question), StringComparison.Ordinal);
        Assert.Equal("false", Element(await PostAsync(submission), "Repeated"));
        var receipt = (await ministry.GetReceiptAsync(ExchangeHost.Ministry, "R11")).Answer!.Receipt;

        foreach (var step in (TimeSpan[])[s_beyondTheWindow, -2 * s_beyondTheWindow])
        {
            _clock.Step(step);   // out of the window, first too late and then too early
            foreach (var recorded in (byte[][])[question, submission]) Assert.Contains("TIMESTAMP_OUT_OF_WINDOW", await PostAsync(recorded), StringComparison.Ordinal);
            var repeat = (await ministry.SubmitAsync(MinistryTests.Dossier("R11"))).Answer!;   // signed anew by the time that it is now
            Assert.Equal((true, Convert.ToHexString(receipt)), (repeat.Repeated, Convert.ToHexString(repeat.Receipt)));
        }

        _clock.Step(s_beyondTheWindow);   // back in the window of what was recorded
        Assert.Contains("time.replay", await PostAsync(question), StringComparison.Ordinal);
        var again = await PostAsync(submission);
        Assert.Equal(("true", Convert.ToBase64String(receipt)), (Element(again, "Repeated"), Element(again, "Receipt")));
        Assert.Single((await ministry.GetStatusAsync(ExchangeHost.Ministry, "R11")).Answer!.Deliveries);
    }

    private static string Element(string answer, string name) => XmlTree.Load(Encoding.UTF8.GetBytes(answer)).GetElementsByTagName(name, "*").OfType<XmlElement>().Single().InnerText;

    private async Task<string> PostAsync(byte[] envelope)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        using var content = new ByteArrayContent(envelope) { Headers = { ContentType = new("text/xml", "utf-8") } };
        using var answer = await http.PostAsync(_host.Endpoint, content);
        return await answer.Content.ReadAsStringAsync();
    }
}
