using System.Data.Common;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What is kept how long: archives and legal holds. The row of an exchange stays for ever, because it is the claim on its message id and holds the receipt of every repeat.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>Exchanges that may be archived, the oldest first: finished, nothing since, under no hold, and none of their evidence waits for its time stamp.</summary>
    /// <param name="before">Nothing happened to them from then on.</param>
    /// <param name="after">Only later ones, or null for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<ExchangeId>> ListArchivableAsync(DateTimeOffset before, ExchangeId? after, int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<ExchangeId>>(
        // What is archived has no deliveries, so their first exchange is where to begin; the millions before it are not walked over again. Evidence waits for its time stamp when the tables say so, also
        // while the configuration has none; where they were never on, both tables are empty.
        async sql => await sql.QueryAsync(
            """
            SELECT e.exchange_id FROM exchanges AS e WHERE e.exchange_id >= (SELECT min(exchange_id) FROM deliveries) AND e.exchange_id > @after AND e.exchange_id < @floor AND e.state IN (2, 3)
              AND EXISTS (SELECT 1 FROM deliveries AS d WHERE d.exchange_id = e.exchange_id)
              AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.exchange_id = e.exchange_id AND d.changed_at >= @before)
              AND NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.exchange_id = e.exchange_id AND h.released_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM unstamped AS u WHERE u.subject = e.exchange_id)
              AND NOT EXISTS (SELECT 1 FROM stamping WHERE e.exchange_id > earlier_after)
            ORDER BY e.exchange_id LIMIT @max
            """,
            row => ExchangeId.Stored(row.GetString(0)),
            ("@after", after?.ToString() ?? ""),
            ("@floor", ExchangeId.Floor(before)),
            ("@before", before.Column()),
            ("@max", max)),
        cancellation);

    /// <summary>
    /// Takes an exchange out of the tables, because all of it is in an archive that is on the disk; the claim and the receipt stay. False: it is under hold, not finished,
    /// evidence of it waits for its time stamp, or it is gone already, and nothing was changed.
    /// </summary>
    public Task<bool> RemoveArchivedAsync(ExchangeId exchange, ArchiveFile archive, string by, CancellationToken cancellation) => _store.WriteAsync(
        async session =>
        {
            var (sql, id) = (session.Sql, ("@id", (object?)exchange.ToString()));
            if (!await TurnstileAsync(session, exchange)) return false;
            var at = Clock.GetUtcNow();
            var archived = await sql.ExecuteAsync(
                """
                INSERT INTO archived (exchange_id, archive, sha256, at)
                SELECT exchange_id, @archive, @sha256, @at FROM exchanges WHERE exchange_id = @id AND state IN (2, 3) AND NOT EXISTS (SELECT 1 FROM holds WHERE exchange_id = @id AND released_at IS NULL)
                  AND NOT EXISTS (SELECT 1 FROM unstamped WHERE subject = @id)
                ON CONFLICT DO NOTHING
                """,
                id, ("@archive", archive.Name), ("@sha256", archive.Sha256), ("@at", at.Column()));
            if (archived == 0) return false;
            foreach (var table in (string[])["evidence", "parts", "deliveries"]) await sql.DeferAsync($"DELETE FROM {table} WHERE exchange_id = @id", id);
            await sql.DeferAsync("DELETE FROM audit WHERE exchange_id = @id AND event <= 6", id);
            await sql.DeferAsync("UPDATE exchanges SET dossier = @nothing, document_id = '', subject = '', signed_by = NULL WHERE exchange_id = @id", id, ("@nothing", Array.Empty<byte>()));
            await WriteAsync(session, AuditLine.New(at, AuditEvent.Archived, "inside") with { Exchange = exchange, Detail = $"{archive.Name}, SHA-256 {Convert.ToHexStringLower(archive.Sha256)}, by {by}" });
            session.Changed(exchange);
            return true;
        },
        cancellation);

    /// <summary>The archive that holds the exchange, or null while the ledger does.</summary>
    public Task<ArchiveFile?> FindArchiveAsync(ExchangeId exchange, CancellationToken cancellation) => ReadAsync(sql => ArchiveAsync(sql, exchange), cancellation);

    /// <summary>The next archive that the ledger refers to, in the order of their names: once, or once for each SHA-256 where rows do not agree on it; empty after the last.</summary>
    /// <param name="after">Name of the one before; empty for the first.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<ArchiveFile>> NextArchiveAsync(string after, CancellationToken cancellation) => ReadAsync<IReadOnlyList<ArchiveFile>>(
        async sql => await sql.QueryAsync(
            "SELECT DISTINCT archive, sha256 FROM archived WHERE archive = (SELECT min(archive) FROM archived WHERE archive > @after)", row => new ArchiveFile(row.GetString(0), row.Octets(1)), ("@after", after)),
        cancellation);

    /// <summary>Puts an exchange under hold: until the hold is released nothing of it is archived. Null: there is no such exchange.</summary>
    public Task<LegalHold?> PlaceHoldAsync(ExchangeId exchange, string by, string reason, CancellationToken cancellation) => _store.WriteAsync<LegalHold?>(
        async session =>
        {
            if (!await TurnstileAsync(session, exchange)) return null;
            var at = Clock.GetUtcNow().ToTheMillisecond();
            var hold = new LegalHold("h-" + Guid.CreateVersion7(at).ToString("N"), exchange, by, reason, at, null, null, null);
            await session.Sql.DeferAsync(
                "INSERT INTO holds (hold_id, exchange_id, placed_by, reason, placed_at) VALUES (@hold, @id, @by, @reason, @at)",
                ("@hold", hold.Id), ("@id", exchange.ToString()), ("@by", by), ("@reason", reason), ("@at", at.Column()));
            await WriteAsync(session, AuditLine.New(at, AuditEvent.HoldPlaced, "inside") with { Exchange = exchange, Detail = $"{hold.Id} by {by}: {reason}" });
            return hold;
        },
        cancellation);

    /// <summary>Lifts a hold. Null: there is none with this id that stands.</summary>
    public Task<LegalHold?> ReleaseHoldAsync(string hold, string by, string reason, CancellationToken cancellation) => _store.WriteAsync(
        async session =>
        {
            var at = Clock.GetUtcNow();
            var released = await session.Sql.FirstAsync(
                $"UPDATE holds SET released_by = @by, release_reason = @reason, released_at = @at WHERE hold_id = @hold AND released_at IS NULL RETURNING {HoldColumns}",
                ReadHold,
                ("@hold", hold), ("@by", by), ("@reason", reason), ("@at", at.Column()));
            if (released is not null) await WriteAsync(session, AuditLine.New(at, AuditEvent.HoldReleased, "inside") with { Exchange = released.Exchange, Detail = $"{hold} by {by}: {reason}" });
            return released;
        },
        cancellation);

    /// <summary>Holds, the oldest first.</summary>
    /// <param name="released">Those that were lifted too.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<LegalHold>> ListHoldsAsync(bool released, CancellationToken cancellation) => ReadAsync<IReadOnlyList<LegalHold>>(
        async sql => await sql.QueryAsync($"SELECT {HoldColumns} FROM holds {(released ? "" : "WHERE released_at IS NULL")} ORDER BY hold_id", ReadHold), cancellation);

    /// <summary>Ids of exchanges in their order, archived ones too.</summary>
    /// <param name="after">Only later ones, or null for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<ExchangeId>> ListIdsAsync(ExchangeId? after, int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<ExchangeId>>(
        async sql => await sql.QueryAsync(
            "SELECT exchange_id FROM exchanges WHERE exchange_id > @after ORDER BY exchange_id LIMIT @max", row => ExchangeId.Stored(row.GetString(0)), ("@after", after?.ToString() ?? ""), ("@max", max)),
        cancellation);

    private const string HoldColumns = "hold_id, exchange_id, placed_by, reason, placed_at, released_by, release_reason, released_at";

    private static Task<ArchiveFile?> ArchiveAsync(Sql sql, ExchangeId exchange) =>
        sql.FirstAsync("SELECT archive, sha256 FROM archived WHERE exchange_id = @id", row => new ArchiveFile(row.GetString(0), row.Octets(1)), ("@id", exchange.ToString()));

    private static LegalHold ReadHold(DbDataReader row) => new(
        row.GetString(0), ExchangeId.Stored(row.GetString(1)), row.GetString(2), row.GetString(3), row.Time(4), row.TextOrNull(5), row.TextOrNull(6), row.IsDBNull(7) ? null : row.Time(7));

    // A hold and an archiving of one exchange at the same moment: the second one waits here and then sees what the first one did. False: no such exchange.
    private async Task<bool> TurnstileAsync(LedgerSession session, ExchangeId exchange) =>
        await session.Sql.NumberAsync($"SELECT state FROM exchanges WHERE exchange_id = @id {_store.RowLock}", ("@id", exchange.ToString())) is not null;
}

/// <summary>An archive by name, and the SHA-256 of the whole file.</summary>
public sealed record ArchiveFile(string Name, byte[] Sha256);

/// <summary>A legal hold: who wanted which exchange kept, why and since when; and who lifted it, if somebody did.</summary>
public sealed record LegalHold(string Id, ExchangeId Exchange, string PlacedBy, string Reason, DateTimeOffset PlacedAt, string? ReleasedBy, string? ReleaseReason, DateTimeOffset? ReleasedAt);
