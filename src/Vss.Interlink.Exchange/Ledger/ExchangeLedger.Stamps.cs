using System.Data.Common;
using Vss.Interlink.Exchange.Evidence;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Time stamps of evidence. Once they are switched on, the tables themselves put every new piece of evidence into a queue (<c>unstamped</c>), whichever hub writes it; a batch takes pieces out of the queue and
/// into a Merkle tree with one token over its root. Batches, and who is in which, are append-only.
/// </summary>
public sealed partial class ExchangeLedger
{
    private const string BatchColumns = "batch_id, stamped_at, authority, root, leaves, token";

    // Where the queueing of earlier evidence stands: first the rejections, whose references begin with "r-", then the exchanges with "x-".
    private const string FirstRejection = "";
    private const string FirstExchange = "x";

    // What was under way when they were switched on may not have seen that; it has ended by then, and what it wrote counts as earlier evidence.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    // The head of the queue is where the longest waiting is, whatever a clock that stepped wrote there; so many tell.
    private const int Head = 1000;

    /// <summary>From now on evidence waits for time stamps; that there is earlier evidence is noted too. Does nothing when it is so already.</summary>
    public async Task SwitchStampsOnAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(sql => sql.NumberAsync("SELECT since FROM stamping"), cancellation) is not null) return;
        await _store.WriteAsync(
            session => session.Sql.ExecuteAsync("INSERT INTO stamping (one, since, earlier_after) VALUES (1, @now, @first) ON CONFLICT DO NOTHING", ("@now", Clock.GetUtcNow().Column()), ("@first", FirstRejection)), cancellation);
    }

    /// <summary>Queues evidence of the time before stamps were switched on, some at a time. It counts as waiting from now. False: there is no more.</summary>
    /// <param name="max">Exchanges, or rejections, that one transaction looks at.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public async Task<bool> QueueEarlierAsync(int max, CancellationToken cancellation)
    {
        var (since, after) = await ReadAsync(async sql => (await sql.QueryAsync("SELECT since, earlier_after FROM stamping", row => (row.Time(0), row.TextOrNull(1)))).FirstOrDefault(), cancellation);
        if (after is null) return false;
        var now = Clock.GetUtcNow();
        if (since > now + Settled)   // a clock that was ahead switched them on: two minutes from now, then
        {
            await _store.WriteAsync(session => session.Sql.ExecuteAsync("UPDATE stamping SET since = @now WHERE since = @seen", ("@now", now.Column()), ("@seen", since.Column())), cancellation);
            return false;
        }

        if (now < since + Settled) return false;
        return await _store.WriteAsync(session => QueueEarlierAsync(session.Sql, after, max), cancellation);
    }

    /// <summary>Evidence without a time stamp, in the order in which it was queued; that is the longest waiting first, but for clocks that differ or stepped.</summary>
    public Task<IReadOnlyList<UnstampedEvidence>> ListUnstampedAsync(int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<UnstampedEvidence>>(
        async sql => await sql.QueryAsync(
            "SELECT place, subject, sha256, since FROM unstamped ORDER BY place LIMIT @max", row => new UnstampedEvidence(row.GetInt64(0), row.GetString(1), row.Octets(2), row.Time(3)), ("@max", max)),
        cancellation);

    /// <summary>Since when the longest waiting piece of evidence waits for its time stamp; null when none does. Told by the first of the queue.</summary>
    public async Task<DateTimeOffset?> OldestUnstampedAsync(CancellationToken cancellation) =>
        await ReadAsync(sql => sql.NumberAsync("SELECT min(since) FROM (SELECT since FROM unstamped ORDER BY place LIMIT @head) AS head", ("@head", Head)), cancellation) is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    /// <summary>Lets evidence that is dated in the future wait from now on: a clock that was ahead wrote it, and nobody would call it old before that date.</summary>
    /// <param name="evidence">As <see cref="ListUnstampedAsync(int, CancellationToken)"/> gave it.</param>
    /// <param name="latest">A later date is of the future.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>How much of it was.</returns>
    public Task<int> RedateUnstampedAsync(IReadOnlyList<UnstampedEvidence> evidence, DateTimeOffset latest, CancellationToken cancellation) => evidence.Count == 0 ? Task.FromResult(0) : _store.WriteAsync(
        session => session.Sql.ExecuteAsync(
            "UPDATE unstamped SET since = @now WHERE place BETWEEN @from AND @to AND since > @latest",
            ("@now", Clock.GetUtcNow().Column()), ("@from", evidence[0].Place), ("@to", evidence[^1].Place), ("@latest", latest.Column())),
        cancellation);

    /// <summary>Whether time stamps were switched on, how many batches there are, and how much evidence waits.</summary>
    public Task<StampCounts> CountStampsAsync(CancellationToken cancellation) => ReadAsync(
        async sql => (await sql.QueryAsync(
            "SELECT (SELECT count(*) FROM stamping), (SELECT count(*) FROM stamp_batches), (SELECT count(*) FROM unstamped)", row => new StampCounts(row.GetInt64(0) > 0, row.GetInt64(1), row.GetInt64(2)))).Single(),
        cancellation);

    /// <summary>
    /// Writes a batch, in one transaction: all of its evidence leaves the queue and is in this batch and no other. Null: another batch has some of it, and nothing was written.
    /// </summary>
    public async Task<long?> RecordStampsAsync(NewStampBatch batch, CancellationToken cancellation)
    {
        try
        {
            return await _store.WriteAsync(session => RecordStampsAsync(session.Sql, batch), cancellation);
        }
        catch (StampedElsewhereException)
        {
            return null;
        }
    }

    /// <summary>Batches in their order.</summary>
    /// <param name="after">Only later ones; 0 for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops before the read.</param>
    public Task<IReadOnlyList<StampBatch>> ListStampBatchesAsync(long after, int max, CancellationToken cancellation) => ReadAsync<IReadOnlyList<StampBatch>>(
        async sql => await sql.QueryAsync($"SELECT {BatchColumns} FROM stamp_batches WHERE batch_id > @after ORDER BY batch_id LIMIT @max", ReadBatch, ("@after", after), ("@max", max)), cancellation);

    /// <summary>One batch, or null.</summary>
    public Task<StampBatch?> FindStampBatchAsync(long number, CancellationToken cancellation) =>
        ReadAsync(sql => sql.FirstAsync($"SELECT {BatchColumns} FROM stamp_batches WHERE batch_id = @batch", ReadBatch, ("@batch", number)), cancellation);

    /// <summary>Whether every piece of evidence should have a time stamp or wait for one: they are on, and earlier evidence is queued.</summary>
    public async Task<bool> IsStampingWholeAsync(CancellationToken cancellation) =>
        await ReadAsync(sql => sql.NumberAsync("SELECT count(*) FROM stamping WHERE earlier_after IS NULL"), cancellation) > 0;

    /// <summary>Who is in a batch, leaf by leaf, and whether what it is of is known: an exchange, archived or not, or a rejection with this very document.</summary>
    public Task<IReadOnlyList<StampedEvidence>> ListStampedAsync(long batch, CancellationToken cancellation) => ReadAsync<IReadOnlyList<StampedEvidence>>(
        async sql => await sql.QueryAsync(
            """
            SELECT s.subject, s.sha256, s.batch_id, s.leaf,
              CASE WHEN EXISTS (SELECT 1 FROM exchanges AS e WHERE e.exchange_id = s.subject) OR EXISTS (SELECT 1 FROM rejections AS r WHERE r.reference = s.subject AND r.sha256 = s.sha256) THEN 1 ELSE 0 END
            FROM stamped AS s WHERE s.batch_id = @batch ORDER BY s.leaf
            """,
            ReadStamped,
            ("@batch", batch)),
        cancellation);

    private async Task<bool> QueueEarlierAsync(Sql sql, string after, int max)
    {
        var ofExchanges = string.CompareOrdinal(after, FirstExchange) >= 0;
        var page = await sql.QueryAsync(
            ofExchanges ? "SELECT exchange_id FROM exchanges WHERE exchange_id > @after ORDER BY exchange_id LIMIT @max" : "SELECT reference FROM rejections WHERE reference > @after ORDER BY reference LIMIT @max",
            row => row.GetString(0),
            ("@after", after), ("@max", max));
        if (page is [.., var last])
        {
            await sql.ExecuteAsync(
                ofExchanges
                    ? """
                      INSERT INTO unstamped (subject, sha256, since)
                      SELECT e.exchange_id, e.sha256, @now FROM evidence AS e WHERE e.exchange_id > @after AND e.exchange_id <= @last
                        AND NOT EXISTS (SELECT 1 FROM stamped AS s WHERE s.subject = e.exchange_id AND s.sha256 = e.sha256)
                      ORDER BY e.exchange_id, e.evidence_id ON CONFLICT DO NOTHING
                      """
                    : """
                      INSERT INTO unstamped (subject, sha256, since)
                      SELECT r.reference, r.sha256, @now FROM rejections AS r WHERE r.reference > @after AND r.reference <= @last
                        AND NOT EXISTS (SELECT 1 FROM stamped AS s WHERE s.subject = r.reference AND s.sha256 = r.sha256)
                      ORDER BY r.reference ON CONFLICT DO NOTHING
                      """,
                ("@now", Clock.GetUtcNow().Column()), ("@after", after), ("@last", last));
        }

        var next = page.Count == max ? page[^1] : ofExchanges ? null : FirstExchange;
        await sql.ExecuteAsync("UPDATE stamping SET earlier_after = CAST(@next AS TEXT)", ("@next", next));
        return next is not null;
    }

    private static async Task<long> RecordStampsAsync(Sql sql, NewStampBatch batch)
    {
        var number = await sql.NumberAsync(
            "INSERT INTO stamp_batches (stamped_at, authority, size, root, leaves, token) VALUES (@at, @authority, @size, @root, @leaves, @token) RETURNING batch_id",
            ("@at", batch.StampedAt.Column()), ("@authority", batch.Authority), ("@size", batch.Evidence.Count), ("@root", batch.Root), ("@leaves", batch.Leaves), ("@token", batch.Token));

        // Places come one after the other but for few gaps, so a few statements move many rows. In a run without gaps there is no row that was not read.
        foreach (var (first, count) in batch.Runs())
        {
            var (from, to) = (batch.Evidence[first].Place, batch.Evidence[first + count - 1].Place);
            var taken = await sql.ExecuteAsync(
                "INSERT INTO stamped (subject, sha256, batch_id, leaf) SELECT subject, sha256, @batch, place - @shift FROM unstamped WHERE place BETWEEN @from AND @to",
                ("@batch", number), ("@shift", from - first), ("@from", from), ("@to", to));
            var left = await sql.ExecuteAsync("DELETE FROM unstamped WHERE place BETWEEN @from AND @to", ("@from", from), ("@to", to));
            if (taken != count || left != count) throw new StampedElsewhereException();
        }

        return number!.Value;
    }

    private static StampBatch ReadBatch(DbDataReader row) => new(row.GetInt64(0), row.Time(1), row.GetString(2), row.Octets(3), row.Octets(4), row.Octets(5));

    private static StampedEvidence ReadStamped(DbDataReader row) => new(row.GetString(0), row.Octets(1), row.GetInt64(2), row.GetInt32(3), row.GetInt32(4) == 1);

    // Rolls the transaction back.
    private sealed class StampedElsewhereException : Exception;
}
