using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Gateway.Hosting;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Redis;
using Vss.Interlink.Trust;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Gateway.Tests.Hosting;

public sealed class HubHealthTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-health-");
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("2026-11-20", HealthStatus.Healthy)]
    [InlineData("2026-12-31", HealthStatus.Degraded)]
    public async Task Deadlines_are_degraded_as_soon_as_one_would_reach_into_a_year_without_a_notice_of_holidays(string day, HealthStatus expected)
    {
        var options = new DeliveryOptions { Partners = { new PartnerDeliveryOptions { Receiver = "G22", DeadlineDays = 2 } } };
        var profiles = new DeliveryProfiles(options, WorkingCalendar.Vietnam(), NullLogger<DeliveryProfiles>.Instance);
        var clock = new ManualClock(new DateTimeOffset(DateOnly.ParseExact(day, "yyyy-MM-dd"), new TimeOnly(3, 0), TimeSpan.Zero));
        Assert.Equal(expected, (await RunAsync(new DeadlinesCheck(profiles, clock))).Status);
    }

    [Fact]
    public async Task Trust_is_well_while_the_lists_of_a_whole_path_are_fresh()
    {
        var check = TrustCheck(intermediates: TestPki.Instance.Intermediates, "root", "issuing");
        Assert.Equal(HealthStatus.Healthy, (await RunAsync(check)).Status);
        _clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(HealthStatus.Unhealthy, (await RunAsync(check)).Status);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("issuing")]
    public async Task Trust_is_not_well_when_one_list_of_the_only_path_is_missing(string only)
    {
        var result = await RunAsync(TrustCheck(TestPki.Instance.Intermediates, only));
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("CN=Development issuing CA", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_is_degraded_while_another_path_is_whole()
    {
        var intermediates = _folder.CreateSubdirectory("intermediates");
        File.Copy(Path.Combine(TestPki.Instance.Intermediates, "issuing.crt"), Path.Combine(intermediates.FullName, "issuing.crt"));
        File.Copy(TestPki.Instance.PathOf("stranger-root", ".crt"), Path.Combine(intermediates.FullName, "other.crt"));
        var result = await RunAsync(TrustCheck(intermediates.FullName, "root", "issuing"));
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("CN=Nobody knows this root", result.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("CN=Development", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_answers_are_fetched_an_authority_without_lists_is_well_and_one_whose_lists_have_ended_is_not()
    {
        var check = TrustCheck(TestPki.Instance.Intermediates, online: true, "root");
        Assert.Equal(HealthStatus.Healthy, (await RunAsync(check)).Status);
        _clock.Advance(TimeSpan.FromDays(8));
        var result = await RunAsync(check);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("Every list of CN=Development root", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ledger_is_well_while_a_write_reaches_its_file()
    {
        var file = Path.Combine(_folder.FullName, "ledger.db");
        await using var ledger = ExchangeLedger.OpenSqlite(file, _clock);
        var log = new FileInfo(file + "-wal");
        var before = log.Length;
        Assert.Equal(HealthStatus.Healthy, (await RunAsync(LedgerCheck(ledger))).Status);
        log.Refresh();
        Assert.True(log.Length > before, "Nothing was written.");
    }

    [Fact]
    public async Task A_ledger_that_takes_no_write_is_not_waited_for_longer_than_the_check_may_take()
    {
        var file = Path.Combine(_folder.FullName, "ledger.db");
        await using var ledger = ExchangeLedger.OpenSqlite(file, _clock);
        using var other = new SqliteConnection($"Data Source={file};Pooling=False");
        other.Open();
        using var held = other.BeginTransaction(deferred: false);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LedgerCheck(ledger).CheckHealthAsync(new HealthCheckContext(), patience.Token));
        held.Rollback();
    }

    [Fact]
    public async Task Claims_without_their_redis_are_degraded_and_stop_nothing()
    {
        using var server = new RedisServer();
        await using var services = new ServiceCollection().AddLogging().AddExchange(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Exchange:Claims:Redis:Endpoints:0"] = server.Endpoint,
            ["Exchange:Claims:Redis:Tls"] = "PlainText",
            ["Exchange:Claims:Redis:Authentication"] = "None",
            ["Exchange:Claims:Redis:Timeout"] = "00:00:02",
            ["Exchange:DataFolder"] = _folder.FullName,
            ["Exchange:BodyKeys"] = TestPki.Instance.BodyKeys,
            ["Exchange:HubOrgan"] = "G24",
            ["Exchange:InsideOrgans:0"] = "G24",
            ["Exchange:Routes:0:Receiver"] = "G18",
            ["Exchange:Routes:0:Connector"] = "box",
        }).Build().GetSection("Exchange")).BuildServiceProvider();
        var check = new ClaimsCheck(services.GetRequiredService<IReplayGuard>());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await RunAsync(check)).Status != HealthStatus.Healthy) await Task.Delay(100, patience.Token);   // the first question may come before the connection

        server.Kill();
        while ((await RunAsync(check)).Status == HealthStatus.Healthy) await Task.Delay(100, patience.Token);
        var result = await RunAsync(check);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("without Redis", result.Description, StringComparison.Ordinal);
    }

    private static LedgerCheck LedgerCheck(ExchangeLedger ledger) => new(ledger, new LedgerClock(ledger, TimeSpan.FromSeconds(30)));

    private TrustCheck TrustCheck(string intermediates, params string[] lists) => TrustCheck(intermediates, online: false, lists);

    private TrustCheck TrustCheck(string intermediates, bool online, params string[] lists)
    {
        var folder = _folder.CreateSubdirectory("lists");
        foreach (var list in lists) File.Copy(Path.Combine(TestPki.Instance.RevocationLists, list + ".crl"), Path.Combine(folder.FullName, list + ".crl"));
        var options = new TrustOptions { Anchors = TestPki.Instance.Anchors, Intermediates = intermediates, RevocationLists = folder.FullName };
        if (online) options.Online.Hosts.Add("ocsp.example");
        var trust = new TrustFolder(Options.Create(options), _clock, NullLogger<TrustFolder>.Instance);
        return new TrustCheck(trust, new RevocationSource(options.Online, () => trust.Current, new MemoryLibrary(), _clock, NullLogger<RevocationSource>.Instance), _clock);
    }

    private static Task<HealthCheckResult> RunAsync(IHealthCheck check) => check.CheckHealthAsync(new HealthCheckContext());
}
