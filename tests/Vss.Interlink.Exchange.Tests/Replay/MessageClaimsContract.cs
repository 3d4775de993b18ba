using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit.Redis;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>First, the same again, in flight, conflict: what two nodes on one ledger answer, whatever guard stands in front.</summary>
public abstract class MessageClaimsContract : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    protected Hub One { get; private set; } = null!;

    protected Hub Two { get; private set; } = null!;

    protected abstract IReplayGuard Guard(ClaimOptions options);

    public ValueTask InitializeAsync()
    {
        (One, Two) = (Node(), Node());
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_repeat_gets_the_first_receipt_byte_for_byte_at_either_node()
    {
        var first = await One.AcceptAsync(Hub.Signed(Dossiers.Small()));
        foreach (var node in (Hub[])[One, Two])
        {
            var again = await node.AcceptAsync(Hub.Signed(Dossiers.Small()));
            Assert.True(again.Repeated);
            Assert.Equal(first.Receipt, again.Receipt);
        }
    }

    [Fact]
    public async Task Equal_ones_at_the_same_instant_at_two_nodes_are_one_exchange_with_equal_answers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => (number % 2 == 0 ? One : Two).AcceptAsync(Hub.Signed(Dossiers.Small())))));
        Assert.Single(answers, answer => !answer.Repeated);
        Assert.Single(answers.Select(answer => Convert.ToHexString(answer.Receipt)).Distinct());
    }

    [Fact]
    public async Task Other_content_under_the_id_is_a_conflict_that_names_both_digests_and_the_first_stays()
    {
        var first = await One.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var other = Dossiers.Small();
        other.Subject = "other";
        var second = Hub.Signed(other);
        foreach (var node in (Hub[])[One, Two])
        {
            var refused = await Assert.ThrowsAsync<ExchangeFault>(() => node.AcceptAsync(second));
            Assert.Equal(Fault.MessageIdReused, refused.Fault);
            Assert.Contains(first.Digest.ToString(), refused.Detail, StringComparison.Ordinal);
            Assert.Contains(second.Digest.ToString(), refused.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(first.Receipt, (await Two.AcceptAsync(Hub.Signed(Dossiers.Small()))).Receipt);
    }

    // A gateway that keeps the record of a first attempt that failed tells the retry that it was taken (holodeck-b2b/Holodeck-B2B#142).
    [Fact]
    public async Task The_retry_of_an_attempt_that_failed_half_way_is_processed_and_no_repeat()
    {
        One.LoseKey();
        await Assert.ThrowsAnyAsync<Exception>(() => One.AcceptAsync(Hub.Signed(Dossiers.Small())));
        Assert.Empty((await Two.History.ListAsync(new ListRequest(), CancellationToken.None)).Exchanges);

        Assert.False((await Two.AcceptAsync(Hub.Signed(Dossiers.Small())).WaitAsync(TimeSpan.FromSeconds(15))).Repeated);   // below the patience of 20 s: it did not wait for a lease
    }

    [Fact]
    public async Task The_retry_of_a_failed_attempt_at_the_same_node_is_processed()
    {
        await using (await TakeAsync(One)) { }
        Assert.False((await One.AcceptAsync(Hub.Signed(Dossiers.Small())).WaitAsync(TimeSpan.FromSeconds(15))).Repeated);
    }

    [Fact]
    public async Task An_equal_one_waits_for_the_one_in_flight_and_is_the_first_when_that_one_failed()
    {
        var held = await TakeAsync(One);
        var waiting = One.AcceptAsync(Hub.Signed(Dossiers.Small()));
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        Assert.False((await waiting.WaitAsync(TimeSpan.FromSeconds(15))).Repeated);
    }

    [Fact]
    public async Task The_wait_ends_with_the_patience_and_says_that_it_will_pass()
    {
        await using var held = await TakeAsync(One);
        var hasty = new MessageClaims(LastGuard, One.Ledger, new ClaimOwner("hasty"), TimeSpan.FromMilliseconds(150), TimeProvider.System);
        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => hasty.TakeAsync(held.Submission.Sender, held.Submission.MessageId, held.Submission.Digest, CancellationToken.None));
        Assert.Equal(Fault.InFlight, refused.Fault);
        Assert.True(FaultCatalogue.Meaning(refused.Fault).Passing);
    }

    [Fact]
    public async Task What_the_ledger_has_is_answered_at_once_even_while_the_guard_thinks_that_it_is_in_flight()
    {
        var first = await Two.AcceptAsync(Hub.Signed(Dossiers.Small()));
        await ForgetAsync();
        var submission = Hub.Signed(Dossiers.Small());
        await LastGuard.ClaimAsync(new ClaimOwner("gone").Ticket(new ClaimKey(submission.Sender, submission.MessageId), submission.Digest), null, CancellationToken.None);

        Assert.Equal(first.Receipt, (await One.AcceptAsync(submission).WaitAsync(TimeSpan.FromSeconds(15))).Receipt);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_he_waits_leaves_nothing_behind()
    {
        var held = await TakeAsync(One);
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => One.Intake.AcceptAsync(Hub.Signed(Dossiers.Small()), leaving.Token));
        await held.DisposeAsync();
        Assert.False((await One.AcceptAsync(Hub.Signed(Dossiers.Small())).WaitAsync(TimeSpan.FromSeconds(15))).Repeated);
    }

    [Fact]
    public async Task A_partner_above_its_limit_is_refused_as_overloaded_with_a_time_and_nothing_is_written_for_it()
    {
        var claims = new ClaimOptions { Partners = { [Dossiers.Ministry] = new PartnerLimits { Burst = 1, RatePerSecond = 0.01 } } };
        await using var strict = new Hub(_folder.Path, null, null, claims, Guard(claims));
        await strict.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));
        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => strict.AcceptAsync(Hub.Signed(Dossiers.Small("m-2"))));
        Assert.Equal((Fault.Overloaded, "limit.partner"), (refused.Fault, refused.Rule));
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100));
        Assert.Contains($"{refused.RetryAfter.Value.TotalSeconds:0} s", refused.Detail, StringComparison.Ordinal);
        Assert.Null(refused.Reference);   // not audited here: the edge has a budget for that
        Assert.Single((await strict.History.ListAsync(new ListRequest(), CancellationToken.None)).Exchanges);
        Assert.False((await strict.AcceptAsync(Hub.Signed(Dossiers.Small("m-1", sender: "G15")))).Repeated);
    }

    [Fact]
    public async Task A_submission_that_ended_gives_its_place_in_flight_back_however_it_ended()
    {
        var claims = new ClaimOptions { Limits = new PartnerLimits { InFlight = 1 } };
        await using var strict = new Hub(_folder.Path, null, null, claims, Guard(claims));
        for (var number = 0; number < 3; number++)
        {
            Assert.False((await strict.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))).Repeated);
            var other = Dossiers.Small($"m-{number}");
            other.Subject = "other";
            Assert.Equal(Fault.MessageIdReused, (await Assert.ThrowsAsync<ExchangeFault>(() => strict.AcceptAsync(Hub.Signed(other)))).Fault);
        }
    }

    /// <summary>The guard of node two.</summary>
    protected IReplayGuard LastGuard { get; private set; } = null!;

    /// <summary>Lets the guard forget what it can forget.</summary>
    protected virtual Task ForgetAsync() => Task.CompletedTask;

    private protected async Task<Held> TakeAsync(Hub node)
    {
        var submission = Hub.Signed(Dossiers.Small());
        return new Held(await node.Claims.TakeAsync(submission.Sender, submission.MessageId, submission.Digest, CancellationToken.None), submission);
    }

    private Hub Node()
    {
        var claims = new ClaimOptions();
        return new Hub(_folder.Path, null, null, claims, LastGuard = Guard(claims));
    }

    private protected sealed record Held(MessageClaim Claim, Exchange.Translation.Submission Submission) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Claim.DisposeAsync();
    }
}

