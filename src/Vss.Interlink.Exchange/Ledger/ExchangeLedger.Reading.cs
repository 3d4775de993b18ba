using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using System.Data.Common;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class ExchangeLedger
{
    private const string ViewColumns = "exchange_id, sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance";
    private const string DeliveryColumns = "d.delivery_id, d.receiver, d.purpose, d.state, d.attempts, d.changed_at, d.external_id, d.last_error, d.expires_at, d.expires_soon";
    private const string BoxColumns =
        """
        d.delivery_id, e.exchange_id, e.sender, e.message_id, e.kind, e.document_id, e.subject, d.state, d.changed_at, d.seal
        FROM deliveries AS d JOIN exchanges AS e ON e.exchange_id = d.exchange_id
        """;

    /// <summary>The exchange with its deliveries and its evidence, documents included; or null.</summary>
    public Task<ExchangeView?> FindViewAsync(ExchangeId id, CancellationToken cancellation) =>
        ReadAsync(sql => ViewAsync(sql, id), cancellation);

    /// <summary>The id under which the sender's message was accepted, or null.</summary>
    public Task<ExchangeId?> FindIdAsync(OrganId sender, MessageId messageId, CancellationToken cancellation) =>
        ReadAsync(async sql => (await AcceptedAsync(sql, sender, messageId))?.Id, cancellation);

    /// <summary>Exchanges, the newest first, with the digests of their evidence.</summary>
    /// <param name="max">At most so many.</param>
    /// <param name="before">Only older ones, or null.</param>
    /// <param name="sender">Only this sender's, or null.</param>
    /// <param name="receiver">Only what goes to this organ, or null.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<ExchangeView>> ListViewsAsync(int max, ExchangeId? before, OrganId? sender, OrganId? receiver, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<ExchangeView>>(
            async sql =>
            {
                // One text per combination, so that each uses its own index. What a receiver gets is looked up page by page: to one receiver go millions.
                var text = receiver is null
                    ? $"SELECT {ViewColumns} FROM exchanges WHERE exchange_id < @before{(sender is null ? "" : " AND sender = @sender")} ORDER BY exchange_id DESC LIMIT @max"
                    : $"""
                      SELECT {ViewColumns} FROM exchanges WHERE exchange_id IN (
                        SELECT DISTINCT d.exchange_id FROM deliveries AS d {(sender is null ? "" : "JOIN exchanges AS e ON e.exchange_id = d.exchange_id AND e.sender = @sender")}
                        WHERE d.receiver = @receiver AND d.exchange_id < @before ORDER BY d.exchange_id DESC LIMIT @max)
                      ORDER BY exchange_id DESC
                      """;
                var views = await sql.QueryAsync(text, ReadView, ("@before", before?.ToString() ?? "y"), ("@sender", sender?.ToString()), ("@receiver", receiver?.ToString()), ("@max", max));
                foreach (var view in views) await CompleteAsync(sql, view, withDocuments: false);
                return views;
            },
            cancellation);

    /// <summary>What lies in the receiver's box, the oldest first.</summary>
    public Task<IReadOnlyList<BoxItem>> ListAvailableAsync(OrganId receiver, int max, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<BoxItem>>(
            async sql => await sql.QueryAsync(
                $"SELECT {BoxColumns} WHERE d.receiver = @receiver AND d.state = 3 ORDER BY d.delivery_id LIMIT @max",
                ReadBoxItem,
                ("@receiver", receiver.ToString()),
                ("@max", max)),
            cancellation);

    /// <summary>One delivery of the dossier to the receiver that lies or lay in his box; null also when it is somebody else's.</summary>
    public Task<BoxItem?> FindBoxItemAsync(DeliveryId delivery, OrganId receiver, CancellationToken cancellation) =>
        ReadAsync(
            sql => sql.FirstAsync(
                $"SELECT {BoxColumns} WHERE d.delivery_id = @id AND d.receiver = @receiver AND d.state IN (3, 4)",
                ReadBoxItem,
                ("@id", delivery.ToString()),
                ("@receiver", receiver.ToString())),
            cancellation);

    /// <summary>Digest of an attachment, when the dossier is in the receiver's hands or on its way there under a lease; null otherwise.</summary>
    public Task<ContentDigest?> FindPartAsync(ExchangeId exchange, string attachment, OrganId receiver, CancellationToken cancellation) =>
        ReadAsync(
            async sql => await sql.FirstAsync(
                """
                SELECT p.digest FROM parts AS p WHERE p.exchange_id = @exchange AND p.attachment_id = @attachment
                  AND EXISTS (SELECT 1 FROM deliveries AS d WHERE d.exchange_id = p.exchange_id AND d.receiver = @receiver AND d.purpose = 'dossier' AND d.state IN (2, 3, 4))
                """,
                row => row.Octets(0),
                ("@exchange", exchange.ToString()),
                ("@attachment", attachment),
                ("@receiver", receiver.ToString())) is { } octets ? ContentDigest.Stored(octets) : (ContentDigest?)null,
            cancellation);

    /// <summary>Adds a line to the audit.</summary>
    public Task WriteAuditAsync(AuditLine line, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session =>
            {
                await WriteAsync(session, line);
                return true;
            },
            cancellation);

    /// <summary>The audit of one exchange, in order.</summary>
    public Task<IReadOnlyList<AuditLine>> ListAuditAsync(ExchangeId exchange, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<AuditLine>>(
            async sql => await sql.QueryAsync(
                "SELECT reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail FROM audit WHERE exchange_id = @id ORDER BY audit_id",
                ReadAudit,
                ("@id", exchange.ToString())),
            cancellation);

    /// <summary>The line with a reference number, or null.</summary>
    public Task<AuditLine?> FindAuditAsync(string reference, CancellationToken cancellation) =>
        ReadAsync(
            sql => sql.FirstAsync(
                "SELECT reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail FROM audit WHERE reference = @reference",
                ReadAudit,
                ("@reference", reference)),
            cancellation);

    private static Task WriteAsync(LedgerSession session, AuditLine line) =>
        session.Sql.DeferAsync(
            """
            INSERT INTO audit (reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail)
            VALUES (@reference, @at, @event, @edge, @exchange, @delivery, @sender, @fault, @rule, @detail)
            """,
            ("@reference", line.Reference),
            ("@at", line.At.Column()),
            ("@event", (int)line.Event),
            ("@edge", line.Edge),
            ("@exchange", line.Exchange?.ToString()),
            ("@delivery", line.Delivery?.ToString()),
            ("@sender", line.Sender?.ToString()),
            ("@fault", (int?)line.Fault),
            ("@rule", line.Rule),
            ("@detail", line.Detail));

    private static async Task<ExchangeView?> ViewAsync(Sql sql, ExchangeId id) =>
        await sql.FirstAsync($"SELECT {ViewColumns} FROM exchanges WHERE exchange_id = @id", ReadView, ("@id", id.ToString())) is { } view ? await CompleteAsync(sql, view, withDocuments: true) : null;

    private static async Task<ExchangeView> CompleteAsync(Sql sql, ExchangeView view, bool withDocuments)
    {
        view.Deliveries.AddRange(await sql.QueryAsync(
            $"SELECT {DeliveryColumns} FROM deliveries AS d WHERE d.exchange_id = @id ORDER BY d.created_at, d.purpose, d.delivery_id",
            ReadDelivery,
            ("@id", view.ExchangeId)));
        view.Evidence.AddRange(await sql.QueryAsync(
            """
            SELECT e.type, e.at, e.delivery_id, e.sha256, CASE WHEN @documents THEN e.document ELSE @nothing END, s.batch_id, s.leaf, b.size, b.stamped_at, b.authority
            FROM evidence AS e LEFT JOIN stamped AS s ON s.subject = e.exchange_id AND s.sha256 = e.sha256 LEFT JOIN stamp_batches AS b ON b.batch_id = s.batch_id
            WHERE e.exchange_id = @id ORDER BY e.evidence_id
            """,
            row => new EvidenceView
            {
                Type = row.GetString(0),
                At = row.Time(1).ToTimestamp(),
                DeliveryId = row.TextOrNull(2) ?? "",
                Sha256 = ByteString.CopyFrom(row.Octets(3)),
                Document = ByteString.CopyFrom(row.Octets(4)),
                Stamp = row.IsDBNull(8) ? null : new EvidenceStamp { Batch = row.GetInt64(5), Leaf = row.GetInt32(6), Leaves = row.GetInt32(7), Time = row.Time(8).ToTimestamp(), Authority = row.GetString(9) },
            },
            ("@id", view.ExchangeId),
            ("@documents", withDocuments),
            ("@nothing", Array.Empty<byte>())));
        foreach (var delivery in view.Deliveries) delivery.Outcome = EvidenceType.Outcome(view.Evidence.Where(one => one.DeliveryId == delivery.DeliveryId).Select(one => one.Type)) ?? "";
        return view;
    }

    private static DeliveryView ReadDelivery(DbDataReader row) => new()
    {
        DeliveryId = row.GetString(0),
        Receiver = row.GetString(1),
        Purpose = row.GetString(2),
        State = (DeliveryState)row.GetInt32(3),
        Attempts = row.GetInt32(4),
        ChangedAt = row.Time(5).ToTimestamp(),
        ExternalId = row.GetString(6),
        LastError = row.GetString(7),
        ExpiresAt = row.TimeOrNull(8)?.ToTimestamp(),
        ExpiresSoon = row.GetInt32(9) != 0,
    };

    private static ExchangeView ReadView(DbDataReader row) => new()
    {
        ExchangeId = row.GetString(0),
        Sender = row.GetString(1),
        MessageId = row.GetString(2),
        Kind = (DossierKind)row.GetInt32(3),
        DocumentId = row.GetString(4),
        Subject = row.GetString(5),
        State = (ExchangeState)row.GetInt32(6),
        AcceptedAt = row.Time(7).ToTimestamp(),
        ContentSha256 = ByteString.CopyFrom(row.Octets(8)),
        Assurance = row.GetString(9),
    };

    private static BoxItem ReadBoxItem(DbDataReader row) => new(
        DeliveryId.Stored(row.GetString(0)),
        ExchangeId.Stored(row.GetString(1)),
        OrganId.Stored(row.GetString(2)),
        MessageId.Stored(row.GetString(3)),
        (DossierKind)row.GetInt32(4),
        row.GetString(5),
        row.GetString(6),
        (DeliveryState)row.GetInt32(7),
        row.Time(8),
        row.OctetsOrNull(9));

    private static AuditLine ReadAudit(DbDataReader row) => new(
        row.GetString(0),
        row.Time(1),
        (AuditEvent)row.GetInt32(2),
        row.GetString(3),
        row.TextOrNull(4) is { } exchange ? ExchangeId.Stored(exchange) : null,
        row.TextOrNull(5) is { } delivery ? DeliveryId.Stored(delivery) : null,
        row.TextOrNull(6) is { } sender ? OrganId.Stored(sender) : null,
        row.IsDBNull(7) ? null : (Fault)row.GetInt32(7),
        row.GetString(8),
        row.GetString(9));
}
