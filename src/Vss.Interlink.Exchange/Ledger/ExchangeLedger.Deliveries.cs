using System.Data.Common;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class ExchangeLedger
{
    // The lanes that lead to one receiver and in which something waits, from one to the next by the index, however much waits in each. A delivery of an ordered lane waits for every earlier one that is not
    // out of the hub's hands: PENDING, LEASED, and DEAD, for which a person decides (1, 2, 6). So of each lane only the first counts, and behind a dead one nothing is looked at. The first may have
    // another connector, from before the route was changed.
    private const string Lanes =
        """
        lanes (lane) AS (
          SELECT min(one.lane) FROM deliveries AS one WHERE one.connector = @connector AND one.receiver = @receiver AND one.due_at IS NOT NULL AND one.lane IS NOT NULL
          UNION ALL
          SELECT (SELECT min(one.lane) FROM deliveries AS one WHERE one.connector = @connector AND one.receiver = @receiver AND one.due_at IS NOT NULL AND one.lane > lanes.lane)
          FROM lanes WHERE lanes.lane IS NOT NULL)
        """;

    private const string FirstOfLane = "d.lane = lanes.lane AND d.state IN (1, 2, 6) ORDER BY d.place, d.delivery_id LIMIT 1";

    // What has expired is the deadline watch's.
    private const string Unexpired = "(d.expires_at IS NULL OR d.expires_at > @now)";

    private const string LeaseColumns =
        """
        delivery_id, exchange_id, fence, attempts, due_at, receiver, connector, purpose,
          (SELECT one.receiver FROM deliveries AS one WHERE one.delivery_id = deliveries.about), text, created_at, seal, queued_at
        """;

    /// <summary>When the connector's next delivery may be taken; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(string connector, CancellationToken cancellation) =>
        (await ListDueAsync(connector, cancellation)).Select(partner => (DateTimeOffset?)partner.DueAt).Min();

    /// <summary>
    /// Takes deliveries to one receiver whose time has come, the longest waiting first: pending ones, and leased ones whose lease ran out. Each gets the next fencing
    /// token, which makes every earlier lease of it void, and counts an attempt. What an ordered lane or a resting partner holds back stays.
    /// </summary>
    /// <param name="connector">Whose deliveries.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="owner">Who takes them, for people who look.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="length">How long the lease lasts, from when it is written.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<IReadOnlyList<LeasedDelivery>> LeaseAsync(string connector, OrganId receiver, string owner, int max, TimeSpan length, CancellationToken cancellation) =>
        _store.WriteAsync(
            session => TakeAsync(
                session,
                "NOT EXISTS (SELECT 1 FROM partner_health AS h WHERE h.connector = @connector AND h.receiver = @receiver AND h.resting_until IS NOT NULL)",
                connector,
                receiver,
                owner,
                max,
                length),
            cancellation);

    /// <summary>Lets what lies further ahead than any hub puts it be due now, for a clock that was ahead wrote it: next attempts, leases, whose worker is then fenced off, and partners' rests.</summary>
    /// <param name="connector">Whose deliveries and partners.</param>
    /// <param name="furthest">How far ahead a hub puts anything at most, from when this is written.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>How many deliveries and rests.</returns>
    public async Task<int> BringForwardAsync(string connector, TimeSpan furthest, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            sql => sql.NumberAsync(
                """
                SELECT (SELECT count(*) FROM deliveries WHERE connector = @connector AND due_at > @furthest)
                  + (SELECT count(*) FROM partner_health WHERE connector = @connector AND resting_until > @furthest)
                """,
                Ahead(Clock.GetUtcNow())),
            cancellation);
        if (found is null or 0) return 0;
        return await _store.WriteAsync(
            async session =>
            {
                var now = Clock.GetUtcNow();   // the clock may have been set since it was asked
                (string, object?)[] values = [.. Ahead(now), ("@now", now.Column())];
                var moved = await session.Sql.ExecuteAsync("UPDATE deliveries SET due_at = @now WHERE connector = @connector AND due_at > @furthest", values);
                moved += await session.Sql.ExecuteAsync("UPDATE partner_health SET resting_until = @now WHERE connector = @connector AND resting_until > @furthest", values);
                session.Due(connector);
                return moved;
            },
            cancellation);

        (string, object?)[] Ahead(DateTimeOffset now) => [("@connector", connector), ("@furthest", (now + furthest).Column())];
    }

    /// <summary>Whether a partner's id stands with another delivery.</summary>
    public Task<bool> IsRecordedElsewhereAsync(string externalId, DeliveryId delivery, CancellationToken cancellation) =>
        ReadAsync(
            async sql => await sql.NumberAsync("SELECT count(*) FROM deliveries WHERE external_id = @external AND external_id <> '' AND delivery_id <> @id", ("@external", externalId), ("@id", delivery.ToString())) > 0,
            cancellation);

    /// <summary>Moves the end of a lease.</summary>
    /// <param name="delivery">What is leased.</param>
    /// <param name="fence">The lease's token.</param>
    /// <param name="length">How long it lasts, from when it is written.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>The new end; null: the lease is void, stop working on it.</returns>
    public Task<DateTimeOffset?> RenewAsync(DeliveryId delivery, long fence, TimeSpan length, CancellationToken cancellation) =>
        _store.WriteAsync<DateTimeOffset?>(
            async session =>
            {
                var until = Clock.GetUtcNow() + length;
                var renewed = await session.Sql.ExecuteAsync(
                    "UPDATE deliveries SET due_at = @until WHERE delivery_id = @id AND state = @leased AND fence = @fence",
                    ("@until", until.Column()),
                    ("@id", delivery.ToString()),
                    ("@leased", (int)DeliveryState.Leased),
                    ("@fence", fence));
                return renewed == 1 ? until : null;
            },
            cancellation);

    /// <summary>Keeps a delivery's seal; the first one kept is the one for ever, and is what is returned. Null: the lease is void.</summary>
    public Task<byte[]?> KeepSealAsync(DeliveryId delivery, long fence, byte[] seal, CancellationToken cancellation) =>
        _store.WriteAsync(
            session => session.Sql.FirstAsync(
                "UPDATE deliveries SET seal = coalesce(seal, @seal) WHERE delivery_id = @id AND state = @leased AND fence = @fence RETURNING seal",
                row => row.Octets(0),
                ("@seal", seal),
                ("@id", delivery.ToString()),
                ("@leased", (int)DeliveryState.Leased),
                ("@fence", fence)),
            cancellation);

    /// <summary>
    /// Writes what became of a leased delivery, with its evidence and what it causes, in one transaction. False: the lease is void; nothing was written.
    /// </summary>
    /// <exception cref="ArgumentException">No such step in <see cref="DeliveryStates.Transitions"/>.</exception>
    public Task<bool> CompleteAsync(DeliveryOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.To == DeliveryState.Leased || !DeliveryStates.MayFollow(DeliveryState.Leased, outcome.To))
            throw new ArgumentException($"{outcome.To} does not follow LEASED.", nameof(outcome));
        if ((outcome.To == DeliveryState.Pending) != (outcome.NotBefore is not null)) throw new ArgumentException("PENDING, and nothing else, has a next attempt.", nameof(outcome));
        return _store.WriteAsync(session => StepAsync(session, DeliveryState.Leased, outcome), cancellation);
    }

    /// <summary>AVAILABLE becomes DELIVERED. False: it was not AVAILABLE any more; nothing was written.</summary>
    public Task<bool> ConfirmAsync(DeliveryOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.To != DeliveryState.Delivered) throw new ArgumentException("A confirmation delivers.", nameof(outcome));
        return _store.WriteAsync(session => StepAsync(session, DeliveryState.Available, outcome), cancellation);
    }

    private async Task<IReadOnlyList<LeasedDelivery>> TakeAsync(LedgerSession session, string condition, string connector, OrganId receiver, string owner, int max, TimeSpan length)
    {
        // It lasts from when it is written: behind a slow disk it would otherwise have run out at its birth, and be handed out twice.
        var now = Clock.GetUtcNow();
        var leased = await session.Sql.QueryAsync(
            // Ordered as the index is, by the lane as well, which is NULL, and by nothing else: all that waited for a partner who is back is due at one moment, and would be sorted for each look.
            $"""
            WITH RECURSIVE {Lanes},
            free AS MATERIALIZED (
              SELECT d.delivery_id, d.due_at FROM deliveries AS d
              WHERE d.connector = @connector AND d.receiver = @receiver AND d.lane IS NULL AND d.due_at <= @now AND {Unexpired} AND {condition}
              ORDER BY d.lane, d.due_at LIMIT @max {_store.SkipLocked}),
            ordered AS MATERIALIZED (
              SELECT d.delivery_id, d.due_at FROM deliveries AS d
              WHERE d.delivery_id IN (SELECT (SELECT CASE WHEN d.connector = @connector THEN d.delivery_id END FROM deliveries AS d WHERE {FirstOfLane}) FROM lanes WHERE lanes.lane IS NOT NULL)
                AND d.due_at <= @now AND {Unexpired} AND {condition}
              ORDER BY d.due_at, d.delivery_id LIMIT @max {_store.SkipLocked}),
            due AS MATERIALIZED (
              SELECT delivery_id FROM (SELECT * FROM free UNION ALL SELECT * FROM ordered) AS first ORDER BY due_at, delivery_id LIMIT @max)
            UPDATE deliveries SET state = @leased, lease_owner = @owner, due_at = @until, fence = fence + 1, attempts = attempts + 1, changed_at = @now
            WHERE delivery_id IN (SELECT delivery_id FROM due)
            RETURNING {LeaseColumns}
            """,
            ReadLease,
            ("@leased", (int)DeliveryState.Leased),
            ("@owner", owner),
            ("@until", (now + length).Column()),
            ("@now", now.Column()),
            ("@connector", connector),
            ("@receiver", receiver.ToString()),
            ("@max", max));
        foreach (var lease in leased) session.Changed(lease.Exchange);
        return [.. leased.OrderBy(lease => lease.CreatedAt)];
    }

    // Out of AVAILABLE there is no lease and so no token to hold against.
    private async Task<bool> StepAsync(LedgerSession session, DeliveryState from, DeliveryOutcome outcome)
    {
        var stepped = await session.Sql.QueryAsync(
            """
            UPDATE deliveries SET state = @to, due_at = @due, lease_owner = NULL, changed_at = @at, attempts = attempts - @untried,
              external_id = coalesce(@external, external_id), last_error = coalesce(@error, last_error), watch_at = CASE WHEN @over THEN NULL ELSE watch_at END
            WHERE delivery_id = @id AND state = @from AND (fence = @fence OR @from <> @leased)
            RETURNING exchange_id, connector, receiver, attempts
            """,
            row => (Exchange: ExchangeId.Stored(row.GetString(0)), Connector: row.GetString(1), Receiver: row.GetString(2), Attempts: row.GetInt32(3)),
            ("@to", (int)outcome.To),
            ("@over", !DeliveryStates.IsOutstanding(outcome.To)),
            ("@due", outcome.NotBefore?.Column()),
            ("@at", outcome.At.Column()),
            ("@untried", outcome.Attempted ? 0 : 1),
            ("@external", outcome.ExternalId),
            ("@error", outcome.Error),
            ("@id", outcome.Delivery.ToString()),
            ("@from", (int)from),
            ("@leased", (int)DeliveryState.Leased),
            ("@fence", outcome.Fence));
        if (stepped is not [var (exchange, connector, receiver, attempts)]) return false;
        if (outcome.EarlierEvidence is { } earlier) await KeepAsync(session, exchange, outcome.Delivery, earlier, outcome.At);
        if (outcome.Evidence is { } evidence) await KeepAsync(session, exchange, outcome.Delivery, evidence, outcome.At);
        foreach (var next in outcome.FollowUp ?? []) await EnqueueAsync(session, exchange, next, outcome.At);
        if (outcome.Partner is { } sign) await HearAsync(session, connector, receiver, sign, outcome.At);
        session.Due(connector);   // put off, or out of the way of what waited behind it
        await SettleAsync(session, exchange, _store.RowLock);
        await WriteAsync(session, AuditLine.New(outcome.At, EventOf(from, outcome.To), connector) with { Exchange = exchange, Delivery = outcome.Delivery, Detail = Words(from, outcome, attempts) });
        session.Changed(exchange);
        return true;
    }

    private static AuditEvent EventOf(DeliveryState from, DeliveryState to) => (from, to) switch
    {
        (DeliveryState.Dead, DeliveryState.Pending) => AuditEvent.Redriven,
        (_, DeliveryState.Discarded) => AuditEvent.Discarded,
        _ => AuditEvent.Delivery,
    };

    private static string Words(DeliveryState from, DeliveryOutcome outcome, int attempts)
    {
        var step = $"{from} to {outcome.To}";
        if (from == DeliveryState.Leased) step += outcome.Attempted ? $", attempt {attempts}" : ", not counted as an attempt";
        return step + (outcome.Error is { Length: > 0 } error ? $": {error}" : "") + (outcome.Note.Length > 0 ? $"; {outcome.Note}" : "");
    }

    // Two receivers of one exchange may be done at the same moment on two connections. The exchange's row is the turnstile: whoever comes second reads the deliveries
    // as the first one left them, else both would see the other's outstanding and nobody would finish the exchange.
    private static async Task SettleAsync(LedgerSession session, ExchangeId exchange, string rowLock)
    {
        if (rowLock.Length > 0) await session.Sql.DeferAsync($"SELECT state FROM exchanges WHERE exchange_id = @id {rowLock}", ("@id", exchange.ToString()));
        var deliveries = await session.Sql.QueryAsync(
            "SELECT purpose, state FROM deliveries WHERE exchange_id = @id",
            row => (DeliveryPurpose.Stored(row.GetString(0)), (DeliveryState)row.GetInt32(1)),
            ("@id", exchange.ToString()));
        await session.Sql.DeferAsync(
            "UPDATE exchanges SET state = @state WHERE exchange_id = @id AND state <> @state",
            ("@state", (int)ExchangeStates.Of(deliveries)),
            ("@id", exchange.ToString()));
    }

    private static LeasedDelivery ReadLease(DbDataReader row) => new(
        DeliveryId.Stored(row.GetString(0)),
        ExchangeId.Stored(row.GetString(1)),
        row.GetInt64(2),
        row.GetInt32(3),
        row.Time(4),
        OrganId.Stored(row.GetString(5)),
        row.GetString(6),
        DeliveryPurpose.Stored(row.GetString(7)),
        row.TextOrNull(8) is { } about ? OrganId.Stored(about) : null,
        row.GetString(9),
        row.Time(10),
        row.OctetsOrNull(11))
    {
        QueuedAt = row.Time(12),
    };
}
