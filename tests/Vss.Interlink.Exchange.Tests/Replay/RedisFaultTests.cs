using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>Redis dies, hangs, forgets or fails over under two nodes: nothing is lost, nothing is double, health tells, and it comes back by itself.</summary>
public sealed class RedisFaultTests : IAsyncDisposable
{
    private static readonly OrganId s_partner = OrganId.Stored("G18");
    private readonly TempFolder _folder = new();
    private readonly List<RedisNode> _nodes = [];
    private readonly List<Hub> _hubs = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs) await hub.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task While_redis_is_dead_the_ledger_tells_repeats_health_is_degraded_a_metric_counts_and_all_ends_when_it_is_back()
    {
        using var server = new RedisServer();
        var steps = new ConcurrentBag<string>();
        using var listener = Listen("interlink.exchange.claims.without_redis", steps);
        var (one, two) = (Node([server.Endpoint]), Node([server.Endpoint]));
        await WellAsync();
        var first = await one.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));

        server.Kill();
        await RepeatsAsync(one, two, "m-1", first.Receipt);
        var meanwhile = await one.AcceptAsync(Hub.Signed(Dossiers.Small("m-2")));
        await RepeatsAsync(one, two, "m-2", meanwhile.Receipt);
        Assert.Contains("without Redis", await _nodes[0].Guard.TroubleAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.Contains("claim", steps);

        server.Restart();
        await WellAsync();
        await RepeatsAsync(one, two, "m-2", meanwhile.Receipt);
        Assert.True(await _nodes[0].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.False(await _nodes[1].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
    }

    [Fact]
    public async Task While_redis_hangs_nobody_waits_long_and_when_it_goes_on_nothing_that_it_missed_stands_in_the_way()
    {
        using var server = new RedisServer();
        var (one, two) = (Node([server.Endpoint]), Node([server.Endpoint]));
        await WellAsync();

        server.Pause();
        var first = await one.AcceptAsync(Hub.Signed(Dossiers.Small("m-1"))).WaitAsync(TimeSpan.FromSeconds(20));
        for (var number = 2; number < 12; number++) await one.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}"))).WaitAsync(TimeSpan.FromSeconds(20));
        var since = TimeProvider.System.GetTimestamp();
        for (var number = 12; number < 32; number++) await one.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")));
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(15), "Each one waited for Redis; the breaker is not open.");   // 20 times four steps of half a second would be 40 s
        Assert.NotNull(await _nodes[0].Guard.TroubleAsync(CancellationToken.None));

        server.Resume();
        await WellAsync();
        await RepeatsAsync(one, two, "m-1", first.Receipt);
        await RepeatsAsync(two, one, "m-11", null);
    }

    [Fact]
    public async Task A_claim_whose_answer_never_came_is_given_back_when_redis_goes_on()
    {
        using var server = new RedisServer();
        var options = RedisGuards.Options([server.Endpoint]);
        await using var link = RedisGuards.Link(options);
        var guard = new RedisReplayGuard(link, options, TimeProvider.System);
        await UntilAsync(async () => await Quietly(() => guard.TroubleAsync(CancellationToken.None)));
        var (lost, next) = (Ticket("a"), Ticket("b"));

        server.Pause();
        using (var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(300))) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guard.ClaimAsync(lost, null, leaving.Token));
        server.Resume();

        Assert.IsType<GuardAnswer.Taken>(await guard.ClaimAsync(next, null, CancellationToken.None));

        static ClaimTicket Ticket(string owner) => new ClaimOwner(owner).Ticket(new ClaimKey(s_partner, MessageId.Stored("m")), ContentDigest.Stored(new byte[32]));
    }

    [Fact]
    public async Task What_a_node_saw_stays_seen_at_that_node_when_redis_forgets_it()
    {
        using var server = new RedisServer();
        Node([server.Endpoint]);
        await WellAsync();
        Assert.True(await _nodes[0].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        server.Cli("FLUSHALL");
        Assert.False(await _nodes[0].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
    }

    [Fact]
    public async Task Redis_that_is_wiped_again_and_again_lets_nothing_in_twice()
    {
        using var server = new RedisServer();
        var (one, two) = (Node([server.Endpoint]), Node([server.Endpoint]));
        await WellAsync();
        for (var message = 0; message < 15; message++)
        {
            var id = $"m-{message}";
            var answers = Enumerable.Range(0, 8).Select(number => Task.Run(() => (number % 2 == 0 ? one : two).AcceptAsync(Hub.Signed(Dossiers.Small(id))))).ToList();
            server.Cli("FLUSHALL");
            var all = await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Single(all, answer => !answer.Repeated);
            Assert.Single(all.Select(answer => Convert.ToHexString(answer.Receipt)).Distinct());
        }
    }

    [Fact]
    public async Task A_cluster_that_fails_over_by_order_and_by_death_is_found_again_and_nothing_comes_twice()
    {
        using var cluster = new RedisCluster();
        List<string> endpoints = [.. cluster.Nodes.Take(3).Select(node => node.Endpoint)];
        var (one, two) = (Node(endpoints), Node(endpoints));
        await WellAsync();
        var receipts = new Dictionary<string, byte[]>();
        await AcceptAsync("before", 20);

        var key = $"{_prefix}claim:{Dossiers.Ministry}:before-0";
        cluster.FailOver(cluster.MasterOf(key));
        await AcceptAsync("ordered", 20);
        await EverySlotAsync();

        var dead = cluster.MasterOf(key);
        dead.Kill();
        await AcceptAsync("dead", 20);
        await EverySlotAsync();
        foreach (var (id, receipt) in receipts) await RepeatsAsync(one, two, id, receipt);

        async Task AcceptAsync(string name, int count)
        {
            for (var number = 0; number < count; number++) receipts[$"{name}-{number}"] = (await one.AcceptAsync(Hub.Signed(Dossiers.Small($"{name}-{number}"))).WaitAsync(TimeSpan.FromSeconds(30))).Receipt;
        }
    }

    [Fact]
    public async Task Behind_a_proxy_the_server_that_sentinel_made_the_master_is_found()
    {
        using var pair = new RedisBehindProxy();
        var (one, two) = (Node([pair.Endpoint]), Node([pair.Endpoint]));
        await WellAsync();
        var first = await one.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));

        pair.Master.Kill();
        await RepeatsAsync(two, one, "m-1", first.Receipt);
        await WellAsync();
        Assert.StartsWith("master", pair.Replica.Cli("ROLE"), StringComparison.Ordinal);
        Assert.True(await _nodes[0].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.False(await _nodes[1].Guard.SeeAsync(s_partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.Equal("1", pair.Replica.Cli("EXISTS", $"{_prefix}nonce:{s_partner}:ff"));
    }

    [Fact]
    public async Task When_errors_last_all_connections_are_made_anew()
    {
        using var server = new RedisServer();
        Node([server.Endpoint]);
        await WellAsync();
        server.Pause();
        await UntilAsync(async () =>
        {
            await _nodes[0].Guard.TroubleAsync(CancellationToken.None);
            return _nodes[0].Link.Rebuilds > 0;
        });
        server.Resume();
        await WellAsync();
    }

    private readonly string _prefix = $"{Guid.NewGuid():N}:";

    private static MeterListener Listen(string instrument, ConcurrentBag<string> steps)
    {
        var listener = new MeterListener { InstrumentPublished = (published, self) => { if (published.Meter.Name == "Vss.Interlink.Exchange" && published.Name == instrument) self.EnableMeasurementEvents(published); } };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => steps.Add((string)tags[0].Value!));
        listener.Start();
        return listener;
    }

    private static async Task RepeatsAsync(Hub one, Hub two, string id, byte[]? receipt)
    {
        foreach (var node in (Hub[])[one, two])
        {
            var again = await node.AcceptAsync(Hub.Signed(Dossiers.Small(id))).WaitAsync(TimeSpan.FromSeconds(15));   // below the patience: nobody waits for a claim that nobody holds
            Assert.True(again.Repeated);
            if (receipt is not null) Assert.Equal(receipt, again.Receipt);
        }
    }

    private static async Task<bool> Quietly(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (GuardAwayException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(100, patience.Token);
    }

    private Hub Node(IEnumerable<string> endpoints)
    {
        var claims = RedisGuards.Options(endpoints, redis => (redis.Prefix, redis.Timeout, redis.RebuildAfter, redis.BreakerRest) = (_prefix, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500)));
        _nodes.Add(RedisGuards.Node(claims));
        _hubs.Add(new Hub(_folder.Path, null, null, claims, _nodes[^1].Guard));
        return _hubs[^1];
    }

    private async Task WellAsync()
    {
        foreach (var guard in _nodes.Select(node => node.Guard)) await UntilAsync(async () => await guard.TroubleAsync(CancellationToken.None) is null);
    }

    // Keys of all slots, so that none of the masters is still taken for the one that it was.
    private async Task EverySlotAsync()
    {
        foreach (var guard in _nodes.Select(node => node.Guard))
        {
            await UntilAsync(async () =>
            {
                for (var number = 0; number < 50; number++)
                {
                    await guard.SeeAsync(s_partner, $"{Guid.NewGuid():N}", RedisGuards.InAMinute, CancellationToken.None);
                    if (await guard.TroubleAsync(CancellationToken.None) is not null) return false;
                }

                return true;
            });
        }
    }
}
