using System.Diagnostics;
using System.Globalization;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>
/// Under load, round after round: kill -9 of a hub, of Redis, of PostgreSQL or of all of them, or a hub that stands still until its leases are over. <c>INTERLINK_CRASH_ROUNDS</c> says how many rounds, <c>INTERLINK_CRASH_SEED</c>
/// which ones; the seed is printed.
/// </summary>
public sealed class CrashRoundTests(PostgresServer postgres, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    private const int Ministries = 4;
    private const int SignsOfLife = 10;

    // Two hundred rounds end at the first that waits in vain; a machine that has other work to do as well is no reason.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Whatever_is_killed_or_paused_under_load_nothing_is_lost_and_nothing_is_double()
    {
        var seed = Setting("INTERLINK_CRASH_SEED") ?? Random.Shared.Next();
        output.WriteLine($"INTERLINK_CRASH_SEED={seed}");
        var books = new PartnerRecords();
        await using var hubs = await TwoHubs.StartAsync(postgres);
        var services = hubs.Services(books);
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, Ministries).Select(number => new BusyMinistry($"m{number}", unchecked(seed + number), hubs.All, books).SendAsync(stop.Token)).ToList();
        await LifeAsync(books);

        foreach (var round in Round.Draw(seed, Setting("INTERLINK_CRASH_ROUNDS") ?? 20))
        {
            var watch = Stopwatch.StartNew();
            await StrikeAsync(hubs, round);
            await LifeAsync(books);
            output.WriteLine($"{round}: {books.Sent.Count} sent, {watch.ElapsedMilliseconds} ms");
        }

        await stop.CancelAsync();
        await Task.WhenAll(senders);
        await Eventually.HoldsAsync("nothing outstanding", s_patience, () => Task.FromResult(PostgresServer.Number(hubs.Database, "SELECT count(*) FROM deliveries WHERE state IN (1, 2)") == 0));
        foreach (var service in services) await service.DisposeAsync();

        output.WriteLine($"{books.Sent.Count} sent, {books.Receipts.Count} receipts, {books.HandedOver} handed over, {books.Consumed.Count} consumed");
        Assert.Empty(await new OutsideChecker(books, hubs.Database).FindAsync());
    }

    private static async Task StrikeAsync(TwoHubs hubs, Round round)
    {
        await Task.Delay(round.After);
        switch (round.Blow)
        {
            case Blow.PauseFirstHub or Blow.PauseSecondHub:
                var paused = round.Blow == Blow.PauseFirstHub ? hubs.First : hubs.Second;
                await paused.PauseAsync();
                await Task.Delay(round.Down);
                await paused.ResumeAsync();
                break;
            case Blow.KillFirstHub or Blow.KillSecondHub:
                var killed = round.Blow == Blow.KillFirstHub ? hubs.First : hubs.Second;
                await killed.KillAsync();
                await Task.Delay(round.Down);
                await killed.StartAgainAsync();
                break;
            case Blow.KillRedis:
                hubs.Redis.Kill();
                await Task.Delay(round.Down);
                hubs.Redis.Restart();
                break;
            case Blow.KillPostgres:
                hubs.Postgres.Kill();
                await Task.Delay(round.Down);
                await hubs.Postgres.StartAsync();
                break;
            case Blow.KillEverything:
                hubs.Postgres.Kill();
                hubs.Redis.Kill();
                await Task.WhenAll(hubs.All.Select(hub => hub.KillAsync()));
                await Task.Delay(round.Down);
                hubs.Redis.Restart();
                await hubs.Postgres.StartAsync();
                await Task.WhenAll(hubs.All.Select(hub => hub.StartAgainAsync()));
                break;
            default:
                throw new UnreachableException();
        }
    }

    // A hub that stays down after a blow would pass every check of what it did before.
    private static async Task LifeAsync(PartnerRecords books)
    {
        var (receipts, consumed) = (books.Receipts.Count + SignsOfLife, books.Consumed.Count + SignsOfLife);
        await Eventually.HoldsAsync("receipts and deliveries after the blow", s_patience, () => Task.FromResult(books.Receipts.Count >= receipts && books.Consumed.Count >= consumed));
    }

    private static int? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
