using System.Data.Common;
using Google.Protobuf.WellKnownTypes;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Deliveries as the hub's staff see them, and what persons decide about dead ones.</summary>
public sealed partial class ExchangeLedger
{
    private const string RecordColumns =
        """
        d.delivery_id, d.exchange_id, e.sender, e.message_id, d.receiver, d.connector, d.purpose, d.state, d.fence, d.queued_at, d.expires_at, d.watch_at
        FROM deliveries AS d JOIN exchanges AS e ON e.exchange_id = d.exchange_id
        """;

    /// <summary>The delivery, or null.</summary>
    public Task<DeliveryRecord?> FindDeliveryAsync(DeliveryId delivery, CancellationToken cancellation) =>
        ReadAsync(sql => sql.FirstAsync($"SELECT {RecordColumns} WHERE d.delivery_id = @id", ReadRecord, ("@id", delivery.ToString())), cancellation);

    /// <summary>Deliveries in one state, in the order of their ids.</summary>
    /// <param name="state">The state.</param>
    /// <param name="receiver">Only to this organ, or null.</param>
    /// <param name="after">Only those behind it, or null.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<DeliveryEntry>> ListDeliveriesAsync(DeliveryState state, OrganId? receiver, DeliveryId? after, int max, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<DeliveryEntry>>(
            async sql => await sql.QueryAsync(
                ListText(state, toOne: receiver is not null),
                ReadEntry,
                ("@after", after?.ToString() ?? ""),
                ("@receiver", receiver?.ToString()),
                ("@max", max)),
            cancellation);

    /// <summary>One delivery as it stands in the list, or null.</summary>
    public Task<DeliveryEntry?> FindEntryAsync(DeliveryId delivery, CancellationToken cancellation) =>
        ReadAsync(sql => sql.FirstAsync(EntryText("d.delivery_id = @id"), ReadEntry, ("@id", delivery.ToString())), cancellation);

    /// <summary>A dead delivery begins a new round of attempts under its old id. False: it is not dead; nothing was written.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="by">Who decided.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<bool> RedriveAsync(DeliveryId delivery, string by, DateTimeOffset at, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session =>
            {
                var outcome = new DeliveryOutcome(delivery, 0, DeliveryState.Pending, at, NotBefore: at) { Note = $"by {by}" };
                if (!await StepAsync(session, DeliveryState.Dead, outcome)) return false;
                await session.Sql.ExecuteAsync("UPDATE deliveries SET attempts = 0, queued_at = @at WHERE delivery_id = @id", ("@at", at.Column()), ("@id", delivery.ToString()));
                return true;
            },
            cancellation);

    /// <summary>A dead delivery is given up, with its evidence and what it causes. False: it is not dead; nothing was written.</summary>
    public Task<bool> DiscardAsync(DeliveryOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.To != DeliveryState.Discarded) throw new ArgumentException("A discarded delivery is DISCARDED.", nameof(outcome));
        return _store.WriteAsync(session => StepAsync(session, DeliveryState.Dead, outcome), cancellation);
    }

    // In the words of the partial index that holds the state. Of DELIVERED there is none: nearly all are.
    private static string InState(DeliveryState state) => state switch
    {
        DeliveryState.Pending => "d.due_at IS NOT NULL AND d.state = 1",
        DeliveryState.Leased => "d.due_at IS NOT NULL AND d.state = 2",
        DeliveryState.Available => "d.state = 3",
        DeliveryState.Delivered => "d.state = 4",
        DeliveryState.Refused => "d.state IN (5, 6, 7, 8) AND d.state = 5",
        DeliveryState.Dead => "d.state IN (5, 6, 7, 8) AND d.state = 6",
        DeliveryState.Discarded => "d.state IN (5, 6, 7, 8) AND d.state = 7",
        DeliveryState.Expired => "d.state IN (5, 6, 7, 8) AND d.state = 8",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a delivery."),
    };

    // The few that wait are gathered first where no index has them in the order of ids: an engine that follows the ids would walk over the millions that are delivered.
    private static string ListText(DeliveryState state, bool toOne)
    {
        var gathers = state is DeliveryState.Pending or DeliveryState.Leased || (state == DeliveryState.Available && !toOne);
        var page = "d.delivery_id > @after" + (toOne ? " AND d.receiver = @receiver" : "") + " ORDER BY d.delivery_id LIMIT @max";
        return gathers
            ? $"WITH few AS MATERIALIZED (SELECT d.delivery_id FROM deliveries AS d WHERE {InState(state)}) {EntryText($"d.delivery_id IN (SELECT delivery_id FROM few) AND {page}")}"
            : EntryText($"{InState(state)} AND {page}");
    }

    private static string EntryText(string condition) =>
        $"""
        SELECT {DeliveryColumns}, d.exchange_id, e.sender, e.message_id, d.connector, d.queued_at,
          (SELECT count(*) FROM deliveries AS behind WHERE behind.lane = d.lane AND behind.state IN (1, 2, 6) AND (behind.place, behind.delivery_id) > (d.place, d.delivery_id))
        FROM deliveries AS d JOIN exchanges AS e ON e.exchange_id = d.exchange_id WHERE {condition}
        """;

    private static DeliveryEntry ReadEntry(DbDataReader row) => new()
    {
        Delivery = ReadDelivery(row),
        ExchangeId = row.GetString(10),
        Sender = row.GetString(11),
        MessageId = row.GetString(12),
        Connector = row.GetString(13),
        QueuedAt = row.Time(14).ToTimestamp(),
        WaitingBehind = (int)row.GetInt64(15),
    };

    private static DeliveryRecord ReadRecord(DbDataReader row) => new(
        DeliveryId.Stored(row.GetString(0)),
        ExchangeId.Stored(row.GetString(1)),
        OrganId.Stored(row.GetString(2)),
        MessageId.Stored(row.GetString(3)),
        OrganId.Stored(row.GetString(4)),
        row.GetString(5),
        DeliveryPurpose.Stored(row.GetString(6)),
        (DeliveryState)row.GetInt32(7),
        row.GetInt64(8),
        row.Time(9),
        row.TimeOrNull(10),
        row.TimeOrNull(11));
}
