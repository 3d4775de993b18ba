using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>One exchange as anybody can read it in the ledger.</summary>
internal sealed record ExchangeRow(string Id, string Sender, string MessageId, string Digest, byte[] Receipt, string Seal, string Subject, bool Statuses, ExchangeState State);

/// <summary>One delivery.</summary>
internal sealed record DeliveryRow(string Id, string Exchange, string Receiver, string Connector, string Purpose, string? About, DeliveryState State, int Attempts, long? DueAt, long Fence, long? ExpiresAt);

/// <summary>One piece of evidence.</summary>
internal sealed record EvidenceRow(long Number, string Exchange, string? Delivery, string Type, byte[] Document);

/// <summary>An exchange that has left the tables, and the archive's name.</summary>
internal sealed record ArchivedRow(string Exchange, string File);

/// <summary>Reads the ledger's tables by statements of its own, past everything that the hub or a mutation does.</summary>
internal sealed class LedgerReader(Database database) : IDisposable
{
    private readonly SqliteCommand _exchanges = database.Prepare("SELECT exchange_id, sender, message_id, hex(digest), receipt, hex(coalesce(seal_digest, x'')), subject, answered_by_status, state FROM exchanges ORDER BY rowid");
    private readonly SqliteCommand _deliveries = database.Prepare("SELECT delivery_id, exchange_id, receiver, connector, purpose, about, state, attempts, due_at, fence, expires_at FROM deliveries ORDER BY rowid");
    private readonly SqliteCommand _evidence = database.Prepare("SELECT evidence_id, exchange_id, delivery_id, type, document FROM evidence ORDER BY evidence_id");

    private readonly SqliteCommand _archived = database.Prepare("SELECT exchange_id, archive FROM archived ORDER BY rowid");
    private readonly SqliteCommand _holds = database.Prepare("SELECT exchange_id FROM holds WHERE released_at IS NULL");

    public List<ExchangeRow> Exchanges() => Read(_exchanges, row => new ExchangeRow(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<byte[]>(4), row.GetString(5), row.GetString(6), row.GetBoolean(7), (ExchangeState)row.GetInt32(8)));

    public List<DeliveryRow> Deliveries() => Read(_deliveries, row => new DeliveryRow(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), (DeliveryState)row.GetInt32(6), row.GetInt32(7), row.IsDBNull(8) ? null : row.GetInt64(8), row.GetInt64(9), row.IsDBNull(10) ? null : row.GetInt64(10)));

    public List<EvidenceRow> Evidence() => Read(_evidence, row => new EvidenceRow(
        row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3), row.GetFieldValue<byte[]>(4)));

    public List<ArchivedRow> Archived() => Read(_archived, row => new ArchivedRow(row.GetString(0), row.GetString(1)));

    /// <summary>Exchanges under hold.</summary>
    public List<string> Held() => Read(_holds, row => row.GetString(0));

    public void Dispose()
    {
        _archived.Dispose();
        _holds.Dispose();
        _exchanges.Dispose();
        _deliveries.Dispose();
        _evidence.Dispose();
    }

    private static List<T> Read<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        List<T> rows = [];
        using var reader = command.ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }
}
