using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What <see cref="LedgerProof"/> reads: an exchange as it was at one moment, while hubs work on it.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>All that the tables say of an exchange at one moment, or null. Read one after the other, a delivery that ends between two statements would look like a fault.</summary>
    internal Task<ExchangeRows?> FindRowsAsync(ExchangeId id, CancellationToken cancellation) => ReadSnapshotAsync(
        async sql => await RecordAsync(sql, id) is { } record && await ViewAsync(sql, id) is { } view
            ? new ExchangeRows(record, view, await ClaimantsAsync(sql, record), await ArchiveAsync(sql, id), await StampedAsync(sql, id), await UnstampedAsync(sql, id))
            : null,
        cancellation);

    // The exchanges to which the index of claims leads from a sender's message id. Where each is found by its own, and alone, no two have the same: asked from either, the index gives the same answer.
    private static Task<List<ExchangeId>> ClaimantsAsync(Sql sql, ExchangeRecord record) => sql.QueryAsync(
        "SELECT exchange_id FROM exchanges WHERE sender = @sender AND message_id = @message ORDER BY exchange_id",
        row => ExchangeId.Stored(row.GetString(0)),
        ("@sender", record.Sender.ToString()), ("@message", record.MessageId.ToString()));

    private static Task<List<StampedEvidence>> StampedAsync(Sql sql, ExchangeId exchange) =>
        sql.QueryAsync("SELECT subject, sha256, batch_id, leaf, 1 FROM stamped WHERE subject = @id ORDER BY batch_id, leaf", ReadStamped, ("@id", exchange.ToString()));

    private static Task<List<byte[]>> UnstampedAsync(Sql sql, ExchangeId exchange) =>
        sql.QueryAsync("SELECT sha256 FROM unstamped WHERE subject = @id", row => row.Octets(0), ("@id", exchange.ToString()));

    private Task<T> ReadSnapshotAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => ReadAsync(
        async sql =>
        {
            await sql.DeferAsync(_store.BeginSnapshot);
            var answer = await read(sql);   // what throws ends the transaction too: a connection on which something failed is not used again, or is rolled back first
            await sql.ExecuteAsync("ROLLBACK");
            return answer;
        },
        cancellation);
}

/// <summary>What the tables say of one exchange.</summary>
/// <param name="Record">As it was accepted.</param>
/// <param name="View">With its deliveries and its evidence, documents included.</param>
/// <param name="Claimants">To which exchanges the claim on its message id leads.</param>
/// <param name="Archive">Where it is archived, or null.</param>
/// <param name="Stamped">Which of its evidence is in which batch.</param>
/// <param name="Unstamped">Digests of its evidence that wait for a time stamp.</param>
internal sealed record ExchangeRows(
    ExchangeRecord Record, ExchangeView View, IReadOnlyList<ExchangeId> Claimants, ArchiveFile? Archive, IReadOnlyList<StampedEvidence> Stamped, IReadOnlyList<byte[]> Unstamped);
