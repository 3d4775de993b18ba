using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What every ledger keeps, whatever it is made of.</summary>
public abstract partial class LedgerContract : IAsyncLifetime
{
    private const string Connector = "axis";

    private ExchangeLedger _ledger = null!;

    protected ManualClock Clock { get; } = new(new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.Zero));

    protected static TimeSpan Lease => TimeSpan.FromSeconds(30);

    /// <summary>Opens the same ledger once more, as another node or the next start would.</summary>
    protected abstract ExchangeLedger Open();

    public virtual ValueTask InitializeAsync()
    {
        _ledger = Open();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task Trust_anchors_that_come_or_go_are_in_the_audit_once_and_the_next_start_knows_them()
    {
        Assert.Equal(2, await _ledger.RecordAnchorsAsync(["a; by hand", "b"], Clock.GetUtcNow(), CancellationToken.None));
        Assert.Equal(0, await _ledger.RecordAnchorsAsync(["b", "a; by hand", "b"], Clock.GetUtcNow(), CancellationToken.None));
        await using (var next = Open())
        {
            Assert.Equal(0, await next.RecordAnchorsAsync(["b", "a; by hand"], Clock.GetUtcNow(), CancellationToken.None));
            Assert.Equal(3, await next.RecordAnchorsAsync(["a; by another hand", "c", "b"], Clock.GetUtcNow().AddDays(1), CancellationToken.None));
        }

        var lines = await _ledger.ListAnchorAuditAsync(CancellationToken.None);
        Assert.Equal(
            [(AuditEvent.AnchorAdded, "a; by hand"), (AuditEvent.AnchorAdded, "b"), (AuditEvent.AnchorRemoved, "a; by hand"), (AuditEvent.AnchorAdded, "a; by another hand"), (AuditEvent.AnchorAdded, "c")],
            lines.Select(line => (line.Event, line.Detail)));
    }

    [Fact]
    public async Task The_first_of_an_id_is_written_and_its_repeat_gets_the_same_receipt()
    {
        var exchange = Exchange();
        Assert.IsType<Claim.First>(await AcceptAsync(exchange));

        var again = Assert.IsType<Claim.SameAgain>(await AcceptAsync(Exchange()));

        Assert.Equal(exchange.Id, again.Earlier.Id);
        Assert.Equal(exchange.Receipt, again.Earlier.Receipt);
        Assert.Equal(exchange.AcceptedAt, again.Earlier.AcceptedAt);
        Assert.Single(await TakeAsync());
    }

    [Fact]
    public async Task Other_content_under_the_id_is_a_conflict_and_the_first_stays()
    {
        var first = Exchange();
        await AcceptAsync(first);

        var conflict = Assert.IsType<Claim.Conflict>(await AcceptAsync(Exchange(subject: "other")));

        Assert.Equal(first.Digest, conflict.Earlier.Digest);
        Assert.Equal(first.Dossier, (await _ledger.FindRecordAsync(first.Id, CancellationToken.None))!.Dossier);
    }

    [Fact]
    public async Task What_the_last_look_refuses_leaves_nothing_behind_and_comes_again()
    {
        var refused = new ExchangeFault(Fault.Overloaded, "A body went old while the write waited.", "limit.submission-time");

        Assert.Same(refused, await Assert.ThrowsAsync<ExchangeFault>(() => _ledger.AcceptAsync(Exchange(), () => throw refused, CancellationToken.None)));

        Assert.Empty(await _ledger.ListViewsAsync(10, null, null, null, CancellationToken.None));
        Assert.IsType<Claim.First>(await AcceptAsync(Exchange()));
    }

    [Fact]
    public async Task The_same_id_of_another_sender_is_another_exchange()
    {
        await AcceptAsync(Exchange());
        Assert.IsType<Claim.First>(await AcceptAsync(Exchange(sender: "G15")));
    }

    [Fact]
    public async Task Of_many_equal_ones_at_once_exactly_one_is_the_first()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => AcceptAsync(Exchange()))));

        Assert.Single(claims.OfType<Claim.First>());
        Assert.Single(claims.OfType<Claim.SameAgain>().Select(claim => claim.Earlier.Id).Distinct());
        Assert.Single(await TakeAsync());
    }

    [Fact]
    public async Task Of_many_equal_ones_over_two_nodes_exactly_one_is_the_first()
    {
        await using var other = Open();
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => (number % 2 == 0 ? _ledger : other).AcceptAsync(Exchange(), CancellationToken.None))));
        Assert.Single(claims.OfType<Claim.First>());
    }

    [Fact]
    public async Task Of_two_contents_under_one_id_at_once_over_two_nodes_one_is_the_first_and_the_other_a_conflict()
    {
        await using var other = Open();
        for (var round = 0; round < 10; round++)
        {
            var (one, two) = (Exchange($"m-{round}", subject: "one"), Exchange($"m-{round}", subject: "two"));
            var claims = await Task.WhenAll(Task.Run(() => AcceptAsync(one)), Task.Run(() => other.AcceptAsync(two, CancellationToken.None)));
            var first = Assert.Single(new[] { one, two }.Zip(claims), pair => pair.Second is Claim.First).First;
            Assert.Equal(first.Digest, Assert.Single(claims.OfType<Claim.Conflict>()).Earlier.Digest);
        }
    }

    [Fact]
    public async Task A_sealed_document_under_another_id_is_the_same_again()
    {
        var first = Exchange() with { Seal = [7, 7] };
        await AcceptAsync(first);
        Assert.Equal(first.Id, Assert.IsType<Claim.SameAgain>(await AcceptAsync(Exchange("m-2") with { Seal = [7, 7] })).Earlier.Id);
    }

    [Fact]
    public async Task Receivers_that_are_done_at_the_same_moment_on_two_nodes_finish_the_exchange()
    {
        await using var other = Open();
        for (var round = 0; round < 10; round++)
        {
            var exchange = Exchange($"m-{round}");
            exchange = exchange with { Deliveries = [.. exchange.Deliveries, new NewDelivery(DeliveryId.New(Clock), OrganId.Stored("G22"), Connector, DeliveryPurpose.Dossier)] };
            await AcceptAsync(exchange);
            var leases = await TakeAsync();
            Assert.Equal(2, leases.Count);
            Assert.All(await Task.WhenAll(Task.Run(() => CompleteAsync(Delivered(leases[0]))), Task.Run(() => other.CompleteAsync(Delivered(leases[1]), CancellationToken.None))), Assert.True);
            Assert.Equal(ExchangeState.Completed, (await ViewAsync(exchange)).State);
        }
    }

    [Fact]
    public async Task A_write_is_proved_without_changing_anything()
    {
        await _ledger.ProveWritableAsync(CancellationToken.None);
        Assert.Empty(await _ledger.ListViewsAsync(10, null, null, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_partner_s_words_harm_no_statement_whatever_characters_they_have()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        Assert.True(await CompleteAsync(Delivered(Assert.Single(await TakeAsync())) with { ExternalId = "a\0b'; --", Error = "\0\uFFFF" }));
        Assert.Contains("b'; --", (await ViewAsync(exchange)).Deliveries[0].ExternalId, StringComparison.Ordinal);
        Assert.True(await _ledger.IsRecordedElsewhereAsync("a\0b'; --", DeliveryId.New(Clock), CancellationToken.None));
        Assert.Null(await _ledger.FindAuditAsync("r-\0", CancellationToken.None));
    }

    [Fact]
    public async Task Many_different_ones_at_once_each_keep_their_own_content()
    {
        var exchanges = Enumerable.Range(0, 200).Select(number => Exchange(id: $"m-{number}", subject: $"subject {number}")).ToList();
        await Task.WhenAll(exchanges.Select(exchange => Task.Run(() => AcceptAsync(exchange))));

        foreach (var exchange in exchanges)
        {
            var stored = await _ledger.FindRecordAsync(exchange.Id, CancellationToken.None);
            Assert.Equal(exchange.Dossier, stored!.Dossier);
            Assert.Equal(exchange.Digest, DossierDigest.Of(stored.Dossier));
        }
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_start()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);

        await using var next = Open();
        var claim = await next.FindClaimAsync(exchange.Sender, exchange.MessageId, exchange.Digest, CancellationToken.None);

        Assert.Equal(exchange.Receipt, Assert.IsType<Claim.SameAgain>(claim).Earlier.Receipt);
    }

    [Fact]
    public async Task A_write_that_fails_leaves_nothing_and_harms_no_other_in_its_group()
    {
        // The same delivery id twice breaks a unique index after the exchange itself was inserted.
        var broken = Exchange(id: "broken");
        broken = broken with { Deliveries = [broken.Deliveries[0], broken.Deliveries[0]] };
        var good = Enumerable.Range(0, 20).Select(number => Exchange(id: $"m-{number}")).ToList();

        var failing = AcceptAsync(broken);
        await Task.WhenAll(good.Select(exchange => AcceptAsync(exchange)));

        await Assert.ThrowsAnyAsync<Exception>(() => failing);
        Assert.Null(await _ledger.FindRecordAsync(broken.Id, CancellationToken.None));
        foreach (var exchange in good) Assert.NotNull(await _ledger.FindRecordAsync(exchange.Id, CancellationToken.None));
    }

    protected NewExchange Exchange(string id = "m-1", string sender = Dossiers.Ministry, string subject = "s")
    {
        var dossier = Dossiers.Small(id, sender);
        dossier.Subject = subject;
        return new NewExchange(
            ExchangeId.New(Clock),
            OrganId.Stored(sender),
            MessageId.Stored(id),
            DossierDigest.Of(dossier),
            dossier,
            new Dictionary<string, StoredBody> { ["a"] = new(ContentDigest.Stored(new byte[32]), 3) },
            Assurance.Signed,
            "CN=x",
            AnsweredByStatus: false,
            Clock.GetUtcNow(),
            Guid.NewGuid().ToByteArray(),
            "soap",
            [new NewDelivery(DeliveryId.New(Clock), OrganId.Stored(Dossiers.Inside), Connector, DeliveryPurpose.Dossier)]);
    }

    private DeliveryOutcome Delivered(LeasedDelivery lease) =>
        new(lease.Delivery, lease.Fence, DeliveryState.Delivered, Clock.GetUtcNow(), "ext-1", Evidence: new NewEvidence(EvidenceType.Delivery, [1, 2, 3]));

    private Task<Claim> AcceptAsync(NewExchange exchange) => _ledger.AcceptAsync(exchange, CancellationToken.None);

    private Task<IReadOnlyList<LeasedDelivery>> TakeAsync() => _ledger.LeaseAsync(Connector, "worker", 100, Lease, CancellationToken.None);

    private Task<bool> CompleteAsync(DeliveryOutcome outcome) => _ledger.CompleteAsync(outcome, CancellationToken.None);

    private async Task<ExchangeView> ViewAsync(NewExchange exchange) => (await _ledger.FindViewAsync(exchange.Id, CancellationToken.None))!;
}
