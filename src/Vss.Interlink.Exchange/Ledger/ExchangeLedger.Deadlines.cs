using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What the deadline watch sees and does.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>Deliveries at whose deadline somebody must look now, the longest overdue first. Those under a running lease are left to their worker.</summary>
    /// <param name="max">At most so many.</param>
    /// <param name="after">Only those behind it, as it was when it was listed; or null.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<DeliveryRecord>> ListWatchedAsync(int max, DeliveryRecord? after, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<DeliveryRecord>>(
            async sql => await sql.QueryAsync(
                $"""
                SELECT {RecordColumns}
                WHERE d.watch_at <= @now AND (d.state <> @leased OR d.due_at <= @now) {(after is null ? "" : "AND d.watch_at >= @from AND (d.watch_at > @from OR d.delivery_id > @after)")}
                ORDER BY d.watch_at, d.delivery_id LIMIT @max
                """,
                ReadRecord,
                ("@now", Clock.GetUtcNow().Column()),
                ("@leased", (int)DeliveryState.Leased),
                ("@from", after?.WatchAt?.Column()),
                ("@after", after?.Delivery.ToString()),
                ("@max", max)),
            cancellation);

    /// <summary>Says once that the deadline is near, in the audit and to who watches the exchange. False: somebody said so already, or it is over.</summary>
    public Task<bool> WarnAsync(DeliveryRecord delivery, DateTimeOffset at, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session =>
            {
                var warned = await session.Sql.ExecuteAsync(
                    "UPDATE deliveries SET watch_at = expires_at, expires_soon = 1 WHERE delivery_id = @id AND watch_at = @seen AND expires_soon = 0",
                    ("@id", delivery.Delivery.ToString()),
                    ("@seen", delivery.WatchAt?.Column()));
                if (warned != 1) return false;
                await WriteAsync(session, AuditLine.New(at, AuditEvent.ExpiresSoon, delivery.Connector) with
                {
                    Exchange = delivery.Exchange, Delivery = delivery.Delivery, Detail = $"{delivery.State}; the deadline is {delivery.ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}",
                });
                session.Changed(delivery.Exchange);
                return true;
            },
            cancellation);

    /// <summary>A delivery whose deadline passed is EXPIRED, with its evidence and what it causes. False: it is not as it was seen; nothing was written.</summary>
    /// <param name="seen">As <see cref="ListWatchedAsync"/> gave it.</param>
    /// <param name="outcome">To EXPIRED.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<bool> ExpireAsync(DeliveryRecord seen, DeliveryOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.To != DeliveryState.Expired) throw new ArgumentException("What expires is EXPIRED.", nameof(outcome));
        return _store.WriteAsync(
            async session =>
            {
                if (seen.State != DeliveryState.Leased) return await StepAsync(session, seen.State, outcome);

                // Its worker is gone without a word. The lease must still be the one that ran out.
                var freed = await session.Sql.ExecuteAsync(
                    "UPDATE deliveries SET state = @pending, lease_owner = NULL WHERE delivery_id = @id AND state = @leased AND fence = @fence AND due_at <= @at",
                    ("@pending", (int)DeliveryState.Pending),
                    ("@id", seen.Delivery.ToString()),
                    ("@leased", (int)DeliveryState.Leased),
                    ("@fence", seen.Fence),
                    ("@at", outcome.At.Column()));
                return freed == 1 && await StepAsync(session, DeliveryState.Pending, outcome);
            },
            cancellation);
    }
}
