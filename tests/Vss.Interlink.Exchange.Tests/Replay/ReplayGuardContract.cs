using System.Security.Cryptography;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>What every guard does. Guards made by <see cref="Guard"/> with one name share what a deployment shares; leases and windows are in <see cref="ShortLease"/>.</summary>
public abstract class ReplayGuardContract
{
    protected static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);
    protected static readonly OrganId Partner = OrganId.Stored("G18");

    private readonly ClaimOwner _owner = new("node-1/a");
    private readonly ClaimOwner _other = new("node-2/b");

    /// <param name="lease">How long claims last.</param>
    protected abstract IReplayGuard Guard(TimeSpan lease);

    /// <summary>Lets the guard's time pass.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    /// <summary>The clock of the node.</summary>
    protected abstract TimeProvider Clock { get; }

    /// <summary>Sets it.</summary>
    protected abstract void Step(TimeSpan by);

    [Fact]
    public async Task The_first_claim_is_taken_and_another_one_is_in_flight_with_the_content_of_the_first()
    {
        var guard = Guard(TimeSpan.FromMinutes(1));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(_owner, "first")));
        Assert.Equal(Digest("first"), Assert.IsType<GuardAnswer.InFlight>(await ClaimAsync(guard, Ticket(_other, "second"))).Digest);
    }

    [Fact]
    public async Task Of_many_claims_at_once_one_is_taken()
    {
        var guard = Guard(TimeSpan.FromMinutes(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => ClaimAsync(guard, Ticket(number % 2 == 0 ? _owner : _other)))));
        Assert.Single(answers, answer => answer is GuardAnswer.Taken);
    }

    [Fact]
    public async Task A_question_that_is_asked_again_with_the_same_ticket_is_still_taken()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(_owner));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, ticket));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, ticket));
    }

    [Fact]
    public async Task The_same_id_of_another_sender_is_another_message()
    {
        var guard = Guard(TimeSpan.FromMinutes(1));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(_owner)));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, _other.Ticket(new ClaimKey(OrganId.Stored("G15"), MessageId.Stored("m-1")), Digest("x"))));
    }

    [Fact]
    public async Task A_claim_that_was_released_is_taken_by_the_next_one_and_whoever_waited_is_told()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(_owner));
        await ClaimAsync(guard, ticket);
        var waiting = Assert.IsType<GuardAnswer.InFlight>(await ClaimAsync(guard, Ticket(_other)));
        Assert.True(await guard.ReleaseAsync(ticket, CancellationToken.None));
        await waiting.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(_other)));
    }

    [Fact]
    public async Task A_claim_that_was_accepted_is_in_flight_no_more_and_ends_once()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(_owner));
        await ClaimAsync(guard, ticket);
        Assert.True(await guard.AcceptedAsync(ticket, Exchange, CancellationToken.None));
        Assert.IsNotType<GuardAnswer.InFlight>(await ClaimAsync(guard, Ticket(_other)));
        Assert.False(await guard.AcceptedAsync(ticket, Exchange, CancellationToken.None));
        Assert.False(await guard.ReleaseAsync(ticket, CancellationToken.None));
    }

    [Fact]
    public async Task After_its_lease_a_claim_is_taken_over_and_its_first_owner_can_end_nothing_any_more()
    {
        var (guard, paused, next) = (Guard(ShortLease), Ticket(_owner), Ticket(_other));
        await ClaimAsync(guard, paused);
        await PassAsync(ShortLease * 1.5);
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, next));

        Assert.False(await guard.AcceptedAsync(paused, Exchange, CancellationToken.None));
        Assert.False(await guard.ReleaseAsync(paused, CancellationToken.None));
    }

    [Fact]
    public async Task An_owner_that_was_paused_past_its_lease_can_end_nothing_even_where_nobody_came()
    {
        var (guard, paused) = (Guard(ShortLease), Ticket(_owner));
        await ClaimAsync(guard, paused);
        await PassAsync(ShortLease * 1.5);
        Assert.False(await guard.AcceptedAsync(paused, Exchange, CancellationToken.None));
        Assert.IsType<GuardAnswer.Taken>(await ClaimAsync(guard, Ticket(_other)));
    }

    [Fact]
    public async Task Another_ticket_of_the_same_owner_ends_no_claim_of_its_own()
    {
        var (guard, ticket) = (Guard(TimeSpan.FromMinutes(1)), Ticket(_owner));
        await ClaimAsync(guard, ticket);
        Assert.False(await guard.ReleaseAsync(Ticket(_owner), CancellationToken.None));
        Assert.True(await guard.ReleaseAsync(ticket, CancellationToken.None));
    }

    [Fact]
    public async Task A_nonce_is_seen_once_within_its_window()
    {
        var (guard, until) = (Guard(TimeSpan.FromMinutes(1)), Clock.GetUtcNow().AddMinutes(1));
        Assert.True(await SeeAsync(guard, "00ff", until));
        Assert.True(await SeeAsync(guard, "aaff", until));
        Assert.False(await SeeAsync(guard, "aaff", until));
    }

    [Fact]
    public async Task A_nonce_into_whose_window_the_clock_steps_back_is_known()
    {
        var (guard, until) = (Guard(TimeSpan.FromMinutes(1)), Clock.GetUtcNow().AddSeconds(1));
        Assert.True(await SeeAsync(guard, "00ff", until));
        Step(TimeSpan.FromMinutes(-10));
        await PassAsync(TimeSpan.FromSeconds(1.5));   // as long as the window was, and the clock is minutes before its end
        Assert.False(await SeeAsync(guard, "00ff", until));
    }

    [Fact]
    public async Task A_nonce_whose_window_had_ended_before_the_clock_stepped_back_into_it_is_not_let_in()
    {
        var (guard, until) = (Guard(TimeSpan.FromMinutes(1)), Clock.GetUtcNow().AddSeconds(1));
        Assert.True(await SeeAsync(guard, "00ff", until));
        await PassAsync(TimeSpan.FromSeconds(1.5));
        Assert.True(await SeeAsync(guard, "aaff", Clock.GetUtcNow().AddMinutes(1)));   // forgets what has ended
        Step(TimeSpan.FromMinutes(-10));
        Assert.False(await SeeAsync(guard, "00ff", until));
    }

    [Fact]
    public async Task A_clock_that_steps_ahead_for_a_moment_forgets_no_nonce_and_holds_up_no_new_one()
    {
        var (guard, until) = (Guard(TimeSpan.FromMinutes(1)), Clock.GetUtcNow().AddMinutes(5));
        Assert.True(await SeeAsync(guard, "00ff", until));
        Step(TimeSpan.FromHours(2));
        Assert.True(await SeeAsync(guard, "aaff", Clock.GetUtcNow().AddMinutes(5)));
        Step(TimeSpan.FromHours(-2));
        Assert.False(await SeeAsync(guard, "00ff", until));
        Assert.True(await SeeAsync(guard, "bbff", Clock.GetUtcNow().AddMinutes(1)));
    }

    [Fact]
    public async Task A_partner_has_no_more_in_flight_than_its_limit_and_the_others_do_not_feel_it()
    {
        var (guard, limits) = (Guard(TimeSpan.FromMinutes(1)), new PartnerLimits { InFlight = 2 });
        Assert.Null(await EnterAsync(guard, "a", limits));
        Assert.Null(await EnterAsync(guard, "b", limits));
        Assert.True(await EnterAsync(guard, "c", limits) > TimeSpan.Zero);
        Assert.Null(await guard.EnterAsync(OrganId.Stored("G15"), "d", limits, CancellationToken.None));
        await guard.LeaveAsync(Partner, "a", CancellationToken.None);
        Assert.Null(await EnterAsync(guard, "c", limits));
    }

    [Fact]
    public async Task A_submission_that_never_left_counts_no_longer_than_a_lease()
    {
        var (guard, limits) = (Guard(ShortLease), new PartnerLimits { InFlight = 1 });
        Assert.Null(await EnterAsync(guard, "a", limits));
        await PassAsync(ShortLease * 1.5);
        Assert.Null(await EnterAsync(guard, "b", limits));
    }

    [Fact]
    public async Task Above_its_rate_a_partner_is_told_when_to_come_again_and_is_let_in_then()
    {
        var (guard, limits) = (Guard(TimeSpan.FromMinutes(1)), new PartnerLimits { RatePerSecond = 0.5, Burst = 3 });
        for (var number = 0; number < 3; number++) Assert.Null(await EnterAsync(guard, $"{number}", limits));
        var wait = await EnterAsync(guard, "3", limits);
        Assert.InRange(wait!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2));
        await PassAsync(wait.Value);
        Assert.Null(await EnterAsync(guard, "4", limits));
    }

    protected static ExchangeId Exchange { get; } = ExchangeId.Stored("x-01890000-0000-7000-8000-000000000001");

    protected static ClaimTicket Ticket(ClaimOwner owner, string content = "content") => owner.Ticket(new ClaimKey(Partner, MessageId.Stored("m-1")), Digest(content));

    protected static ContentDigest Digest(string content) => ContentDigest.Stored(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));

    protected static Task<GuardAnswer> ClaimAsync(IReplayGuard guard, ClaimTicket ticket) => guard.ClaimAsync(ticket, null, CancellationToken.None);

    private static Task<bool> SeeAsync(IReplayGuard guard, string nonce, DateTimeOffset until) => guard.SeeAsync(Partner, nonce, until, CancellationToken.None);

    private static Task<TimeSpan?> EnterAsync(IReplayGuard guard, string slot, PartnerLimits limits) => guard.EnterAsync(Partner, slot, limits, CancellationToken.None);
}

