using Microsoft.Extensions.Logging;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// A PostgreSQL data base that any number of nodes share. Several writers with group commit, readers from a pool, one connection that listens to what other
/// nodes committed. Coordination is the data base's alone: unique indexes, row locks, advisory locks.
/// </summary>
/// <threadsafety>Safe for any number of threads.</threadsafety>
internal sealed class PostgresStore : ILedgerStore
{
    // While one flushes the next group is at work. More would only make smaller groups: commits that notify are flushed one after the other.
    private const int Writers = 4;

    // Seconds: longer than any lock is waited for. A server that answers no more must not keep the queue for long.
    private const int WriterPatience = 15;

    private readonly NpgsqlDataSource _readers;
    private readonly PostgresListener _listener;
    private readonly GroupCommit _writers;

    /// <summary>Checks the server and brings the tables to this hub's version.</summary>
    public PostgresStore(string connectionString, TimeProvider clock, ILogger logger)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "interlink", MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, NoResetOnClose = true, Enlist = false };
        if (given.Host?.Contains(',', StringComparison.Ordinal) == true) given.TargetSessionAttributes = "primary";
        _readers = new NpgsqlDataSourceBuilder(given.ConnectionString).UsePhysicalConnectionInitializer(PostgresSettings.PrepareToRead, PostgresSettings.PrepareToReadAsync).Build();
        var own = new NpgsqlConnectionStringBuilder(given.ConnectionString) { Pooling = false, KeepAlive = 10 }.ConnectionString;
        var node = Guid.NewGuid().ToString("N");
        try
        {
            using (var first = new NpgsqlConnection(own))
            {
                first.Open();
                PostgresSettings.Check(first);
                PostgresSchema.Migrate(first, clock.GetUtcNow());
                PostgresPartitions.TryMakeAhead(first, clock.GetUtcNow(), logger);
            }

            var writing = new NpgsqlConnectionStringBuilder(own) { CommandTimeout = WriterPatience }.ConnectionString;
            _writers = new GroupCommit([.. Enumerable.Range(0, Writers).Select(_ => new PostgresWriter(writing, node))], Changes);
            _listener = new PostgresListener(own, node, Changes, clock, logger);
        }
        catch
        {
            _readers.Dispose();
            throw;
        }
    }

    public LedgerChanges Changes { get; } = new();

    public string SkipLocked => "FOR UPDATE SKIP LOCKED";

    // Not FOR UPDATE, which would also wait for every transaction that inserts a row which refers to this one.
    public string RowLock => "FOR NO KEY UPDATE";

    public string BeginSnapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    public string? ItsTime => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation) => _writers.RunAsync(action, cancellation);

    public async Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                await using var sql = new PostgresSql(await _readers.OpenConnectionAsync(cancellation));
                return await read(sql);
            }
            catch (NpgsqlException lost) when (!again && PostgresWriter.IsLost(lost))
            {
                // Connections of the pool may have been dead since the server was last restarted.
                _readers.Clear();
            }
        }
    }

    public Task ProveWritableAsync(CancellationToken cancellation) =>
        // A line in the write-ahead log that belongs to no table: the commit must be flushed for it, and nothing is changed.
        _writers.RunAsync(session => session.Sql.ExecuteAsync("SELECT pg_logical_emit_message(true, 'interlink', 'writable')"), cancellation).WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _writers.DisposeAsync();
        await _listener.DisposeAsync();
        await _readers.DisposeAsync();
    }
}
