using System.Data.Common;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Order, partners that are down, dead letters, deadlines, and evidence that stands once.</summary>
public abstract partial class LedgerContract
{
    private static readonly PartnerSign.Failed Breaker = new(RestAfter: 3, Within: TimeSpan.FromMinutes(10), Rest: TimeSpan.FromMinutes(1));

    [Fact]
    public async Task In_an_ordered_lane_the_next_is_taken_when_the_one_before_is_out_of_the_hubs_hands()
    {
        await using var other = Open();
        var exchanges = await OrderedAsync(3);

        var first = Assert.Single(await TakeAsync());
        Assert.Equal(exchanges[0].Id, first.Exchange);
        Assert.Empty(await other.LeaseAsync(Connector, "other", 10, Lease, CancellationToken.None));
        Assert.Equal(first.LeaseUntil, await _ledger.NextDueAsync(Connector, CancellationToken.None));

        await CompleteAsync(new DeliveryOutcome(first.Delivery, first.Fence, DeliveryState.Pending, Clock.GetUtcNow(), NotBefore: Clock.GetUtcNow() + TimeSpan.FromHours(1)));
        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromHours(1));
        await CompleteAsync(Delivered(Assert.Single(await TakeAsync())));

        var second = Assert.Single(await other.LeaseAsync(Connector, "other", 10, Lease, CancellationToken.None));
        Assert.Equal(exchanges[1].Id, second.Exchange);
        await CompleteAsync(new DeliveryOutcome(second.Delivery, second.Fence, DeliveryState.Available, Clock.GetUtcNow()));
        Assert.Equal(exchanges[2].Id, Assert.Single(await TakeAsync()).Exchange);
    }

    [Fact]
    public async Task Order_is_by_acceptance_also_when_the_clock_steps_back()
    {
        var first = await OrderedAsync(1, "a");
        Clock.Advance(TimeSpan.FromHours(-2));
        await OrderedAsync(1, "b");
        Clock.Advance(TimeSpan.FromHours(3));

        Assert.Equal(first[0].Id, Assert.Single(await TakeAsync()).Exchange);
    }

    [Fact]
    public async Task Lanes_of_other_senders_and_what_has_no_order_are_not_held_back()
    {
        await OrderedAsync(2);
        await AcceptAsync(Ordered(Exchange("other", "G15")));
        await AcceptAsync(Exchange("free"));
        Assert.Equal(3, (await TakeAsync()).Count);
    }

    [Fact]
    public async Task A_lane_keeps_its_order_also_over_a_change_of_the_route()
    {
        var before = Ordered(Exchange("before"));
        await AcceptAsync(before with { Deliveries = [before.Deliveries[0] with { Connector = "axis of old" }] });
        await AcceptAsync(Ordered(Exchange("after")));
        Assert.Empty(await TakeAsync());
        Assert.Null(await _ledger.NextDueAsync(Connector, CancellationToken.None));

        var first = Assert.Single(await _ledger.LeaseAsync("axis of old", "worker", 10, Lease, CancellationToken.None));
        await CompleteAsync(Delivered(first));

        Assert.Single(await TakeAsync());
    }

    [Fact]
    public async Task A_dead_delivery_holds_its_lane_until_a_person_decides()
    {
        var exchanges = await OrderedAsync(2);
        var dead = await DieAsync();
        Assert.Empty(await TakeAsync());
        Assert.Null(await _ledger.NextDueAsync(Connector, CancellationToken.None));
        Assert.Equal(1, Assert.Single(await ListAsync(DeliveryState.Dead)).WaitingBehind);

        Assert.True(await _ledger.DiscardAsync(Discarded(dead.Delivery), CancellationToken.None));

        Assert.Equal(exchanges[1].Id, Assert.Single(await TakeAsync()).Exchange);
    }

    [Fact]
    public async Task A_partner_that_failed_several_times_rests_on_all_nodes_and_then_one_delivery_probes()
    {
        await using var other = Open();
        for (var number = 0; number < 5; number++) await AcceptAsync(Exchange($"m-{number}"));
        await FailAsync(3);

        Assert.Empty(await TakeAsync());
        var resting = Assert.Single(await other.ListDueAsync(Connector, CancellationToken.None));
        Assert.Equal((Clock.GetUtcNow() + Breaker.Rest, Clock.GetUtcNow() + Breaker.Rest), (resting.DueAt, resting.RestingUntil));
        Assert.Null(await ProbeAsync(other, resting));

        Clock.Advance(Breaker.Rest);
        var probes = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(() => ProbeAsync(number % 2 == 0 ? _ledger : other, resting))));
        var probe = Assert.Single(probes, one => one is not null)!;
        Assert.True(probe.Probe);
        Assert.Empty(await TakeAsync());

        await CompleteAsync(PutOff(probe) with { Attempted = false });
        Assert.Equal(Clock.GetUtcNow() + Breaker.Rest, Assert.Single(await _ledger.ListDueAsync(Connector, CancellationToken.None)).RestingUntil);
    }

    [Fact]
    public async Task The_first_answer_releases_all_that_waited_and_no_attempt_was_counted_meanwhile()
    {
        for (var number = 0; number < 5; number++) await AcceptAsync(Exchange($"m-{number}"));
        await FailAsync(3, TimeSpan.FromHours(1));
        Clock.Advance(Breaker.Rest);
        var probe = (await ProbeAsync(_ledger, Assert.Single(await _ledger.ListDueAsync(Connector, CancellationToken.None))))!;

        await CompleteAsync(Delivered(probe) with { Partner = new PartnerSign.Answered() });

        var released = await TakeAsync();
        Assert.Equal(4, released.Count);
        Assert.Equal(5 + 3, released.Sum(lease => lease.Attempt) + probe.Attempt);   // each taken once by now, and three failed
    }

    [Fact]
    public async Task Failures_far_apart_or_with_an_answer_between_them_put_nobody_to_rest()
    {
        for (var number = 0; number < 10; number++) await AcceptAsync(Exchange($"m-{number}"));
        await FailAsync(2);
        Clock.Advance(Breaker.Within + TimeSpan.FromSeconds(1));
        await FailAsync(2);
        await CompleteAsync(Delivered((await TakeAsync(1))[0]) with { Partner = new PartnerSign.Answered() });
        await FailAsync(2);
        Assert.NotEmpty(await TakeAsync());
    }

    [Fact]
    public async Task A_redriven_delivery_has_new_attempts_under_its_old_id_and_the_audit_names_who_did_it()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var dead = await DieAsync();
        Clock.Advance(TimeSpan.FromDays(3));

        Assert.True(await _ledger.RedriveAsync(dead.Delivery, "CN=operator", Clock.GetUtcNow(), CancellationToken.None));
        Assert.False(await _ledger.RedriveAsync(dead.Delivery, "CN=operator", Clock.GetUtcNow(), CancellationToken.None));

        var again = Assert.Single(await TakeAsync());
        Assert.Equal((dead.Delivery, 1, Clock.GetUtcNow()), (again.Delivery, again.Attempt, again.QueuedAt));
        Assert.True(again.Fence > dead.Fence);
        Assert.False(await CompleteAsync(Delivered(dead)));
        Assert.Equal("Dead to Pending; by CN=operator", Assert.Single(await _ledger.ListAuditAsync(exchange.Id, CancellationToken.None), line => line.Event == AuditEvent.Redriven).Detail);
    }

    [Fact]
    public async Task A_discarded_delivery_is_proved_ends_the_exchange_and_cannot_come_back()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var dead = await DieAsync();

        Assert.True(await _ledger.DiscardAsync(Discarded(dead.Delivery), CancellationToken.None));
        Assert.False(await _ledger.DiscardAsync(Discarded(dead.Delivery), CancellationToken.None));
        Assert.False(await _ledger.RedriveAsync(dead.Delivery, "x", Clock.GetUtcNow(), CancellationToken.None));

        var view = await ViewAsync(exchange);
        Assert.Equal((ExchangeState.Failed, DeliveryState.Discarded, EvidenceType.NonDelivery), (view.State, view.Deliveries[0].State, view.Deliveries[0].Outcome));
        Assert.Contains("by CN=operator", Assert.Single(await _ledger.ListAuditAsync(exchange.Id, CancellationToken.None), line => line.Event == AuditEvent.Discarded).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_a_state_pages_through_everything_once()
    {
        for (var number = 0; number < 5; number++) await AcceptAsync(Exchange($"m-{number}"));
        List<string> seen = [];
        DeliveryId? after = null;
        while (await _ledger.ListDeliveriesAsync(DeliveryState.Pending, OrganId.Stored(Dossiers.Inside), after, 2, CancellationToken.None) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(entry => entry.MessageId));
            after = DeliveryId.Stored(page[^1].Delivery.DeliveryId);
        }

        Assert.Equal(["m-0", "m-1", "m-2", "m-3", "m-4"], seen.Order());
        Assert.Empty(await _ledger.ListDeliveriesAsync(DeliveryState.Pending, OrganId.Stored("G15"), null, 2, CancellationToken.None));
    }

    [Theory]
    [InlineData(DeliveryState.Pending)]
    [InlineData(DeliveryState.Leased)]
    [InlineData(DeliveryState.Available)]
    [InlineData(DeliveryState.Delivered)]
    [InlineData(DeliveryState.Refused)]
    [InlineData(DeliveryState.Dead)]
    [InlineData(DeliveryState.Discarded)]
    [InlineData(DeliveryState.Expired)]
    public async Task Each_state_has_its_list(DeliveryState state)
    {
        await AcceptAsync(Timed(Exchange()));
        if (state is not (DeliveryState.Pending or DeliveryState.Expired))
        {
            var lease = Assert.Single(await TakeAsync());
            var to = state == DeliveryState.Discarded ? DeliveryState.Dead : state;
            if (state != DeliveryState.Leased) await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, to, Clock.GetUtcNow()));
            if (state == DeliveryState.Discarded) await _ledger.DiscardAsync(Discarded(lease.Delivery), CancellationToken.None);
        }
        else if (state == DeliveryState.Expired)
        {
            Clock.Advance(TimeSpan.FromHours(2));
            var over = Assert.Single(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
            await _ledger.ExpireAsync(over, Expired(over), CancellationToken.None);
        }

        foreach (var one in Enum.GetValues<DeliveryState>().Where(one => one != DeliveryState.Unspecified))
            Assert.Equal(one == state ? 1 : 0, (await ListAsync(one)).Count(entry => entry.Delivery.State == state));
    }

    [Fact]
    public async Task A_deadline_that_is_near_is_told_once_and_one_that_passed_ends_the_delivery()
    {
        await using var other = Open();
        var exchange = Timed(Exchange());
        await AcceptAsync(exchange);
        Assert.Empty(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));

        Clock.Advance(TimeSpan.FromHours(1));
        var near = Assert.Single(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
        Assert.True(await _ledger.WarnAsync(near, Clock.GetUtcNow(), CancellationToken.None));
        Assert.False(await other.WarnAsync(near, Clock.GetUtcNow(), CancellationToken.None));
        Assert.True((await ViewAsync(exchange)).Deliveries[0].ExpiresSoon);
        Assert.Single(await _ledger.ListAuditAsync(exchange.Id, CancellationToken.None), line => line.Event == AuditEvent.ExpiresSoon);

        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await TakeAsync());
        Assert.Null(await _ledger.NextDueAsync(Connector, CancellationToken.None));
        var over = Assert.Single(await other.ListWatchedAsync(10, null, CancellationToken.None));
        Assert.True(await _ledger.ExpireAsync(over, Expired(over), CancellationToken.None));
        Assert.False(await other.ExpireAsync(over, Expired(over), CancellationToken.None));

        var view = await ViewAsync(exchange);
        Assert.Equal((ExchangeState.Failed, DeliveryState.Expired, EvidenceType.NonDelivery), (view.State, view.Deliveries[0].State, view.Deliveries[0].Outcome));
        Assert.Empty(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
    }

    [Fact]
    public async Task Deadlines_are_listed_page_by_page_each_once()
    {
        for (var number = 0; number < 5; number++) await AcceptAsync(Timed(Exchange($"m-{number}")));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await AcceptAsync(Timed(Exchange("m-5")));
        Clock.Advance(TimeSpan.FromHours(2));
        List<DeliveryRecord> listed = [];
        while (await _ledger.ListWatchedAsync(2, listed.LastOrDefault(), CancellationToken.None) is { Count: > 0 } page) listed.AddRange(page);
        Assert.Equal(6, listed.Select(one => one.Delivery).Distinct().Count());
        Assert.Equal(6, listed.Count);
        Assert.Equal("m-5", listed[^1].MessageId.ToString());
    }

    [Fact]
    public async Task Whoever_is_delivering_at_the_deadline_may_end_it_and_a_worker_that_died_may_not()
    {
        await AcceptAsync(Timed(Exchange("a")));
        await AcceptAsync(Timed(Exchange("b")));
        Clock.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        var leases = await TakeAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
        Assert.True(await CompleteAsync(Delivered(leases[0])));

        Clock.Advance(Lease);
        var over = Assert.Single(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
        Assert.Equal((leases[1].Delivery, DeliveryState.Leased), (over.Delivery, over.State));
        Assert.Empty(await TakeAsync());
        Assert.True(await _ledger.ExpireAsync(over, Expired(over), CancellationToken.None));
        Assert.False(await CompleteAsync(Delivered(leases[1])));
    }

    [Fact]
    public async Task What_lies_in_a_box_until_its_deadline_can_not_be_confirmed_any_more()
    {
        await AcceptAsync(Timed(Exchange()));
        var lease = Assert.Single(await TakeAsync());
        await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, Clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.Delivery, [1])));
        Clock.Advance(TimeSpan.FromHours(2));

        var over = Assert.Single(await _ledger.ListWatchedAsync(10, null, CancellationToken.None));
        Assert.True(await _ledger.ExpireAsync(over, Expired(over, EvidenceType.NonRetrieval), CancellationToken.None));

        Assert.Empty(await _ledger.ListAvailableAsync(lease.Receiver, 10, CancellationToken.None));
        Assert.False(await _ledger.ConfirmAsync(new DeliveryOutcome(lease.Delivery, 0, DeliveryState.Delivered, Clock.GetUtcNow()), CancellationToken.None));
    }

    [Theory]
    [InlineData(EvidenceType.Delivery, EvidenceType.Delivery)]
    [InlineData(EvidenceType.Delivery, EvidenceType.NonDelivery)]
    [InlineData(EvidenceType.Retrieval, EvidenceType.NonRetrieval)]
    [InlineData(EvidenceType.NonRetrieval, EvidenceType.NonRetrieval)]
    public async Task A_receipt_and_its_contrary_never_both_stand_and_none_stands_twice(string first, string second)
    {
        await AcceptAsync(Exchange());
        var lease = Assert.Single(await TakeAsync());
        await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, Clock.GetUtcNow(), Evidence: new NewEvidence(first, [1])));

        await Assert.ThrowsAnyAsync<DbException>(() => _ledger.ConfirmAsync(
            new DeliveryOutcome(lease.Delivery, 0, DeliveryState.Delivered, Clock.GetUtcNow(), Evidence: new NewEvidence(second, [2])), CancellationToken.None));
        Assert.Equal(DeliveryState.Available, (await _ledger.FindDeliveryAsync(lease.Delivery, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Evidence_of_a_relay_may_come_again_and_stands_before_the_end_that_it_explains()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        for (var round = 0; round < 2; round++)
        {
            var lease = Assert.Single(await TakeAsync());
            await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Dead, Clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.RelayFailure, [1])));
            if (round == 0) await _ledger.RedriveAsync(lease.Delivery, "x", Clock.GetUtcNow(), CancellationToken.None);
            else await _ledger.DiscardAsync(Discarded(lease.Delivery) with { EarlierEvidence = new NewEvidence(EvidenceType.RelayRejection, [2]) }, CancellationToken.None);
        }

        Assert.Equal(
            [EvidenceType.SubmissionAcceptance, EvidenceType.RelayFailure, EvidenceType.RelayFailure, EvidenceType.RelayRejection, EvidenceType.NonDelivery],
            (await ViewAsync(exchange)).Evidence.Select(one => one.Type));
    }

    [Fact]
    public async Task The_first_evidence_of_equal_refusals_is_that_of_all_and_each_is_in_the_audit()
    {
        var exchange = Exchange();
        var rejected = new RejectedSubmission(exchange.Sender, exchange.MessageId, exchange.Digest, Fault.UnknownReceiver, "route.receiver");
        var lines = Enumerable.Range(0, 2).Select(_ => AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap") with { Fault = Fault.UnknownReceiver }).ToList();
        Assert.Null(await _ledger.FindRejectionAsync(rejected, CancellationToken.None));

        Assert.Equal([1], await _ledger.RejectAsync(lines[0], rejected, [1], CancellationToken.None));
        Assert.Equal([1], await _ledger.RejectAsync(lines[1], rejected, [2], CancellationToken.None));
        Assert.Equal([3], await _ledger.RejectAsync(AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap"), rejected with { Rule = "other" }, [3], CancellationToken.None));

        Assert.Equal([1], (await _ledger.FindRejectionAsync(rejected, CancellationToken.None))!);
        foreach (var line in lines) Assert.NotNull(await _ledger.FindAuditAsync(line.Reference, CancellationToken.None));
    }

    private static NewExchange Ordered(NewExchange exchange) => exchange with { Deliveries = [exchange.Deliveries[0] with { Ordered = true }] };

    private NewExchange Timed(NewExchange exchange) => exchange with
    {
        Deliveries = [exchange.Deliveries[0] with { ExpiresAt = Clock.GetUtcNow() + TimeSpan.FromHours(2), WarnAt = Clock.GetUtcNow() + TimeSpan.FromHours(1) }],
    };

    private async Task<List<NewExchange>> OrderedAsync(int count, string prefix = "m")
    {
        var exchanges = Enumerable.Range(0, count).Select(number => Ordered(Exchange($"{prefix}-{number}"))).ToList();
        foreach (var exchange in exchanges) await AcceptAsync(exchange);
        return exchanges;
    }

    private async Task<LeasedDelivery> DieAsync()
    {
        var lease = Assert.Single(await TakeAsync());
        Assert.True(await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Dead, Clock.GetUtcNow(), Error: "down")));
        return lease;
    }

    private async Task FailAsync(int times, TimeSpan wait = default)
    {
        for (var time = 0; time < times; time++) Assert.True(await CompleteAsync(PutOff((await TakeAsync(1))[0]) with { NotBefore = Clock.GetUtcNow() + wait }));
    }

    private Task<IReadOnlyList<LeasedDelivery>> TakeAsync(int max) => _ledger.LeaseAsync(Connector, "worker", max, Lease, CancellationToken.None);

    private Task<LeasedDelivery?> ProbeAsync(ExchangeLedger ledger, PartnerDue partner) =>
        ledger.ProbeAsync(Connector, partner, "worker", Breaker.Rest, Lease, CancellationToken.None);

    private Task<IReadOnlyList<Admin.V1.DeliveryEntry>> ListAsync(DeliveryState state) => _ledger.ListDeliveriesAsync(state, null, null, 100, CancellationToken.None);

    private DeliveryOutcome PutOff(LeasedDelivery lease) =>
        new(lease.Delivery, lease.Fence, DeliveryState.Pending, Clock.GetUtcNow(), Error: "down", NotBefore: Clock.GetUtcNow()) { Partner = Breaker };

    private DeliveryOutcome Discarded(DeliveryId delivery) =>
        new(delivery, 0, DeliveryState.Discarded, Clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.NonDelivery, [9])) { Note = "by CN=operator: gone" };

    private DeliveryOutcome Expired(DeliveryRecord delivery, string type = EvidenceType.NonDelivery) =>
        new(delivery.Delivery, delivery.Fence, DeliveryState.Expired, Clock.GetUtcNow(), Evidence: new NewEvidence(type, [9]));
}
