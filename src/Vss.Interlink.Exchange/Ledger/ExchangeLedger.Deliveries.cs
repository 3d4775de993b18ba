using System.Data.Common;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class ExchangeLedger
{
    /// <summary>When the connector's next delivery may be taken; null when none waits.</summary>
    public Task<DateTimeOffset?> NextDueAsync(string connector, CancellationToken cancellation) =>
        ReadAsync(
            async sql => await sql.NumberAsync("SELECT min(due_at) FROM deliveries WHERE connector = @connector AND due_at IS NOT NULL", ("@connector", connector)) is { } due
                ? DateTimeOffset.FromUnixTimeMilliseconds(due)
                : (DateTimeOffset?)null,
            cancellation);

    /// <summary>
    /// Takes deliveries whose time has come, the longest waiting first: pending ones, and leased ones whose lease ran out. Each gets the next fencing
    /// token, which makes every earlier lease of it void, and counts an attempt.
    /// </summary>
    /// <param name="connector">Whose deliveries.</param>
    /// <param name="owner">Who takes them, for people who look.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="until">When the lease ends, should it be written at once.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<IReadOnlyList<LeasedDelivery>> LeaseAsync(string connector, string owner, int max, DateTimeOffset until, CancellationToken cancellation)
    {
        var length = until - Clock.GetUtcNow();
        return _store.WriteAsync<IReadOnlyList<LeasedDelivery>>(
            async session =>
            {
                // It lasts from when it is written: behind a slow disk it would otherwise have run out at its birth, and be handed out twice.
                var now = Clock.GetUtcNow();
                var leased = await session.Sql.QueryAsync(
                    $"""
                    UPDATE deliveries SET state = @leased, lease_owner = @owner, due_at = @until, fence = fence + 1, attempts = attempts + 1, changed_at = @now
                    WHERE delivery_id IN (SELECT delivery_id FROM deliveries WHERE connector = @connector AND due_at <= @now ORDER BY due_at, delivery_id LIMIT @max {_store.SkipLocked})
                    RETURNING delivery_id, exchange_id, fence, attempts, due_at, receiver, connector, purpose,
                      (SELECT one.receiver FROM deliveries AS one WHERE one.delivery_id = deliveries.about), text, created_at, seal
                    """,
                    ReadLease,
                    ("@leased", (int)DeliveryState.Leased),
                    ("@owner", owner),
                    ("@until", (now + length).Column()),
                    ("@now", now.Column()),
                    ("@connector", connector),
                    ("@max", max));
                foreach (var lease in leased) session.Changed(lease.Exchange);
                return [.. leased.OrderBy(lease => lease.CreatedAt)];
            },
            cancellation);
    }

    /// <summary>Whether a partner's id stands with another delivery.</summary>
    public Task<bool> IsRecordedElsewhereAsync(string externalId, DeliveryId delivery, CancellationToken cancellation) =>
        ReadAsync(
            async sql => await sql.NumberAsync("SELECT count(*) FROM deliveries WHERE external_id = @external AND external_id <> '' AND delivery_id <> @id", ("@external", externalId), ("@id", delivery.ToString())) > 0,
            cancellation);

    /// <summary>Moves the end of a lease. False: the lease is void, stop working on it.</summary>
    public Task<bool> RenewAsync(DeliveryId delivery, long fence, DateTimeOffset until, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session => await session.Sql.ExecuteAsync(
                "UPDATE deliveries SET due_at = @until WHERE delivery_id = @id AND state = @leased AND fence = @fence",
                ("@until", until.Column()),
                ("@id", delivery.ToString()),
                ("@leased", (int)DeliveryState.Leased),
                ("@fence", fence)) == 1,
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

    // Out of AVAILABLE there is no lease and so no token to hold against.
    private static async Task<bool> StepAsync(LedgerSession session, DeliveryState from, DeliveryOutcome outcome)
    {
        var stepped = await session.Sql.QueryAsync(
            """
            UPDATE deliveries SET state = @to, due_at = @due, lease_owner = NULL, changed_at = @at, attempts = attempts - @untried,
              external_id = coalesce(@external, external_id), last_error = coalesce(@error, last_error)
            WHERE delivery_id = @id AND state = @from AND (fence = @fence OR @from <> @leased)
            RETURNING exchange_id, connector
            """,
            row => (Exchange: ExchangeId.Stored(row.GetString(0)), Connector: row.GetString(1)),
            ("@to", (int)outcome.To),
            ("@due", outcome.NotBefore?.Column()),
            ("@at", outcome.At.Column()),
            ("@untried", outcome.Attempted ? 0 : 1),
            ("@external", outcome.ExternalId),
            ("@error", outcome.Error),
            ("@id", outcome.Delivery.ToString()),
            ("@from", (int)from),
            ("@leased", (int)DeliveryState.Leased),
            ("@fence", outcome.Fence));
        if (stepped is not [var (exchange, connector)]) return false;
        if (outcome.Evidence is { } evidence) await KeepAsync(session, exchange, outcome.Delivery, evidence, outcome.At);
        foreach (var next in outcome.FollowUp ?? []) await EnqueueAsync(session, exchange, next, outcome.At);
        if (outcome.To == DeliveryState.Pending) session.Due(connector);
        await SettleAsync(session, exchange);
        await WriteAsync(session, AuditLine.New(outcome.At, AuditEvent.Delivery, connector) with { Exchange = exchange, Delivery = outcome.Delivery, Detail = $"{from} to {outcome.To}" });
        session.Changed(exchange);
        return true;
    }

    private static async Task SettleAsync(LedgerSession session, ExchangeId exchange)
    {
        var deliveries = await session.Sql.QueryAsync(
            "SELECT purpose, state FROM deliveries WHERE exchange_id = @id",
            row => (DeliveryPurpose.Stored(row.GetString(0)), (DeliveryState)row.GetInt32(1)),
            ("@id", exchange.ToString()));
        await session.Sql.ExecuteAsync(
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
        row.OctetsOrNull(11));
}
