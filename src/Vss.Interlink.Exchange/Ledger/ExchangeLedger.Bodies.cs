using Vss.Interlink.Exchange.Audit;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Which bodies are named, and how much work is open.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>Whether an exchange has the body among its parts.</summary>
    internal Task<bool> NamesBodyAsync(ContentDigest digest, CancellationToken cancellation) =>
        ReadAsync(async sql => await sql.NumberAsync("SELECT count(*) FROM (SELECT 1 FROM parts WHERE digest = @digest LIMIT 1) AS named", ("@digest", digest.ToArray())) > 0, cancellation);

    /// <summary>Whether any exchange has a body among its parts.</summary>
    public async Task<bool> NamesBodiesAsync(CancellationToken cancellation) => (await ListBodiesAsync(null, 1, cancellation)).Count > 0;

    /// <summary>Bodies that exchanges have among their parts, in the order of their digests.</summary>
    /// <param name="after">The last one of the answer before; null from the beginning.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    internal Task<IReadOnlyList<ContentDigest>> ListBodiesAsync(ContentDigest? after, int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<ContentDigest>>(
        async sql => await sql.QueryAsync(
            "SELECT DISTINCT digest FROM parts WHERE digest > @after ORDER BY digest LIMIT @max",
            row => ContentDigest.Stored(row.Octets(0)),
            ("@after", after?.ToArray() ?? []),
            ("@max", max)),
        cancellation);

    /// <summary>What the audit says of runs over all bodies, in order.</summary>
    public Task<IReadOnlyList<AuditLine>> ListBodyAuditAsync(CancellationToken cancellation) => ReadAsync<IReadOnlyList<AuditLine>>(
        async sql => await sql.QueryAsync(
            "SELECT reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail FROM audit WHERE event IN (@scrubbed, @rekeyed, @collected) ORDER BY audit_id",
            ReadAudit,
            ("@scrubbed", (int)AuditEvent.BodiesScrubbed), ("@rekeyed", (int)AuditEvent.BodiesRekeyed), ("@collected", (int)AuditEvent.BodiesCollected)),
        cancellation);

    /// <summary>Deliveries that have still to be made, pending or leased; counted up to a number and no further.</summary>
    internal Task<long> CountOutstandingAsync(long upTo, CancellationToken cancellation) =>
        ReadAsync(async sql => await sql.NumberAsync("SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE due_at IS NOT NULL LIMIT @max) AS outstanding", ("@max", upTo)) ?? 0, cancellation);
}