/// <summary>One process has one memory: both nodes of these tests share it.</summary>
public sealed class LedgerOnlyClaimsTests : MessageClaimsContract
{
    private readonly ProcessReplayGuard _guard = new(new ClaimOptions(), TimeProvider.System);

    protected override IReplayGuard Guard(ClaimOptions options) => _guard;
}

public sealed class RedisClaimsTests(RedisServer server) : MessageClaimsContract, IClassFixture<RedisServer>
{
    private readonly string _prefix = $"{Guid.NewGuid():N}:";
    private readonly List<RedisNode> _nodes = [];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task An_acceptance_that_only_redis_remembers_is_none_because_the_ledger_has_the_last_word()
    {
        var submission = Hub.Signed(Dossiers.Small());
        var ticket = new ClaimOwner("before the ledger was restored").Ticket(new ClaimKey(submission.Sender, submission.MessageId), submission.Digest);
        await LastGuard.ClaimAsync(ticket, null, CancellationToken.None);
        Assert.True(await LastGuard.AcceptedAsync(ticket, ExchangeId.New(TimeProvider.System), CancellationToken.None));

        var accepted = await One.AcceptAsync(submission);

        Assert.False(accepted.Repeated);
        Assert.Equal(accepted.Receipt, (await Two.AcceptAsync(submission)).Receipt);
    }

