using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.Exchange.Tests.Replay;

public sealed class RedisReplayGuardTests : ReplayGuardContract, IClassFixture<RedisServer>, IAsyncDisposable
{
    private readonly RedisServer _server;
    private readonly ClaimOptions _options;
    private readonly RedisLink _link;
    private readonly SteppedClock _clock = new();

    public RedisReplayGuardTests(RedisServer server)
    {
        (_server, _options) = (server, RedisGuards.Options([server.Endpoint]));
        _link = RedisGuards.Link(_options);
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    [Fact]
    public async Task What_was_accepted_is_told_with_its_content_and_its_exchange()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a"), "first"));
        await ClaimAsync(guard, ticket);
        await guard.AcceptedAsync(ticket, Exchange, CancellationToken.None);
        Assert.Equal(new GuardAnswer.Accepted(Digest("first"), Exchange), await ClaimAsync(guard, Ticket(new ClaimOwner("b"), "second")));
    }

    [Fact]
    public async Task An_acceptance_that_the_ledger_does_not_know_is_overwritten_and_no_other_one()
    {
        var (guard, ticket, next) = (Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a")), Ticket(new ClaimOwner("b")));
        await ClaimAsync(guard, ticket);
        await guard.AcceptedAsync(ticket, Exchange, CancellationToken.None);
        Assert.IsType<GuardAnswer.Accepted>(await guard.ClaimAsync(next, ExchangeId.New(TimeProvider.System), CancellationToken.None));
        Assert.IsType<GuardAnswer.Taken>(await guard.ClaimAsync(next, Exchange, CancellationToken.None));
    }

    [Fact]
    public async Task A_claim_without_an_end_was_written_by_no_hub_and_holds_nothing_up()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a")));
        await ClaimAsync(guard, ticket);
        Assert.Equal("1", _server.Cli("PERSIST", $"{_options.Redis!.Prefix}claim:{Partner}:m-1"));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(new ClaimOwner("b"))));
    }

    [Fact]
    public async Task A_claim_or_a_slot_that_ends_later_than_it_can_is_of_a_clock_that_was_set_back_and_holds_nothing_up()
    {
        var (guard, ticket, limits) = (Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a")), new PartnerLimits { InFlight = 1 });
        await ClaimAsync(guard, ticket);
        Assert.IsType<GuardAnswer.InFlight>(await ClaimAsync(guard, Ticket(new ClaimOwner("b"))));
        Assert.Equal("1", _server.Cli("PEXPIRE", $"{_options.Redis!.Prefix}claim:{Partner}:m-1", $"{TimeSpan.FromDays(2).TotalMilliseconds}"));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(new ClaimOwner("b"))));

        Assert.Null(await guard.EnterAsync(Partner, "one", limits, CancellationToken.None));
        Assert.NotNull(await guard.EnterAsync(Partner, "two", limits, CancellationToken.None));
        _server.Cli("ZINCRBY", $"{_options.Redis.Prefix}slots:{{{Partner}}}", $"{TimeSpan.FromDays(2).TotalMilliseconds}", "one");
        Assert.Null(await guard.EnterAsync(Partner, "two", limits, CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_that_is_written_stays_for_ever()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a")));
        await ClaimAsync(guard, ticket);
        await guard.SeeAsync(Partner, "00ff", RedisGuards.InAMinute, CancellationToken.None);
        await guard.EnterAsync(Partner, "slot", new PartnerLimits(), CancellationToken.None);
        var keys = _server.Cli("KEYS", _options.Redis!.Prefix + "*").Split('\n');
        Assert.Equal(4, keys.Length);
        Assert.All(keys, key => Assert.NotEqual(-1, long.Parse(_server.Cli("PTTL", key.Trim()))));   // -1: it has no end; -2: it has ended meanwhile
        await guard.AcceptedAsync(ticket, Exchange, CancellationToken.None);
        Assert.True(long.Parse(_server.Cli("PTTL", $"{_options.Redis.Prefix}claim:{Partner}:m-1")) > TimeSpan.FromDays(6).TotalMilliseconds);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_brought_again()
    {
        var guard = Guard(TimeSpan.FromMinutes(1));
        Assert.True(await guard.SeeAsync(Partner, "01", RedisGuards.InAMinute, CancellationToken.None));
        _server.Cli("SCRIPT", "FLUSH");
        Assert.True(await SoonAsync(() => guard.SeeAsync(Partner, "02", RedisGuards.InAMinute, CancellationToken.None)));
        Assert.False(await guard.SeeAsync(Partner, "01", RedisGuards.InAMinute, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_that_holds_something_else_is_an_error_and_no_answer()
    {
        _server.Cli("SET", $"{_options.Redis!.Prefix}claim:{Partner}:m-1", "nonsense");
        await Assert.ThrowsAsync<GuardAwayException>(() => ClaimAsync(Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a"))));
    }

    protected override IReplayGuard Guard(TimeSpan lease) => new RedisReplayGuard(_link, new ClaimOptions { Lease = lease, Redis = _options.Redis, Poll = _options.Poll }, _clock);

    protected override Task PassAsync(TimeSpan time) => Task.Delay(time);

    protected override TimeProvider Clock => _clock;

    protected override void Step(TimeSpan by) => _clock.Step(by);

    private static async Task<T> SoonAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (GuardAwayException)
        {
            return await ask();
        }
    }
}

/// <summary>Both together keep the contract while Redis is there, for one node and for two.</summary>
public sealed class FallbackReplayGuardTests(RedisServer server) : ReplayGuardContract, IClassFixture<RedisServer>, IAsyncDisposable
{
    private readonly List<RedisNode> _nodes = [];
    private readonly string _prefix = $"{Guid.NewGuid():N}:";
    private readonly SteppedClock _clock = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task What_one_node_works_on_or_has_seen_another_one_knows()
    {
        var (one, two, ticket, next) = (Guard(TimeSpan.FromMinutes(1)), Guard(TimeSpan.FromMinutes(1)), Ticket(new ClaimOwner("a")), Ticket(new ClaimOwner("b")));
        await ClaimAsync(one, ticket);
        var waiting = Assert.IsType<GuardAnswer.InFlight>(await ClaimAsync(two, next));
        await one.ReleaseAsync(ticket, CancellationToken.None);
        await waiting.Ended;
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(two, next));
        Assert.True(await one.SeeAsync(Partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.False(await two.SeeAsync(Partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.Null(await one.TroubleAsync(CancellationToken.None));
    }

    protected override IReplayGuard Guard(TimeSpan lease)
    {
        var options = RedisGuards.Options([server.Endpoint], redis => redis.Prefix = _prefix);
        options.Lease = lease;
        _nodes.Add(RedisGuards.Node(options, _clock));
        return _nodes[^1].Guard;
    }

    protected override Task PassAsync(TimeSpan time) => Task.Delay(time);

    protected override TimeProvider Clock => _clock;

    protected override void Step(TimeSpan by) => _clock.Step(by);
}
