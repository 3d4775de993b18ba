using System.Security.Cryptography;
using Google.Protobuf;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class ExchangeLedger
{
    private const string AcceptedColumns = "exchange_id, accepted_at, digest, receipt";

    /// <summary>
    /// Claims (sender, message id) and, when it is the first, writes the exchange, its parts, deliveries, evidence and audit line in one transaction.
    /// The unique index decides, so of any number of claims at once exactly one is the first.
    /// </summary>
    public Task<Claim> AcceptAsync(NewExchange exchange, CancellationToken cancellation) => AcceptAsync(exchange, () => { }, cancellation);

    /// <summary>The same, with a last look at what lies outside of the ledger.</summary>
    /// <param name="exchange">What is accepted.</param>
    /// <param name="lastLook">Called in the transaction, when it is the first: what it throws is thrown here, and leaves nothing behind. However long the write waited, the look is as young as the commit.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<Claim> AcceptAsync(NewExchange exchange, Action lastLook, CancellationToken cancellation) =>
        _store.WriteAsync<Claim>(
            async session =>
            {
                if (await InsertAsync(session, exchange))
                {
                    lastLook();
                    return new Claim.First();
                }

                if (await AcceptedAsync(session.Sql, exchange.Sender, exchange.MessageId) is { } earlier) return Again(earlier, exchange.Digest);
                if (exchange.Seal is { } seal && await SealedAsync(session.Sql, exchange.Sender, seal) is { } before) return new Claim.SameAgain(before);
                throw new InvalidDataException($"{exchange.Id} is in the ledger already, under another message id.");
            },
            cancellation);

    /// <summary>What (sender, message id, digest) would be answered now; null when nothing was accepted under the id.</summary>
    public Task<Claim?> FindClaimAsync(OrganId sender, MessageId messageId, ContentDigest digest, CancellationToken cancellation) =>
        ReadAsync(async sql => await AcceptedAsync(sql, sender, messageId) is { } earlier ? Again(earlier, digest) : null, cancellation);

    /// <summary>The exchange as it was accepted, or null.</summary>
    public Task<ExchangeRecord?> FindRecordAsync(ExchangeId id, CancellationToken cancellation) => ReadAsync(sql => RecordAsync(sql, id), cancellation);

    private static Task<ExchangeRecord?> RecordAsync(Sql sql, ExchangeId id) =>
        sql.FirstAsync(
            "SELECT exchange_id, sender, message_id, digest, dossier, assurance, signed_by, answered_by_status, accepted_at, receipt FROM exchanges WHERE exchange_id = @id",
            row => new ExchangeRecord(
                ExchangeId.Stored(row.GetString(0)),
                OrganId.Stored(row.GetString(1)),
                MessageId.Stored(row.GetString(2)),
                ContentDigest.Stored(row.Octets(3)),
                Dossier.Parser.ParseFrom(row.Octets(4)),
                AssuranceText.Stored(row.GetString(5)),
                row.TextOrNull(6),
                row.GetBoolean(7),
                row.Time(8),
                row.Octets(9)),
            ("@id", id.ToString()));

    private static Claim Again(AcceptedExchange earlier, ContentDigest digest) =>
        earlier.Digest == digest ? new Claim.SameAgain(earlier) : new Claim.Conflict(earlier);

    private static Task<AcceptedExchange?> AcceptedAsync(Sql sql, OrganId sender, MessageId messageId) =>
        sql.FirstAsync(
            $"SELECT {AcceptedColumns} FROM exchanges WHERE sender = @sender AND message_id = @message",
            row => new AcceptedExchange(ExchangeId.Stored(row.GetString(0)), row.Time(1), ContentDigest.Stored(row.Octets(2)), row.Octets(3)),
            ("@sender", sender.ToString()),
            ("@message", messageId.ToString()));

    private static Task<AcceptedExchange?> SealedAsync(Sql sql, OrganId sender, byte[] seal) =>
        sql.FirstAsync(
            $"SELECT {AcceptedColumns} FROM exchanges WHERE sender = @sender AND seal_digest = @seal",
            row => new AcceptedExchange(ExchangeId.Stored(row.GetString(0)), row.Time(1), ContentDigest.Stored(row.Octets(2)), row.Octets(3)),
            ("@sender", sender.ToString()),
            ("@seal", seal));

    // One statement asks and claims: it waits for an equal claim on another node, and changes nothing when that one is the first.
    private static async Task<bool> InsertAsync(LedgerSession session, NewExchange exchange)
    {
        var (sql, at) = (session.Sql, exchange.AcceptedAt);
        var claimed = await sql.ExecuteAsync(
            """
            INSERT INTO exchanges (exchange_id, sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance, signed_by, answered_by_status, edge, dossier, receipt, seal_digest)
            VALUES (@id, @sender, @message, @kind, @document, @subject, @state, @at, @digest, @assurance, @signed, @statuses, @edge, @dossier, @receipt, @seal)
            ON CONFLICT DO NOTHING
            """,
            ("@id", exchange.Id.ToString()),
            ("@sender", exchange.Sender.ToString()),
            ("@message", exchange.MessageId.ToString()),
            ("@kind", (int)exchange.Dossier.Kind),
            ("@document", exchange.Dossier.DocumentId),
            ("@subject", exchange.Dossier.Subject),
            ("@state", (int)ExchangeState.Accepted),
            ("@at", at.Column()),
            ("@digest", exchange.Digest.ToArray()),
            ("@assurance", AssuranceText.Of(exchange.Assurance)),
            ("@signed", exchange.SignedBy),
            ("@statuses", exchange.AnsweredByStatus),
            ("@edge", exchange.Edge),
            ("@dossier", exchange.Dossier.ToByteArray()),
            ("@receipt", exchange.Receipt),
            ("@seal", exchange.Seal));
        if (claimed == 0) return false;
        foreach (var (attachment, body) in exchange.Parts)
            await sql.DeferAsync(
                "INSERT INTO parts (exchange_id, attachment_id, digest, size) VALUES (@id, @attachment, @digest, @size)",
                ("@id", exchange.Id.ToString()),
                ("@attachment", attachment),
                ("@digest", body.Digest.ToArray()),
                ("@size", body.Size));
        foreach (var delivery in exchange.Deliveries) await EnqueueAsync(session, exchange.Id, delivery, at);
        await KeepAsync(session, exchange.Id, null, new NewEvidence(EvidenceType.SubmissionAcceptance, exchange.Receipt), at);
        await WriteAsync(session, AuditLine.New(at, AuditEvent.Accepted, exchange.Edge) with { Exchange = exchange.Id, Sender = exchange.Sender, Detail = Words(exchange) });
        foreach (var found in exchange.Attachments) await WriteAsync(session, AuditLine.New(at, AuditEvent.AttachmentJudged, exchange.Edge) with { Exchange = exchange.Id, Sender = exchange.Sender, Detail = found });
        session.Changed(exchange.Id);
        return true;
    }

    private static string Words(NewExchange exchange) =>
        $"assurance {AssuranceText.Of(exchange.Assurance)}; translated to {DossierDigest.Algorithm}, SHA-256 {exchange.Digest}; {exchange.Parts.Count} attachments, {exchange.Deliveries.Count} deliveries";

    // Two statements, because the one that looks for its place in a lane is costly to plan, and nearly no delivery has a lane.
    private static async Task EnqueueAsync(LedgerSession session, ExchangeId exchange, NewDelivery delivery, DateTimeOffset at)
    {
        const string Columns =
            """
            INSERT INTO deliveries (delivery_id, exchange_id, receiver, connector, purpose, about, text, state, attempts, due_at, lease_owner, fence, created_at, changed_at, external_id, last_error, seal,
              queued_at, expires_at, watch_at, lane, place)
            """;
        const string InNoLane = Columns + " VALUES (@id, @exchange, @receiver, @connector, @purpose, @about, @text, @state, 0, @at, NULL, 0, @at, @at, '', '', NULL, @at, @expires, @watch, NULL, 1)";
        const string InItsLane = Columns +
            """

            SELECT @id, @exchange, @receiver, @connector, @purpose, CAST(@about AS TEXT), @text, @state, 0, @at, NULL, 0, @at, @at, '', '', NULL, @at, CAST(@expires AS BIGINT), CAST(@watch AS BIGINT),
              to_lane.lane, (SELECT coalesce(max(ahead.place), 0) + 1 FROM deliveries AS ahead WHERE ahead.lane = to_lane.lane AND ahead.state IN (1, 2, 6))
            FROM (
              SELECT coalesce((SELECT one.receiver FROM deliveries AS one WHERE one.delivery_id = CAST(@about AS TEXT)), e.sender) || ' ' || @receiver AS lane
              FROM exchanges AS e WHERE e.exchange_id = @exchange) AS to_lane
            """;
        await session.Sql.DeferAsync(
            delivery.Ordered ? InItsLane : InNoLane,
            ("@id", delivery.Id.ToString()),
            ("@exchange", exchange.ToString()),
            ("@receiver", delivery.Receiver.ToString()),
            ("@connector", delivery.Connector),
            ("@purpose", delivery.Purpose.ToString()),
            ("@about", delivery.About?.ToString()),
            ("@text", delivery.Text),
            ("@state", (int)DeliveryState.Pending),
            ("@expires", delivery.ExpiresAt?.Column()),
            ("@watch", (delivery.WarnAt ?? delivery.ExpiresAt)?.Column()),
            ("@at", at.Column()));
        session.Due(delivery.Connector);
    }

    private static Task KeepAsync(LedgerSession session, ExchangeId exchange, DeliveryId? delivery, NewEvidence evidence, DateTimeOffset at) =>
        session.Sql.DeferAsync(
            "INSERT INTO evidence (exchange_id, delivery_id, type, at, sha256, document) VALUES (@exchange, @delivery, @type, @at, @sha256, @document)",
            ("@exchange", exchange.ToString()),
            ("@delivery", delivery?.ToString()),
            ("@type", evidence.Type),
            ("@at", at.Column()),
            ("@sha256", SHA256.HashData(evidence.Document)),
            ("@document", evidence.Document));
}
