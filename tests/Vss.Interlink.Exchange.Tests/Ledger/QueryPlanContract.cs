using System.Text.RegularExpressions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Each statement of a running hub, and how the engine means to run it. A ledger grows for ever, so what a hub does all day may not depend on how much is in it.</summary>
public abstract partial class QueryPlanContract
{
    /// <summary>What grows with every exchange.</summary>
    protected const string Growing = "exchanges|parts|deliveries|evidence|audit";

    /// <summary>Partial indexes that hold only what somebody has still to do something about.</summary>
    protected const string OfTheFew = "deliveries_due|deliveries_waiting|deliveries_available|deliveries_watched|deliveries_ended|deliveries_by_lane|holds_standing";

    // They go along an index from where the page before ended, and stop when the page is full.
    private static readonly string[] s_pages =
    [
        "FROM exchanges WHERE exchange_id < @before ORDER BY exchange_id DESC LIMIT @max",
        "SELECT exchange_id FROM exchanges WHERE exchange_id > @after ORDER BY exchange_id LIMIT @max",
        "SELECT DISTINCT digest FROM parts WHERE digest > @after ORDER BY digest LIMIT @max",
        "d.state = 4 AND d.delivery_id > @after",   // nearly all are delivered
        "SELECT e.exchange_id FROM exchanges AS e WHERE e.exchange_id >= (SELECT min(exchange_id) FROM deliveries)",
    ];

    // Of one receiver: a page is sorted out of all that he ever got, or found by walking over what others got. For people who look, now and then.
    private static readonly string[] s_slow = ["d.state = 4 AND d.delivery_id > @after AND d.receiver = @receiver"];

    private static CancellationToken None => CancellationToken.None;

