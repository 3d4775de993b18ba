using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task Parallel_workers_get_disjoint_deliveries()
    {
        for (var number = 0; number < 40; number++) await AcceptAsync(Exchange(id: $"m-{number}"));
        await using var other = Open();

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => (number % 2 == 0 ? _ledger : other).LeaseAsync(Connector, $"w-{number}", 10, Lease, CancellationToken.None))));

        var ids = taken.SelectMany(leases => leases).Select(lease => lease.Delivery).ToList();
        Assert.Equal(40, ids.Count);
        Assert.Equal(40, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_lease_is_handed_over_when_it_ends_and_not_before()
    {
        await AcceptAsync(Exchange());
        var first = Assert.Single(await TakeAsync());
        Clock.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromSeconds(1));

        var second = Assert.Single(await TakeAsync());

        Assert.Equal(first.Delivery, second.Delivery);
        Assert.Equal((first.Fence + 1, 2), (second.Fence, second.Attempt));
    }

    [Fact]
    public async Task What_a_clock_ahead_dated_further_than_any_hub_puts_it_is_due_now_and_what_others_hold_stays()
    {
        var furthest = TimeSpan.FromHours(2);
        for (var number = 0; number < 4; number++) await AcceptAsync(Exchange($"m-{number}"));
        Clock.Step(TimeSpan.FromDays(2));
        var killed = Assert.Single(await TakeAsync(1));
        await FailAsync(3, TimeSpan.FromMinutes(5));   // and puts the partner to rest
        Clock.Step(TimeSpan.FromDays(-2));
        Assert.Equal(0, await _ledger.BringForwardAsync("another road", furthest, CancellationToken.None));
        Assert.Equal(4 + 1, await _ledger.BringForwardAsync(Connector, furthest, CancellationToken.None));

        var probe = await ProbeAsync(_ledger, Assert.Single(await _ledger.ListDueAsync(Connector, CancellationToken.None)));
        await CompleteAsync(Delivered(probe!) with { Partner = new PartnerSign.Answered() });
        Assert.Equal(3, (await TakeAsync()).Count);
        Assert.False(await _ledger.CompleteAsync(Delivered(killed), CancellationToken.None));
        Assert.Equal(0, await _ledger.BringForwardAsync(Connector, furthest, CancellationToken.None));
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task A_renewed_lease_is_not_handed_over()
    {
        await AcceptAsync(Exchange());
        var lease = Assert.Single(await TakeAsync());
        Clock.Advance(Lease / 2);
        Assert.Equal(Clock.GetUtcNow() + Lease, await _ledger.RenewAsync(lease.Delivery, lease.Fence, Lease, CancellationToken.None));
        Clock.Advance(Lease / 2);

        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task A_stale_token_renews_seals_and_completes_nothing()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var stale = Assert.Single(await TakeAsync());
        Clock.Advance(Lease);
        var current = Assert.Single(await TakeAsync());

        Assert.Null(await _ledger.RenewAsync(stale.Delivery, stale.Fence, Lease, CancellationToken.None));
        Assert.Null(await _ledger.KeepSealAsync(stale.Delivery, stale.Fence, [1], CancellationToken.None));
        Assert.False(await CompleteAsync(Delivered(stale)));
        Assert.Equal(DeliveryState.Leased, (await ViewAsync(exchange)).Deliveries[0].State);
        Assert.Single((await ViewAsync(exchange)).Evidence);

        Assert.True(await CompleteAsync(Delivered(current)));
        Assert.False(await CompleteAsync(Delivered(current)));
        Assert.Equal(1, (await ViewAsync(exchange)).Evidence.Count(evidence => evidence.Type == EvidenceType.Delivery));
    }

    [Fact]
    public async Task The_first_seal_of_a_delivery_is_the_seal_of_all_its_attempts()
    {
        await AcceptAsync(Exchange());
        var first = Assert.Single(await TakeAsync());
        Assert.Equal([1], (await _ledger.KeepSealAsync(first.Delivery, first.Fence, [1], CancellationToken.None))!);
        Clock.Advance(Lease);

        var second = Assert.Single(await TakeAsync());

        Assert.Equal([1], second.Seal!);
        Assert.Equal([1], (await _ledger.KeepSealAsync(second.Delivery, second.Fence, [2], CancellationToken.None))!);
    }

    [Fact]
    public async Task A_delivery_put_off_comes_again_at_its_time()
    {
        await AcceptAsync(Exchange());
        var lease = Assert.Single(await TakeAsync());
        var next = Clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        Assert.True(await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Pending, Clock.GetUtcNow(), Error: "later", NotBefore: next)));

        Assert.Equal(next, await _ledger.NextDueAsync(Connector, CancellationToken.None));
        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, Assert.Single(await TakeAsync()).Attempt);
    }

    [Fact]
    public async Task What_was_not_attempted_does_not_count()
    {
        await AcceptAsync(Exchange());
        var lease = Assert.Single(await TakeAsync());
        await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Pending, Clock.GetUtcNow(), NotBefore: Clock.GetUtcNow(), Attempted: false));
        Assert.Equal(1, Assert.Single(await TakeAsync()).Attempt);
    }

    [Theory]
    [InlineData(DeliveryState.Pending)]
    [InlineData(DeliveryState.Leased)]
    [InlineData(DeliveryState.Unspecified)]
    public async Task A_step_that_is_not_in_the_table_is_a_programming_error(DeliveryState to)
    {
        await AcceptAsync(Exchange());
        var lease = Assert.Single(await TakeAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, to, Clock.GetUtcNow())));
    }

    [Theory]
    [InlineData(DeliveryState.Delivered, ExchangeState.Completed)]
    [InlineData(DeliveryState.Refused, ExchangeState.Failed)]
    [InlineData(DeliveryState.Dead, ExchangeState.Accepted)]
    [InlineData(DeliveryState.Available, ExchangeState.Accepted)]
    public async Task The_state_of_the_exchange_follows_its_deliveries(DeliveryState delivery, ExchangeState state)
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var lease = Assert.Single(await TakeAsync());

        Assert.True(await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, delivery, Clock.GetUtcNow())));

        Assert.Equal(state, (await ViewAsync(exchange)).State);
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task Evidence_and_follow_up_are_written_with_the_outcome()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var lease = Assert.Single(await TakeAsync());
        var status = new NewDelivery(DeliveryId.New(Clock), exchange.Sender, Connector, DeliveryPurpose.StatusReceived, lease.Delivery, "text");

        Assert.True(await CompleteAsync(Delivered(lease) with { FollowUp = [status] }));

        var view = await ViewAsync(exchange);
        Assert.Equal(ExchangeState.Accepted, view.State);
        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.Delivery], view.Evidence.Select(evidence => evidence.Type));
        var next = Assert.Single(await TakeAsync());
        Assert.Equal((DeliveryPurpose.StatusReceived, lease.Receiver, "text"), (next.Purpose, next.About, next.Text));
    }
}
