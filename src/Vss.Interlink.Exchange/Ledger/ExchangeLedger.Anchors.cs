using Vss.Interlink.Exchange.Audit;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Which trust anchors the audit knows of.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>Makes these the anchors that are known, with a line in the audit for each that came and each that went, all in one transaction.</summary>
    /// <param name="anchors">What is trusted now, each in words that say all of it.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>How many came and went.</returns>
    public Task<int> RecordAnchorsAsync(IReadOnlyCollection<string> anchors, DateTimeOffset at, CancellationToken cancellation) => _store.WriteAsync(
        async session =>
        {
            var known = (await session.Sql.QueryAsync("SELECT anchor FROM anchors ORDER BY anchor", row => row.GetString(0))).ToHashSet(StringComparer.Ordinal);
            var came = anchors.Where(anchor => !known.Contains(anchor)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var went = known.Except(anchors, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            foreach (var anchor in went)
            {
                // Another node may have seen it go at the same time; one line tells of it.
                if (await session.Sql.ExecuteAsync("DELETE FROM anchors WHERE anchor = @anchor", ("@anchor", anchor)) == 1)
                    await WriteAsync(session, AuditLine.New(at, AuditEvent.AnchorRemoved, "trust") with { Detail = anchor });
            }

            foreach (var anchor in came)
            {
                if (await session.Sql.ExecuteAsync("INSERT INTO anchors (anchor) VALUES (@anchor) ON CONFLICT DO NOTHING", ("@anchor", anchor)) == 1)
                    await WriteAsync(session, AuditLine.New(at, AuditEvent.AnchorAdded, "trust") with { Detail = anchor });
            }

            return came.Count + went.Count;
        },
        cancellation);

    /// <summary>What the audit says of trust anchors, in order.</summary>
    public Task<IReadOnlyList<AuditLine>> ListAnchorAuditAsync(CancellationToken cancellation) => ReadAsync<IReadOnlyList<AuditLine>>(
        async sql => await sql.QueryAsync(
            "SELECT reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail FROM audit WHERE event IN (@added, @removed) ORDER BY audit_id",
            ReadAudit,
            ("@added", (int)AuditEvent.AnchorAdded), ("@removed", (int)AuditEvent.AnchorRemoved)),
        cancellation);
}
