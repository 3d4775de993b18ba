using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Which partners are up, as all nodes see it. A partner that failed several times running rests; then one delivery, on one node, probes him, and his first
/// answer releases what waited. No row: he is well.
/// </summary>
public sealed partial class ExchangeLedger
{
    /// <summary>The partners for whom something waits, and from when on it may be taken; a resting one from the end of his rest.</summary>
    public Task<IReadOnlyList<PartnerDue>> ListDueAsync(string connector, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<PartnerDue>>(
            async sql => await sql.QueryAsync(
                // From receiver to receiver by the index, however much waits for each.
                $"""
                WITH RECURSIVE waiting (receiver) AS (
                  SELECT min(receiver) FROM deliveries WHERE connector = @connector AND due_at IS NOT NULL
                  UNION ALL
                  SELECT (SELECT min(one.receiver) FROM deliveries AS one WHERE one.connector = @connector AND one.due_at IS NOT NULL AND one.receiver > waiting.receiver)
                  FROM waiting WHERE waiting.receiver IS NOT NULL),
                lanes (receiver, lane) AS (
                  SELECT waiting.receiver, (
                    SELECT min(one.lane) FROM deliveries AS one WHERE one.connector = @connector AND one.receiver = waiting.receiver AND one.due_at IS NOT NULL AND one.lane IS NOT NULL)
                  FROM waiting WHERE waiting.receiver IS NOT NULL
                  UNION ALL
                  SELECT lanes.receiver, (
                    SELECT min(one.lane) FROM deliveries AS one WHERE one.connector = @connector AND one.receiver = lanes.receiver AND one.due_at IS NOT NULL AND one.lane > lanes.lane)
                  FROM lanes WHERE lanes.lane IS NOT NULL),
                able (receiver, due_at) AS (
                  SELECT waiting.receiver, (
                    SELECT d.due_at FROM deliveries AS d
                    WHERE d.connector = @connector AND d.receiver = waiting.receiver AND d.lane IS NULL AND d.due_at IS NOT NULL AND {Unexpired}
                    ORDER BY d.lane, d.due_at LIMIT 1)
                  FROM waiting WHERE waiting.receiver IS NOT NULL
                  UNION ALL
                  SELECT lanes.receiver, (
                    SELECT CASE WHEN d.connector = @connector AND {Unexpired} THEN d.due_at END FROM deliveries AS d WHERE {FirstOfLane})
                  FROM lanes WHERE lanes.lane IS NOT NULL),
                first (receiver, due_at) AS (SELECT receiver, min(due_at) FROM able GROUP BY receiver)
                SELECT first.receiver, CASE WHEN h.resting_until > first.due_at THEN h.resting_until ELSE first.due_at END AS due, h.resting_until
                FROM first LEFT JOIN partner_health AS h ON h.connector = @connector AND h.receiver = first.receiver
                WHERE first.due_at IS NOT NULL ORDER BY due
                """,
                row => new PartnerDue(OrganId.Stored(row.GetString(0)), row.Time(1), row.TimeOrNull(2)),
                ("@connector", connector),
                ("@now", Clock.GetUtcNow().Column())),
            cancellation);

    /// <summary>
    /// Takes one delivery to find out whether a resting partner is back, and begins his next rest in the same step, so that of all nodes one probes.
    /// </summary>
    /// <param name="connector">The road.</param>
    /// <param name="partner">As <see cref="ListDueAsync"/> gave him: the probe is void when he was probed or answered since.</param>
    /// <param name="owner">Who takes it, for people who look.</param>
    /// <param name="rest">How long nobody else probes.</param>
    /// <param name="length">How long the lease lasts, from when it is written.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>The probe; null when another node has it.</returns>
    public Task<LeasedDelivery?> ProbeAsync(string connector, PartnerDue partner, string owner, TimeSpan rest, TimeSpan length, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session =>
            {
                var now = Clock.GetUtcNow();
                var mine = await session.Sql.ExecuteAsync(
                    "UPDATE partner_health SET resting_until = @next WHERE connector = @connector AND receiver = @receiver AND resting_until = @seen AND resting_until <= @now",
                    ("@next", (now + rest).Column()),
                    ("@connector", connector),
                    ("@receiver", partner.Receiver.ToString()),
                    ("@seen", partner.RestingUntil?.Column()),
                    ("@now", now.Column()));
                if (mine != 1) return null;
                return await TakeAsync(session, "d.due_at IS NOT NULL", connector, partner.Receiver, owner, 1, length) is [var probe] ? probe with { Probe = true } : null;
            },
            cancellation);

    private static Task HearAsync(LedgerSession session, string connector, string receiver, PartnerSign sign, DateTimeOffset at) => sign switch
    {
        PartnerSign.Answered => AnsweredAsync(session, connector, receiver, at),
        PartnerSign.Failed failed => FailedAsync(session, connector, receiver, failed, at),
        _ => throw new InvalidOperationException($"{sign.GetType().Name} is no sign of a partner."),
    };

    private static async Task AnsweredAsync(LedgerSession session, string connector, string receiver, DateTimeOffset at)
    {
        var ended = await session.Sql.QueryAsync(
            "DELETE FROM partner_health WHERE connector = @connector AND receiver = @receiver RETURNING resting_until",
            row => row.TimeOrNull(0),
            ("@connector", connector),
            ("@receiver", receiver));
        if (ended is not [not null]) return;
        await session.Sql.ExecuteAsync(
            "UPDATE deliveries SET due_at = @at WHERE connector = @connector AND receiver = @receiver AND due_at > @at AND state = @pending",
            ("@at", at.Column()),
            ("@connector", connector),
            ("@receiver", receiver),
            ("@pending", (int)DeliveryState.Pending));
    }

    private static Task FailedAsync(LedgerSession session, string connector, string receiver, PartnerSign.Failed failed, DateTimeOffset at) =>
        session.Sql.ExecuteAsync(
            """
            INSERT INTO partner_health (connector, receiver, failures, failing_since, resting_until) VALUES (@connector, @receiver, 1, @at, NULL)
            ON CONFLICT (connector, receiver) DO UPDATE SET
              failures = CASE WHEN partner_health.failing_since >= @window THEN partner_health.failures + 1 ELSE 1 END,
              failing_since = CASE WHEN partner_health.failing_since >= @window THEN partner_health.failing_since ELSE @at END,
              resting_until = CASE
                WHEN partner_health.resting_until IS NOT NULL OR (partner_health.failing_since >= @window AND partner_health.failures + 1 >= @most) THEN @rested
                ELSE NULL END
            """,
            ("@connector", connector),
            ("@receiver", receiver),
            ("@at", at.Column()),
            ("@window", (at - failed.Within).Column()),
            ("@most", failed.RestAfter),
            ("@rested", (at + failed.Rest).Column()));
}
