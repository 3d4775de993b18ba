using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Simulation.Partners;

namespace Vss.Interlink.Exchange.Simulation.Mutations;

/// <summary>The list.</summary>
internal static class KnownMutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("commit-after-answer", "the receipt is given before the commit") { AnswersFirst = "AcceptAsync" },
        new("confirmed-before-commit", "a receiver hears that his confirmation counts before it is written") { AnswersFirst = "ConfirmAsync" },
        new("check-then-add", "whether a message came before is looked up, and nothing holds the place") { Edits = [new(SqlUse.Schema, "UNIQUE (sender, message_id)", "CHECK (1)")] },
        new("seal-not-unique", "the same sealed document comes under two ids, and nothing holds the place") { Edits = [new(SqlUse.Schema, "CREATE UNIQUE INDEX exchanges_by_seal", "CREATE INDEX exchanges_by_seal")] },
        new("failure-keeps-its-turn", "the turn of an attempt that failed is not given back") { Guard = guard => new NeverReleases(guard) },
        new("queued-apart", "deliveries are queued in a transaction after the one that accepts")
        {
            QueuesApart = "AcceptAsync",
            Schema = ["PRAGMA foreign_keys = OFF", "CREATE TABLE held AS SELECT * FROM deliveries WHERE 0"],
        },
        new("repeat-signed-anew", "a repeat is answered with another receipt") { Edits = [new(SqlUse.Read, "SELECT exchange_id, accepted_at, digest, receipt", "SELECT exchange_id, accepted_at, digest, receipt || x'20'")] },
        new("no-fencing", "an outcome is written without a look at the fencing token")
        {
            Edits = [new(SqlUse.Write, "(fence = @fence OR @from <> @leased)", "(@fence = @fence AND @leased = @leased)")],
        },
        new("renewal-not-fenced", "a lease is renewed by whoever had it once") { Edits = [new(SqlUse.Write, "SET due_at = @until WHERE delivery_id = @id AND state = @leased AND fence = @fence", "SET due_at = @until WHERE delivery_id = @id AND state = @leased AND @fence = @fence")] },
        new("no-heartbeat", "a lease is never renewed") { Edits = [new(SqlUse.Write, "UPDATE deliveries SET due_at = @until WHERE", "UPDATE deliveries SET due_at = due_at WHERE @until = @until AND")] },
        new("leases-for-ever", "a lease that ran out is not taken by anybody") { Edits = [new(SqlUse.Write, "AND d.due_at <= @now AND", "AND d.due_at <= @now AND d.state = 1 AND")] },
        new("steps-unchecked", "a step of a delivery does not look at the state it leaves")
        {
            Edits = [new(SqlUse.Write, "AND state = @from AND", "AND @from = @from AND"), new(SqlUse.Schema, "CREATE UNIQUE INDEX evidence_once", "CREATE INDEX evidence_once")],
        },
        new("lane-without-order", "what an ordered lane holds back is taken all the same")
        {
            Edits = [new(SqlUse.Read, "AND d.lane IS NULL AND d.due_at IS NOT NULL", "AND d.due_at IS NOT NULL"), new(SqlUse.Write, "AND d.lane IS NULL AND d.due_at <= @now", "AND d.due_at <= @now")],
        },
        new("dead-frees-its-lane", "what waits behind a dead letter does not wait")
        {
            Edits = [new(SqlUse.Read, "d.state IN (1, 2, 6) ORDER BY d.place", "d.state IN (1, 2) ORDER BY d.place"), new(SqlUse.Write, "d.state IN (1, 2, 6) ORDER BY d.place", "d.state IN (1, 2) ORDER BY d.place")],
        },
        new("deadline-forgotten", "nobody looks at what is overdue") { Edits = [new(SqlUse.Read, "WHERE d.watch_at <= @now AND", "WHERE d.watch_at <= @now AND 1 = 0 AND")] },
        new("deadline-breaks-in", "what is overdue expires under a worker who is at it")
        {
            Edits = [new(SqlUse.Read, "(d.state <> @leased OR d.due_at <= @now)", "(d.state <> @leased OR @now = @now)"), new(SqlUse.Write, "AND fence = @fence AND due_at <= @at", "AND fence = @fence AND @at = @at")],
        },
        new("taken-when-overdue", "what is overdue is handed over all the same")
        {
            Edits = [new(SqlUse.Read, "d.expires_at > @now", "@now = @now"), new(SqlUse.Write, "d.expires_at > @now", "@now = @now")],
        },
        new("recorded-before-hand-over", "DELIVERED is written, then the delivery is handed over") { Road = road => new RecordsFirst(road) },
        new("key-per-attempt", "every attempt has an idempotency key of its own") { Road = road => new KeyPerAttempt(road) },
        new("silence-is-consent", "no answer in time counts as taken over") { Road = road => new SilenceIsConsent(road) },
        new("bell-alone", "work is looked for when somebody rings, and at no other time") { Poll = TimeSpan.FromDays(30) },
        new("status-forgotten", "the sender's status is not queued with the outcome") { Schema = ["CREATE TRIGGER forgets BEFORE INSERT ON deliveries WHEN NEW.purpose = 'status:03' BEGIN SELECT RAISE(IGNORE); END"] },
        new("bodies-after-commit", "what is attached is stored after the commit that names it") { StoresBodiesLast = true },
        new("collected-unasked", "a collection does not ask whether an exchange names a body") { Edits = [new(SqlUse.Read, "SELECT 1 FROM parts WHERE digest = @digest LIMIT 1", "SELECT 1 FROM parts WHERE digest = @digest AND 1 = 0 LIMIT 1")] },
        new("parts-not-named", "what is attached is not named by the exchange") { Schema = ["CREATE TRIGGER forgets_parts BEFORE INSERT ON parts BEGIN SELECT RAISE(IGNORE); END"] },
        new("half-an-attachment", "what can be read of a damaged body is handed over") { SwallowsUnreadable = true },
        new("redrive-keeps-attempts", "new attempts are given, and the old ones count") { Edits = [new(SqlUse.Write, "SET attempts = 0, queued_at = @at", "SET queued_at = @at")] },
        new("redriven-last", "what is given new attempts goes to the end of its lane") { Edits = [new(SqlUse.Write, "SET attempts = 0, queued_at = @at", "SET attempts = 0, queued_at = @at, place = place + 1000")] },
        new("decided-twice", "a person's decision does not look at whether another has decided") { Edits = [new(SqlUse.Write, "AND state = @from AND", "AND (state = @from OR (@from = 6 AND state IN (1, 7))) AND")] },
        new("archived-unfinished", "what is not finished is archived") { Edits = [new(SqlUse.Read, "AND e.state IN (2, 3)", "AND e.state IN (1, 2, 3)"), new(SqlUse.Write, "AND state IN (2, 3) AND NOT EXISTS", "AND state IN (1, 2, 3) AND NOT EXISTS")] },
        new("holds-ignored", "what is under hold is archived")
        {
            Edits =
            [
                new(SqlUse.Read, "AND NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.exchange_id = e.exchange_id AND h.released_at IS NULL)", ""),
                new(SqlUse.Write, "AND NOT EXISTS (SELECT 1 FROM holds WHERE exchange_id = @id AND released_at IS NULL)", ""),
                new(SqlUse.Schema, " OR EXISTS (SELECT 1 FROM holds WHERE exchange_id = OLD.exchange_id AND released_at IS NULL)", ""),
            ],
        },
        new("archive-lacks-evidence", "evidence that something failed does not go into archives") { Edits = [new(SqlUse.Read, "WHERE e.exchange_id = @id ORDER", "WHERE e.exchange_id = @id AND e.type NOT LIKE 'NON%' ORDER")] },
    ];

    private sealed class RecordsFirst(Road road) : IPartnerConnector
    {
        public string Name => road.Name;

        public bool Relays => road.Relays;

        public Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
        {
            var handOver = road.HandOverAsync(work, CancellationToken.None);
            return road.Name == Town.BoxRoad ? handOver : Task.FromResult<HandOver>(new HandOver.Delivered());
        }
    }

    private sealed class KeyPerAttempt(Road road) : IPartnerConnector
    {
        public string Name => road.Name;

        public bool Relays => road.Relays;

        public Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation) => road.HandOverAsync(work, work.LeaseToken, cancellation);
    }

    private sealed class SilenceIsConsent(Road road) : IPartnerConnector
    {
        public string Name => road.Name;

        public bool Relays => road.Relays;

        public async Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
        {
            try
            {
                return await road.HandOverAsync(work, cancellation);
            }
            catch (Exception failed) when (failed is OperationCanceledException or HttpRequestException)
            {
                return new HandOver.Delivered();
            }
        }
    }

    // Its leases do not end either, or a failed attempt would only be late.
    private sealed class NeverReleases(IReplayGuard guard) : IReplayGuard
    {
        private readonly Dictionary<ClaimKey, ClaimTicket> _kept = [];

        public async Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation) =>
            _kept.TryGetValue(ticket.Key, out var kept) ? new GuardAnswer.InFlight(kept.Digest, new TaskCompletionSource().Task) : await guard.ClaimAsync(ticket, disbelieved, cancellation);

        public Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) => guard.AcceptedAsync(ticket, exchange, cancellation);

        public Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation)
        {
            _kept[ticket.Key] = ticket;
            return Task.FromResult(true);
        }

        public Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) => guard.SeeAsync(partner, nonce, until, cancellation);

        public Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation) => guard.EnterAsync(partner, slot, limits, cancellation);

        public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation) => guard.LeaveAsync(partner, slot, cancellation);

        public Task<string?> TroubleAsync(CancellationToken cancellation) => guard.TroubleAsync(cancellation);
    }
}
