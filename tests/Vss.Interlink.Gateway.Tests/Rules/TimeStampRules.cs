using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Gateway.Hosting;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Gateway.Tests.Soap;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rule about a time-stamping authority that goes away and comes back. docs/message-life.md lists where each rule is tested.</summary>
public sealed class TimeStampRules : IAsyncLifetime
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(6);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-stamps-");
    private readonly Holder _root = Holder.Root("CN=Time root, C=VN");
    private readonly OpenSslTimeStamps _stamps;
    private AuthorityHost? _authority;
    private ExchangeHost _host = null!;
    private int _port;

    public TimeStampRules() => _stamps = new OpenSslTimeStamps(_root);

    public async ValueTask InitializeAsync()
    {
        await ComeAsync();
        _port = new Uri($"http://{_authority!.Name}").Port;
        var (anchors, lists) = (Copy(TestPki.Instance.Anchors, "anchors"), Copy(TestPki.Instance.RevocationLists, "lists"));
        await File.WriteAllTextAsync(Path.Combine(anchors, "time.crt"), _root.Certificate.ExportCertificatePem());
        var now = TimeProvider.System.GetUtcNow();
        await File.WriteAllBytesAsync(Path.Combine(lists, "time.crl"), _root.List(list => (list.ThisUpdate, list.NextUpdate) = (now.AddDays(-1), now.AddDays(1))));
        _host = await ExchangeHost.StartAsync(
            ("Trust:Anchors", anchors), ("Trust:RevocationLists", lists), ("Trust:TimeStamping:Authorities:0:Address", _authority.At("/tsa")), ("Trust:TimeStamping:PauseMilliseconds", "20"),
            ("Exchange:Evidence:TimeStamps:Every", "00:00:01"), ("Exchange:Evidence:TimeStamps:Grace", s_grace.ToString("c", CultureInfo.InvariantCulture)));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (_authority is not null) await _authority.DisposeAsync();
        _stamps.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task R12_Without_an_authority_the_hub_takes_in_for_the_grace_then_refuses_and_opens_by_itself_when_one_answers()
    {
        using var ministry = _host.Client();
        var taken = await ministry.SubmitAsync(MinistryTests.Dossier("R12-first"));
        Assert.Null(taken.Fault);
        var first = taken.Answer!;
        await Eventually.HoldsAsync("all stamped", AllStampedAsync);
        await GoAsync();

        Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier("R12-within"))).Answer);
        await HealthIsAsync(HealthStatus.Degraded, "Nothing is taken in from");
        var refused = await RefusalAsync(ministry);
        await HealthIsAsync(HealthStatus.Unhealthy, "Nothing is taken in: evidence waits for its time stamp since");
        Assert.Contains("Evidence has waited for its time stamp since", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("opens by itself", refused.Remedy, StringComparison.Ordinal);
        Assert.True(refused.Passing);
        await AnswersComeLaterAsync(ministry);
        var again = await ministry.SubmitAsync(MinistryTests.Dossier("R12-first"));   // what was accepted is accepted
        Assert.Null(again.Fault);
        var repeat = again.Answer!;
        Assert.Equal((true, Convert.ToHexString(first.Receipt)), (repeat.Repeated, Convert.ToHexString(repeat.Receipt)));

        await ComeAsync();
        await Eventually.SeeAsync("an acceptance", async () => (await ministry.SubmitAsync(MinistryTests.Dossier("R12-after"))).Answer);
        await Eventually.HoldsAsync("all stamped", AllStampedAsync);
        await HealthIsAsync(HealthStatus.Healthy, null);
        Assert.True((await Ledger.CountStampsAsync(CancellationToken.None)).Batches >= 3);
    }

    [Fact]
    public async Task R12_With_nothing_that_waits_an_authority_that_is_away_stops_nothing_and_its_return_is_noticed()
    {
        using var ministry = _host.Client();
        await ministry.SubmitAsync(MinistryTests.Dossier("R12-zero"));
        await Eventually.HoldsAsync("all stamped", AllStampedAsync);
        await GoAsync();
        await Task.Delay(s_grace + TimeSpan.FromSeconds(1));   // longer than the grace, and nobody needed the authority
        Assert.NotNull((await ministry.SubmitAsync(MinistryTests.Dossier("R12-later"))).Answer);
        await RefusalAsync(ministry);

        // Another node gets the stamps: nothing waits any more, and this node's authority is still away.
        await StampElsewhereAsync();
        await Eventually.SeeAsync("an acceptance", async () => (await ministry.SubmitAsync(MinistryTests.Dossier("R12-open"))).Answer);
        await StampElsewhereAsync();
        await HealthIsAsync(HealthStatus.Degraded, "Evidence gets no time stamps");
        var batches = (await Ledger.CountStampsAsync(CancellationToken.None)).Batches;

        await ComeAsync();
        await HealthIsAsync(HealthStatus.Healthy, null);
        Assert.Equal((batches, 0L), ((await Ledger.CountStampsAsync(CancellationToken.None)).Batches, (await Ledger.CountStampsAsync(CancellationToken.None)).Waiting));   // by a probe alone
    }

    private ExchangeLedger Ledger => _host.Services.GetRequiredService<ExchangeLedger>();

    private async Task<bool> AllStampedAsync() => await Ledger.CountStampsAsync(CancellationToken.None) is { Batches: > 0, Waiting: 0 };

    private async Task HealthIsAsync(HealthStatus status, string? words)
    {
        var check = new StampsCheck(_host.Services.GetRequiredService<EvidenceStamps>());
        await Eventually.HoldsAsync($"health {status}", async () => await check.CheckHealthAsync(new HealthCheckContext()) is var result && result.Status == status && (words is null || result.Description!.Contains(words, StringComparison.Ordinal)));
    }

    private static async Task<MinistryFault> RefusalAsync(MinistryClient ministry)
    {
        var number = 0;
        var refused = await Eventually.SeeAsync("a refusal", async () => (await ministry.SubmitAsync(MinistryTests.Dossier($"R12-refused-{number++}"))).Fault);
        Assert.Equal("TIME_STAMPS_UNAVAILABLE", refused.Name);
        return refused;
    }

    private async Task AnswersComeLaterAsync(MinistryClient ministry)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        using var content = new ByteArrayContent(await ministry.PrepareSubmitAsync(MinistryTests.Dossier("R12-http"))) { Headers = { ContentType = new("text/xml", "utf-8") } };
        using var answer = await http.PostAsync(_host.Endpoint, content);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromMinutes(1)), (answer.StatusCode, answer.Headers.RetryAfter!.Delta));
    }

    /// <summary>Stamps what waits by an authority that this node cannot reach, under the node's own lease.</summary>
    private async Task StampElsewhereAsync()
    {
        await using var authority = await AuthorityHost.StartAsync();
        authority.Serve("/tsa", call => Task.FromResult<byte[]?>(_stamps.Reply(call.Body)));
        var options = new TimeStampingOptions { Authorities = { new TimeStampAuthorityOptions { Address = new Uri(authority.At("/tsa")) } } };
        using var pool = new TimeStampPool(options, _host.Services.GetRequiredService<RevocationSource>(), TimeProvider.System, NullLogger<TimeStampPool>.Instance);
        var other = new EvidenceStamps(
            Ledger, pool, _host.Services.GetRequiredService<TimeStampVerifier>(), new TimeStampsOptions { Every = TimeSpan.FromSeconds(1), Most = 1, Grace = s_grace },
            _host.Services.GetRequiredService<ClaimOwner>().Id, TimeProvider.System, NullLogger<EvidenceStamps>.Instance);
        await Eventually.HoldsAsync("nothing waits", async () =>
        {
            await other.StampAsync(CancellationToken.None);
            return await AllStampedAsync();
        });
    }

    private async Task ComeAsync()
    {
        _authority = await AuthorityHost.StartAsync(_port);
        _authority.Serve("/tsa", call => Task.FromResult<byte[]?>(_stamps.Reply(call.Body)));
    }

    private async Task GoAsync()
    {
        await _authority!.DisposeAsync();
        _authority = null;
    }

    private string Copy(string from, string name)
    {
        var to = _folder.CreateSubdirectory(name);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to.FullName, Path.GetFileName(file)));
        return to.FullName;
    }
}
