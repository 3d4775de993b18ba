using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>
/// Two nodes in the middle of a step: one stands still before each of its statements in turn, and before its commit, while the other does the whole of its own. What READ COMMITTED lets in between must not show afterwards.
/// </summary>
public sealed partial class PostgresInterleavingTests(PostgresServer server) : IAsyncLifetime
{
    private const string Connector = "axis";

    // More statements than any step has.
    private const int MostStatements = 12;

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.Zero));
    private readonly string _database = server.NewDatabase();
    private ExchangeLedger _plain = null!;
    private int _number;

    public ValueTask InitializeAsync()
    {
        _plain = ExchangeLedger.OpenPostgres(_database, _clock, NullLogger<ExchangeLedger>.Instance);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _plain.DisposeAsync();

    [Fact]
    public Task Of_two_equal_submissions_one_is_the_first() => AtEachStatementAsync(
        () => Task.FromResult(Exchange($"m-{++_number}")),
        (ledger, exchange) => ledger.AcceptAsync(exchange, CancellationToken.None),
        (ledger, exchange) => ledger.AcceptAsync(Again(exchange, exchange.MessageId.ToString()), CancellationToken.None),
        async (exchange, one, other) =>
        {
            Assert.Single(new[] { one, other }, claim => claim is Claim.First);
            Assert.Single(new[] { one, other }, claim => claim is Claim.SameAgain);
            Assert.Equal(1, await CountAsync("exchanges", $"message_id = '{exchange.MessageId}'"));
        });

    [Fact]
    public Task Of_two_contents_under_one_id_one_is_the_first_and_the_other_a_conflict() => AtEachStatementAsync(
        () => Task.FromResult(Exchange($"m-{++_number}")),
        (ledger, exchange) => ledger.AcceptAsync(exchange, CancellationToken.None),
        (ledger, exchange) => ledger.AcceptAsync(Exchange(exchange.MessageId.ToString(), "other"), CancellationToken.None),
        (_, one, other) =>
        {
            Assert.Single(new[] { one, other }, claim => claim is Claim.First);
            Assert.Single(new[] { one, other }, claim => claim is Claim.Conflict);
            return Task.CompletedTask;
        });

    [Fact]
    public Task Of_one_sealed_document_under_two_ids_one_is_the_first() => AtEachStatementAsync(
        () => Task.FromResult(Exchange($"m-{++_number}") with { Seal = [7, (byte)_number] }),
        (ledger, exchange) => ledger.AcceptAsync(exchange, CancellationToken.None),
        (ledger, exchange) => ledger.AcceptAsync(Again(exchange, $"{exchange.MessageId}.again"), CancellationToken.None),
        (_, one, other) =>
        {
            Assert.Single(new[] { one, other }, claim => claim is Claim.First);
            Assert.Single(new[] { one, other }, claim => claim is Claim.SameAgain);
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_delivery_is_leased_to_one() => AtEachStatementAsync(
        () => QueuedAsync(2),
        (ledger, _) => ledger.LeaseAsync(Connector, "one", 1, s_lease, CancellationToken.None),
        (ledger, _) => ledger.LeaseAsync(Connector, "other", 2, s_lease, CancellationToken.None),
        async (_, one, other) =>
        {
            Assert.Empty(one.Select(lease => lease.Delivery).Intersect(other.Select(lease => lease.Delivery)));
            Assert.Equal(2, one.Count + other.Count);
            await EndAsync(one.Concat(other));
        });

    [Fact]
    public Task A_lease_that_ran_out_is_renewed_or_taken_and_never_both() => AtEachStatementAsync(
        LeasedAndRunOutAsync,
        async (ledger, lease) => await ledger.RenewAsync(lease.Delivery, lease.Fence, s_lease, CancellationToken.None) is not null ? lease : null,
        async (ledger, _) => (await ledger.LeaseAsync(Connector, "other", 10, s_lease, CancellationToken.None)).SingleOrDefault(),
        async (_, renewed, taken) =>
        {
            Assert.Single(new[] { renewed, taken }, lease => lease is not null);
            await EndAsync([(renewed ?? taken)!]);
        });

    [Fact]
    public Task An_outcome_under_a_lease_that_ran_out_is_written_or_the_delivery_is_taken_and_never_both() => AtEachStatementAsync(
        LeasedAndRunOutAsync,
        (ledger, lease) => ledger.CompleteAsync(Delivered(lease), CancellationToken.None),
        async (ledger, _) => (await ledger.LeaseAsync(Connector, "other", 10, s_lease, CancellationToken.None)).Count == 1,
        async (lease, written, taken) =>
        {
            Assert.True(written ^ taken);
            Assert.Equal(written ? 1 : 0, await CountAsync("evidence", $"delivery_id = '{lease.Delivery}'"));
            if (taken) await EndAsync([lease with { Fence = lease.Fence + 1 }]);
        });

    [Fact]
    public Task What_is_overdue_is_delivered_or_expires_and_is_proved_one_way() => AtEachStatementAsync(
        async () =>
        {
            var lease = await LeasedAndRunOutAsync(_clock.GetUtcNow().AddMinutes(1));
            return (Lease: lease, Seen: (await _plain.FindDeliveryAsync(lease.Delivery, CancellationToken.None))!);
        },
        (ledger, made) => ledger.CompleteAsync(Delivered(made.Lease), CancellationToken.None),
        (ledger, made) => ledger.ExpireAsync(made.Seen, Ended(made.Lease.Delivery, DeliveryState.Expired, made.Lease.Fence), CancellationToken.None),
        async (made, delivered, expired) =>
        {
            Assert.True(delivered ^ expired);
            Assert.Equal(1, await CountAsync("evidence", $"delivery_id = '{made.Lease.Delivery}'"));
        });

    [Fact]
    public Task What_lies_in_a_box_is_confirmed_or_expires_and_never_both() => AtEachStatementAsync(
        async () =>
        {
            var lease = (await LeasedAsync(_clock.GetUtcNow().AddMinutes(1))).Single();
            Assert.True(await _plain.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, _clock.GetUtcNow()), CancellationToken.None));
            return (lease.Delivery, Seen: (await _plain.FindDeliveryAsync(lease.Delivery, CancellationToken.None))!);
        },
        (ledger, made) => ledger.ConfirmAsync(new DeliveryOutcome(made.Delivery, 0, DeliveryState.Delivered, _clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.Retrieval, [1])), CancellationToken.None),
        (ledger, made) => ledger.ExpireAsync(made.Seen, Ended(made.Delivery, DeliveryState.Expired) with { Evidence = new NewEvidence(EvidenceType.NonRetrieval, [2]) }, CancellationToken.None),
        async (made, confirmed, expired) =>
        {
            Assert.True(confirmed ^ expired);
            Assert.Equal(1, await CountAsync("evidence", $"delivery_id = '{made.Delivery}'"));
        });

    [Theory]
    [InlineData("redrive", "discard")]
    [InlineData("redrive", "redrive")]
    [InlineData("discard", "discard")]
    [InlineData("redrive", "expire")]
    [InlineData("discard", "expire")]
    public Task A_dead_letter_is_decided_about_once(string first, string second) => AtEachStatementAsync(
        async () =>
        {
            var lease = (await LeasedAsync(_clock.GetUtcNow().AddMinutes(1))).Single();
            Assert.True(await _plain.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Dead, _clock.GetUtcNow()), CancellationToken.None));
            return (await _plain.FindDeliveryAsync(lease.Delivery, CancellationToken.None))!;
        },
        (ledger, dead) => DecideAsync(ledger, dead, first),
        (ledger, dead) => DecideAsync(ledger, dead, second),
        async (dead, one, other) =>
        {
            Assert.True(one ^ other);
            var redriven = (one ? first : second) == "redrive";
            Assert.Equal(redriven ? 0 : 1, await CountAsync("evidence", $"delivery_id = '{dead.Delivery}'"));
            Assert.Equal(redriven ? DeliveryState.Pending : (one ? first : second) == "discard" ? DeliveryState.Discarded : DeliveryState.Expired, (await _plain.FindDeliveryAsync(dead.Delivery, CancellationToken.None))!.State);
            if (redriven) await EndAsync(await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None));
        });

    [Fact]
    public Task Receivers_that_are_done_at_the_same_moment_finish_the_exchange() => AtEachStatementAsync(
        async () => (Exchange: await QueuedAsync(1, receivers: 2), Leases: await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None)),
        (ledger, made) => ledger.CompleteAsync(Delivered(made.Leases[0]), CancellationToken.None),
        (ledger, made) => ledger.CompleteAsync(Delivered(made.Leases[1]), CancellationToken.None),
        async (made, one, other) =>
        {
            Assert.True(one && other);
            Assert.Equal(ExchangeState.Completed, (await _plain.FindViewAsync(made.Exchange[0].Id, CancellationToken.None))!.State);
        });

    [Fact]
    public Task An_exchange_is_archived_or_held_and_under_a_hold_nothing_goes() => AtEachStatementAsync(
        FinishedAsync,
        (ledger, exchange) => ledger.RemoveArchivedAsync(exchange, new ArchiveFile("a.zip", new byte[32]), "archivist", CancellationToken.None),
        async (ledger, exchange) => await ledger.PlaceHoldAsync(exchange, "lawyer", "a lawsuit", CancellationToken.None) is not null,
        async (exchange, archived, held) =>
        {
            Assert.True(held);
            Assert.Equal(archived ? 0 : 2, await CountAsync("evidence", $"exchange_id = '{exchange}'"));
            var first = await FirstAsync($"SELECT CASE WHEN a.at <= h.placed_at THEN 1 ELSE 0 END FROM holds AS h LEFT JOIN archived AS a ON a.exchange_id = h.exchange_id WHERE h.exchange_id = '{exchange}'");
            Assert.True(!archived || first == 1);
        });

    [Fact]
    public Task An_exchange_is_archived_once() => AtEachStatementAsync(
        FinishedAsync,
        (ledger, exchange) => ledger.RemoveArchivedAsync(exchange, new ArchiveFile("a.zip", new byte[32]), "one", CancellationToken.None),
        (ledger, exchange) => ledger.RemoveArchivedAsync(exchange, new ArchiveFile("b.zip", new byte[32]), "other", CancellationToken.None),
        async (exchange, one, other) =>
        {
            Assert.True(one ^ other);
            Assert.Equal(1, await CountAsync("audit", $"exchange_id = '{exchange}' AND event = {(int)AuditEvent.Archived}"));
        });

    [Fact]
    public Task A_resting_partner_is_probed_by_one() => AtEachStatementAsync(
        async () =>
        {
            await QueuedAsync(2);
            foreach (var lease in await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None))
                await _plain.CompleteAsync(PutOff(lease, new PartnerSign.Failed(2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10))), CancellationToken.None);
            _clock.Advance(TimeSpan.FromSeconds(11));
            return (await _plain.ListDueAsync(Connector, CancellationToken.None)).Single();
        },
        (ledger, due) => ledger.ProbeAsync(Connector, due, "one", TimeSpan.FromSeconds(10), s_lease, CancellationToken.None),
        (ledger, due) => ledger.ProbeAsync(Connector, due, "other", TimeSpan.FromSeconds(10), s_lease, CancellationToken.None),
        async (_, one, other) =>
        {
            Assert.Single(new[] { one, other }, probe => probe is not null);
            await EndAsync([(one ?? other)!]);
            await EndAsync(await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None));
        });

    [Fact]
    public Task Failures_that_two_nodes_meet_are_both_counted() => AtEachStatementAsync(
        async () =>
        {
            await QueuedAsync(2);
            return await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None);
        },
        (ledger, leases) => ledger.CompleteAsync(PutOff(leases[0], new PartnerSign.Failed(2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10))), CancellationToken.None),
        (ledger, leases) => ledger.CompleteAsync(PutOff(leases[1], new PartnerSign.Failed(2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10))), CancellationToken.None),
        async (_, one, other) =>
        {
            Assert.True(one && other);
            Assert.Equal(1, await CountAsync("partner_health", "resting_until IS NOT NULL"));
            _clock.Advance(TimeSpan.FromMinutes(1));
            var due = (await _plain.ListDueAsync(Connector, CancellationToken.None)).Single();
            await EndAsync([(await _plain.ProbeAsync(Connector, due, "w", s_lease, s_lease, CancellationToken.None))!]);
            await EndAsync(await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None));
        });

    [Fact]
    public Task A_delivery_has_one_seal_also_when_two_workers_make_one() => AtEachStatementAsync(
        async () => (await LeasedAsync()).Single(),
        (ledger, lease) => ledger.KeepSealAsync(lease.Delivery, lease.Fence, [1], CancellationToken.None),
        (ledger, lease) => ledger.KeepSealAsync(lease.Delivery, lease.Fence, [2], CancellationToken.None),
        async (lease, one, other) =>
        {
            Assert.Equal(one, other);
            await EndAsync([lease]);
        });

    [Fact]
    public Task A_deadline_that_is_near_is_told_once() => AtEachStatementAsync(
        async () =>
        {
            var exchange = Exchange($"m-{++_number}");
            await _plain.AcceptAsync(exchange with { Deliveries = [exchange.Deliveries[0] with { ExpiresAt = _clock.GetUtcNow().AddHours(9), WarnAt = _clock.GetUtcNow() }] }, CancellationToken.None);
            return (await _plain.FindDeliveryAsync(exchange.Deliveries[0].Id, CancellationToken.None))!;
        },
        (ledger, seen) => ledger.WarnAsync(seen, _clock.GetUtcNow(), CancellationToken.None),
        (ledger, seen) => ledger.WarnAsync(seen, _clock.GetUtcNow(), CancellationToken.None),
        async (seen, one, other) =>
        {
            Assert.True(one ^ other);
            Assert.Equal(1, await CountAsync("audit", $"delivery_id = '{seen.Delivery}' AND event = {(int)AuditEvent.ExpiresSoon}"));
        });

    [Fact]
    public Task Equal_refusals_have_one_evidence() => AtEachStatementAsync(
        () => Task.FromResult(new RejectedSubmission(OrganId.Stored(Dossiers.Ministry), MessageId.Stored($"m-{++_number}"), ContentDigest.Stored(new byte[32]), Fault.UnknownReceiver, "route.receiver")),
        (ledger, refused) => ledger.RejectAsync(AuditLine.New(_clock.GetUtcNow(), AuditEvent.Refused, "soap"), refused, [1], CancellationToken.None),
        (ledger, refused) => ledger.RejectAsync(AuditLine.New(_clock.GetUtcNow(), AuditEvent.Refused, "soap"), refused, [2], CancellationToken.None),
        (_, one, other) =>
        {
            Assert.Equal(one, other);
            return Task.CompletedTask;
        });

    [Fact]
    public Task An_anchor_that_two_nodes_see_come_or_go_is_in_the_audit_once() => AtEachStatementAsync(
        async () =>
        {
            await _plain.RecordAnchorsAsync([$"old {++_number}"], _clock.GetUtcNow(), CancellationToken.None);
            return _number;
        },
        (ledger, number) => ledger.RecordAnchorsAsync([$"new {number}"], _clock.GetUtcNow(), CancellationToken.None),
        (ledger, number) => ledger.RecordAnchorsAsync([$"new {number}"], _clock.GetUtcNow(), CancellationToken.None),
        async (number, _, _) =>
        {
            Assert.Equal(1, await CountAsync("audit", $"detail = 'new {number}'"));
            Assert.Equal(1, await CountAsync("audit", $"detail = 'old {number}' AND event = {(int)AuditEvent.AnchorRemoved}"));
            Assert.Equal(1, await CountAsync("anchors", "true"));
        });

    [Fact]
    public Task In_an_ordered_lane_nothing_is_leased_beside_what_is_ahead_of_it() => AtEachStatementAsync(
        async () =>
        {
            await AcceptAsync(1, 1, ordered: true);
            return await AcceptAsync(1, 1, ordered: true);
        },
        (ledger, _) => ledger.LeaseAsync(Connector, "one", 10, s_lease, CancellationToken.None),
        (ledger, _) => ledger.LeaseAsync(Connector, "other", 10, s_lease, CancellationToken.None),
        async (second, one, other) =>
        {
            var leases = one.Concat(other).ToList();
            Assert.NotEqual(second[0].Deliveries[0].Id, Assert.Single(leases).Delivery);
            await EndAsync(leases);
            await EndAsync(await _plain.LeaseAsync(Connector, "w", 10, s_lease, CancellationToken.None));
        });

    /// <summary>Has the one stand still before each of its statements, and the other do all of its own meanwhile, as far as it need not wait for the one.</summary>
    private async Task AtEachStatementAsync<TMade, TOne, TOther>(Func<Task<TMade>> prepare, Func<ExchangeLedger, TMade, Task<TOne>> one, Func<ExchangeLedger, TMade, Task<TOther>> other, Func<TMade, TOne, TOther, Task> check)
    {
        var places = 0;
        for (var place = 0; place < MostStatements; place++)
        {
            var made = await prepare();
            await using var steps = new SteppedStore(_database, stopsBefore: place);
            await using var free = new SteppedStore(_database, stopsBefore: -1);
            await using var first = new ExchangeLedger(steps, _clock);
            await using var second = new ExchangeLedger(free, _clock);
            var standing = Task.Run(() => one(first, made));
            var stands = await Task.WhenAny(steps.Stands, standing) == steps.Stands;
            if (stands) places++;
            var passing = Task.Run(() => other(second, made));
            await Task.WhenAny(passing, Task.Delay(TimeSpan.FromMilliseconds(150)));   // it may have to wait for a row
            steps.GoOn();
            await check(made, await standing, await passing);
            if (!stands) break;
        }

        Assert.InRange(places, 2, MostStatements - 1);
    }
}