public sealed class ProcessReplayGuardTests : ReplayGuardContract
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task The_nonces_of_one_partner_take_no_room_from_another()
    {
        var guard = new ProcessReplayGuard(new ClaimOptions { MaxNonces = 1 }, _clock);
        Assert.True(await guard.SeeAsync(Partner, "a", _clock.GetUtcNow().AddMinutes(1), CancellationToken.None));
        Assert.True(await guard.SeeAsync(OrganId.Stored("G15"), "a", _clock.GetUtcNow().AddMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task More_nonces_than_there_is_room_for_cannot_be_told_apart_and_are_refused_until_some_have_ended()
    {
        var guard = new ProcessReplayGuard(new ClaimOptions { MaxNonces = 2 }, _clock);
        Assert.True(await guard.SeeAsync(Partner, "a", _clock.GetUtcNow().AddSeconds(1), CancellationToken.None));
        Assert.True(await guard.SeeAsync(Partner, "b", _clock.GetUtcNow().AddMinutes(1), CancellationToken.None));
        await Assert.ThrowsAsync<GuardFullException>(() => guard.SeeAsync(Partner, "c", _clock.GetUtcNow().AddSeconds(1), CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await guard.SeeAsync(Partner, "c", _clock.GetUtcNow().AddSeconds(1), CancellationToken.None));
    }

    protected override IReplayGuard Guard(TimeSpan lease) => new ProcessReplayGuard(new ClaimOptions { Lease = lease }, _clock);

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }

    protected override TimeProvider Clock => _clock;

    protected override void Step(TimeSpan by) => _clock.Step(by);
}