    [Fact]
    public async Task An_equal_one_at_another_node_waits_and_costs_no_second_signature()
    {
        var held = await TakeAsync(One);
        var waiting = Two.AcceptAsync(Hub.Signed(Dossiers.Small()));
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        Assert.False((await waiting.WaitAsync(TimeSpan.FromSeconds(15))).Repeated);
    }

    [Fact]
    public async Task A_node_that_gave_up_waiting_holds_nothing_up()
    {
        var held = await TakeAsync(One);
        var hasty = new MessageClaims(LastGuard, Two.Ledger, new ClaimOwner("hasty"), TimeSpan.FromMilliseconds(150), TimeProvider.System);
        Assert.Equal(Fault.InFlight, (await Assert.ThrowsAsync<ExchangeFault>(() => hasty.TakeAsync(held.Submission.Sender, held.Submission.MessageId, held.Submission.Digest, CancellationToken.None))).Fault);
        await held.DisposeAsync();
        Assert.False((await Two.AcceptAsync(Hub.Signed(Dossiers.Small())).WaitAsync(TimeSpan.FromSeconds(15))).Repeated);
    }

    [Fact]
    public async Task Redis_that_forgot_everything_lets_no_replay_in_and_is_told_again()
    {
        var first = await One.AcceptAsync(Hub.Signed(Dossiers.Small()));
        await ForgetAsync();
        Assert.Equal(first.Receipt, (await Two.AcceptAsync(Hub.Signed(Dossiers.Small()))).Receipt);
        Assert.Equal(first.ExchangeId.ToString(), server.Cli("HGET", $"{_prefix}claim:{Dossiers.Ministry}:m-1", "exchange"));
    }

    protected override Task ForgetAsync()
    {
        foreach (var key in server.Cli("KEYS", _prefix + "*").Split('\n', StringSplitOptions.RemoveEmptyEntries)) server.Cli("DEL", key.Trim());
        return Task.CompletedTask;
    }

    protected override IReplayGuard Guard(ClaimOptions options)
    {
        options.Redis = RedisGuards.Options([server.Endpoint], redis => redis.Prefix = _prefix).Redis;
        options.Poll = TimeSpan.FromMilliseconds(20);
        _nodes.Add(RedisGuards.Node(options));
        return _nodes[^1].Guard;
    }
}
