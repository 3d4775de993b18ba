using System.Xml;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What <see cref="LedgerProof"/> reads: an exchange as it was at one moment, while hubs work on it.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>All that the tables say of an exchange at one moment, or null. Read one after the other, a delivery that ends between two statements would look like a fault.</summary>
    internal Task<ExchangeRows?> FindRowsAsync(ExchangeId id, CancellationToken cancellation) => ReadSnapshotAsync(
        async sql => await RecordAsync(sql, id) is { } record && await ViewAsync(sql, id) is { } view
            ? new ExchangeRows(record, view, await RoadsAsync(sql, id), await PartsAsync(sql, id), await ClaimantsAsync(sql, record), await ArchiveAsync(sql, id), await StampedAsync(sql, id), await UnstampedAsync(sql, id))
            : null,
        cancellation);

    /// <summary>Refusals with their evidence, in the order of their references.</summary>
    /// <param name="after">Only later ones; empty for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    internal Task<IReadOnlyList<RejectionRow>> ListRejectionsAsync(string after, int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<RejectionRow>>(
        async sql => await sql.QueryAsync(
            """
            SELECT r.reference, r.sender, r.message_id, r.digest, r.fault, r.rule, r.at, r.sha256, r.document,
              CASE WHEN EXISTS (SELECT 1 FROM stamped AS s WHERE s.subject = r.reference AND s.sha256 = r.sha256) OR EXISTS (SELECT 1 FROM unstamped AS u WHERE u.subject = r.reference AND u.sha256 = r.sha256) THEN 1 ELSE 0 END
            FROM rejections AS r WHERE r.reference > @after ORDER BY r.reference LIMIT @max
            """,
            row => new RejectionRow(row.GetString(0), row.GetString(1), row.GetString(2), row.Octets(3), row.GetInt32(4), row.GetString(5), row.GetInt64(6), row.Octets(7), row.Octets(8), row.GetInt32(9) == 1),
            ("@after", after), ("@max", max)),
        cancellation);

    // By which road each delivery goes.
    private static async Task<IReadOnlyDictionary<string, string>> RoadsAsync(Sql sql, ExchangeId exchange) =>
        (await sql.QueryAsync("SELECT delivery_id, connector FROM deliveries WHERE exchange_id = @id", row => KeyValuePair.Create(row.GetString(0), row.GetString(1)), ("@id", exchange.ToString()))).ToDictionary(StringComparer.Ordinal);

    private static Task<List<AttachmentWords>> PartsAsync(Sql sql, ExchangeId exchange) => sql.QueryAsync(
        "SELECT attachment_id, size, digest FROM parts WHERE exchange_id = @id",
        row => new AttachmentWords(row.GetString(0), XmlConvert.ToString(row.GetInt64(1)), Convert.ToBase64String(row.Octets(2))),
        ("@id", exchange.ToString()));

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
/// <param name="Roads">The connector of each delivery, by its id.</param>
/// <param name="Parts">Which body is which attachment.</param>
/// <param name="Claimants">To which exchanges the claim on its message id leads.</param>
/// <param name="Archive">Where it is archived, or null.</param>
/// <param name="Stamped">Which of its evidence is in which batch.</param>
/// <param name="Unstamped">Digests of its evidence that wait for a time stamp.</param>
internal sealed record ExchangeRows(
    ExchangeRecord Record, ExchangeView View, IReadOnlyDictionary<string, string> Roads, IReadOnlyList<AttachmentWords> Parts, IReadOnlyList<ExchangeId> Claimants, ArchiveFile? Archive, IReadOnlyList<StampedEvidence> Stamped, IReadOnlyList<byte[]> Unstamped);

/// <summary>A refusal as it stands in the tables, its evidence, and whether that has its time stamp or waits for one. As it is in its columns, whatever that is.</summary>
internal sealed record RejectionRow(string Reference, string Sender, string MessageId, byte[] Digest, int Fault, string Rule, long At, byte[] Sha256, byte[] Document, bool IsStampedOrWaits);