    private ManualClock Clock { get; } = new(new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.Zero));

    internal abstract ILedgerStore OpenStore(TimeProvider clock);

    /// <summary>How it would look into tables that grow without an index that leads to the rows, a line for each; none when all is well.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="isPage">Whether it may begin somewhere in an index and go on from there.</param>
    internal abstract Task<IReadOnlyList<string>> WalksAsync(Statement statement, bool isPage);

    /// <summary>What one run of a statement touches, in rows or in steps of the engine; what it writes is rolled back.</summary>
    internal abstract Task<long> EffortAsync(Statement statement);

    [Fact]
    public async Task Every_statement_of_a_running_hub_finds_its_rows_by_an_index_however_many_there_are()
    {
        var store = new RecordingStore(OpenStore(Clock));
        await using (var ledger = new ExchangeLedger(store, Clock)) await LiveAsync(ledger);
        List<string> wrong = [];
        foreach (var statement in store.Statements.Where(one => GrowingName().IsMatch(one.Text) && !s_slow.Any(one.Text.Contains)))
            wrong.AddRange((await WalksAsync(statement, s_pages.Any(statement.Text.Contains))).Select(walk => $"{walk}\n  in {statement.Text}"));
        Assert.True(store.Statements.Count > 60, $"Only {store.Statements.Count} statements ran.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task However_much_waits_for_a_partner_also_behind_a_dead_letter_a_look_for_work_costs_the_same(bool ordered)
    {
        var store = new RecordingStore(OpenStore(Clock));
        await using var ledger = new ExchangeLedger(store, Clock);
        var exchange = Exchange("m-1", "inside");
        var receiver = OrganId.Stored(Dossiers.Inside);
        await ledger.AcceptAsync(exchange with { Deliveries = [exchange.Deliveries[0] with { Ordered = ordered }] }, None);
        var lease = Assert.Single(await ledger.LeaseAsync("inside", receiver, "worker", 10, TimeSpan.FromMinutes(1), None));
        Assert.True(await ledger.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Dead, Clock.GetUtcNow()), None));
        await WaitAsync(store, exchange.Id, 10);
        Assert.Equal(ordered ? 0 : 1, (await ledger.ListDueAsync("inside", None)).Count);
        var looks = store.Statements.Where(one => one.Text.Contains("lanes (", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, looks.Count);

        var ofTen = await EffortsAsync();
        await WaitAsync(store, exchange.Id, 20_000);
        Assert.All((await EffortsAsync()).Zip(ofTen), effort => Assert.InRange(effort.First, 1, 2 * effort.Second));

        async Task<List<long>> EffortsAsync()
        {
            List<long> efforts = [];
            foreach (var look in looks) efforts.Add(await EffortAsync(look));
            return efforts;
        }
    }

    // As if the exchange had caused so many deliveries beside its first: each of another purpose, since of one purpose there is one.
    private static Task WaitAsync(RecordingStore store, ExchangeId exchange, int count) => store.WriteAsync(
        session => session.Sql.ExecuteAsync(
            """
            WITH RECURSIVE numbers (i) AS (SELECT (SELECT count(*) FROM deliveries WHERE exchange_id = @exchange) UNION ALL SELECT i + 1 FROM numbers WHERE i < @count)
            INSERT INTO deliveries (delivery_id, exchange_id, receiver, connector, purpose, text, state, attempts, due_at, fence, created_at, changed_at, external_id, last_error, lane, place)
            SELECT d.delivery_id || i, d.exchange_id, d.receiver, d.connector, 'p-' || i, '', 1, 0, d.created_at, 0, d.created_at, d.created_at, '', '', d.lane, i + 1
            FROM numbers, deliveries AS d WHERE d.exchange_id = @exchange AND d.state = 6
            """,
            ("@exchange", exchange.ToString()),
            ("@count", count)),
        None);

    // One of everything that a hub and its staff do, so that every statement runs; what comes of it is for other tests.
    private async Task LiveAsync(ExchangeLedger ledger)
    {
        await ledger.RecordAnchorsAsync(["a"], Clock.GetUtcNow(), None);
        await ledger.RecordAnchorsAsync(["b"], Clock.GetUtcNow(), None);
        var exchange = Exchange("m-1", "inside") with { Seal = [1] };
        await ledger.AcceptAsync(exchange, None);
        await ledger.AcceptAsync(Exchange("m-1", "inside"), None);
        await ledger.AcceptAsync(Exchange("m-2", "inside") with { Seal = [1] }, None);
        await ReadAsync(ledger, exchange);
        await DeliverAsync(ledger, exchange);
        await EndOtherwiseAsync(ledger);
        await KeepAsync(ledger, exchange);
    }

    private static async Task ReadAsync(ExchangeLedger ledger, NewExchange exchange)
    {
        var (receiver, delivery) = (OrganId.Stored(Dossiers.Inside), exchange.Deliveries[0].Id);
        await ledger.FindClaimAsync(exchange.Sender, exchange.MessageId, exchange.Digest, None);
        await ledger.FindRecordAsync(exchange.Id, None);
        await ledger.FindIdAsync(exchange.Sender, exchange.MessageId, None);
        await ledger.FindViewAsync(exchange.Id, None);
        foreach (var from in (OrganId?[])[null, exchange.Sender])
            foreach (var to in (OrganId?[])[null, receiver])
                await ledger.ListViewsAsync(10, null, from, to, None);
        await ledger.ListAvailableAsync(receiver, 10, None);
        await ledger.FindBoxItemAsync(delivery, receiver, None);
        await ledger.FindPartAsync(exchange.Id, "a", receiver, None);
        await ledger.FindDeliveryAsync(delivery, None);
        await ledger.FindEntryAsync(delivery, None);
        foreach (var state in Enum.GetValues<DeliveryState>().Where(state => state != DeliveryState.Unspecified))
            foreach (var to in (OrganId?[])[null, receiver])
                await ledger.ListDeliveriesAsync(state, to, null, 10, None);
        await ledger.ListAuditAsync(exchange.Id, None);
        await ledger.FindAuditAsync("r-1", None);
        await ledger.NamesBodyAsync(exchange.Digest, None);
        await ledger.ListBodiesAsync(null, 10, None);
        await ledger.CountOutstandingAsync(10, None);
        await ledger.IsRecordedElsewhereAsync("e-1", delivery, None);
        await ledger.ListWatchedAsync(10, null, None);
        await ledger.ListWatchedAsync(10, await ledger.FindDeliveryAsync(delivery, None), None);
        await ledger.NextDueAsync("inside", None);
    }

    private async Task DeliverAsync(ExchangeLedger ledger, NewExchange exchange)
    {
        var minute = TimeSpan.FromMinutes(1);
        var lease = Assert.Single(await ledger.LeaseAsync("inside", "worker", 10, minute, None));
        await ledger.RenewAsync(lease.Delivery, lease.Fence, minute, None);
        await ledger.KeepSealAsync(lease.Delivery, lease.Fence, [1], None);
        var failed = new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Pending, Clock.GetUtcNow(), NotBefore: Clock.GetUtcNow()) { Partner = new PartnerSign.Failed(1, minute, minute) };
        Assert.True(await ledger.CompleteAsync(failed, None));
        var again = Assert.Single(await ledger.LeaseAsync("inside", OrganId.Stored(Dossiers.Inside), "worker", 10, minute, None));
        Assert.True(await ledger.CompleteAsync(failed with { Fence = again.Fence }, None));
        Clock.Advance(2 * minute);
        Assert.True(await ledger.BringForwardAsync("inside", TimeSpan.FromDays(-1), None) > 0);
        var probe = await ledger.ProbeAsync("inside", Assert.Single(await ledger.ListDueAsync("inside", None)), "worker", minute, minute, None);
        Assert.True(await ledger.CompleteAsync(
            new DeliveryOutcome(lease.Delivery, probe!.Fence, DeliveryState.Available, Clock.GetUtcNow(), "ext-1", Evidence: new NewEvidence(EvidenceType.Delivery, [1])) { Partner = new PartnerSign.Answered() }, None));
        Assert.True(await ledger.ConfirmAsync(
            new DeliveryOutcome(lease.Delivery, 0, DeliveryState.Delivered, Clock.GetUtcNow(), FollowUp: [new NewDelivery(DeliveryId.New(Clock), exchange.Sender, "axis", DeliveryPurpose.StatusReceived, lease.Delivery) { Ordered = true }]), None));
    }

    private async Task EndOtherwiseAsync(ExchangeLedger ledger)
    {
        var deadline = Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        var two = Exchange("m-3", "box");
        await ledger.AcceptAsync(two with { Deliveries = [two.Deliveries[0] with { ExpiresAt = deadline, WarnAt = Clock.GetUtcNow() }] }, None);
        Assert.True(await ledger.WarnAsync(Assert.Single(await ledger.ListWatchedAsync(10, null, None)), Clock.GetUtcNow(), None));
        await ledger.LeaseAsync("box", "worker", 10, TimeSpan.FromSeconds(1), None);
        Clock.Advance(TimeSpan.FromMinutes(2));
        var due = Assert.Single(await ledger.ListWatchedAsync(10, null, None));
        Assert.True(await ledger.ExpireAsync(due, new DeliveryOutcome(due.Delivery, due.Fence, DeliveryState.Expired, Clock.GetUtcNow()), None));

        await ledger.AcceptAsync(Exchange("m-4", "box"), None);
        var lease = Assert.Single(await ledger.LeaseAsync("box", "worker", 10, TimeSpan.FromMinutes(1), None));
        var dead = new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Dead, Clock.GetUtcNow());
        Assert.True(await ledger.CompleteAsync(dead, None));
        Assert.True(await ledger.RedriveAsync(lease.Delivery, "somebody", Clock.GetUtcNow(), None));
        lease = Assert.Single(await ledger.LeaseAsync("box", "worker", 10, TimeSpan.FromMinutes(1), None));
        Assert.True(await ledger.CompleteAsync(dead with { Fence = lease.Fence }, None));
        Assert.True(await ledger.DiscardAsync(dead with { To = DeliveryState.Discarded }, None));
    }

    private async Task KeepAsync(ExchangeLedger ledger, NewExchange exchange)
    {
        var lease = Assert.Single(await ledger.LeaseAsync("axis", "worker", 10, TimeSpan.FromMinutes(1), None));
        Assert.True(await ledger.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Delivered, Clock.GetUtcNow()), None));
        Clock.Advance(TimeSpan.FromDays(1));
        Assert.NotEmpty(await ledger.ListArchivableAsync(Clock.GetUtcNow(), null, 10, None));
        var hold = await ledger.PlaceHoldAsync(exchange.Id, "somebody", "why", None);
        await ledger.ListHoldsAsync(released: false, None);
        await ledger.ReleaseHoldAsync(hold!.Id, "somebody", "why", None);
        Assert.True(await ledger.RemoveArchivedAsync(exchange.Id, new ArchiveFile("a", new byte[32]), "somebody", None));
        await ledger.FindArchiveAsync(exchange.Id, None);
        await ledger.NextArchiveAsync("", None);
        await ledger.FindRowsAsync(exchange.Id, None);
        await ledger.ListIdsAsync(null, 10, None);
        var rejected = new RejectedSubmission(exchange.Sender, exchange.MessageId, exchange.Digest, Fault.SchemaViolation, "rule");
        await ledger.RejectAsync(AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap"), rejected, [1], None);
        await ledger.ListRejectionsAsync("", 10, None);
        var answer = new LibraryAnswer("q", new byte[] { 1 }, Clock.GetUtcNow(), Clock.GetUtcNow().AddDays(1), null, null);
        await ledger.KeepAnswerAsync(answer, None);
        await ledger.FindAnswerAsync("q", None);
        await ledger.ForgetAnswersAsync(Clock.GetUtcNow(), None);
    }

    private NewExchange Exchange(string id, string connector)
    {
        var dossier = Dossiers.Small(id);
        return new NewExchange(
            ExchangeId.New(Clock), OrganId.Stored(Dossiers.Ministry), MessageId.Stored(id), DossierDigest.Of(dossier), dossier,
            new Dictionary<string, StoredBody> { ["a"] = new(ContentDigest.Stored(new byte[32]), 3) }, Assurance.Signed, "CN=x", AnsweredByStatus: false, Clock.GetUtcNow(), [1], "soap",
            [new NewDelivery(DeliveryId.New(Clock), OrganId.Stored(Dossiers.Inside), connector, DeliveryPurpose.Dossier)]);
    }

    [GeneratedRegex($@"\b({Growing})\b")]
    private static partial Regex GrowingName();
}
