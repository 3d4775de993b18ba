using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// What the hub knows and may not forget: exchanges, deliveries, evidence, audit. Whatever an awaited write has answered is on the disk, and whatever its
/// unique indexes and compare-and-set steps say is so on every node.
/// </summary>
/// <threadsafety>Safe for any number of threads; several processes may share the store.</threadsafety>
public sealed partial class ExchangeLedger : IAsyncDisposable
{
    private readonly ILedgerStore _store;

    internal ExchangeLedger(ILedgerStore store, TimeProvider clock) => (_store, Clock) = (store, clock);

    internal LedgerChanges Changes => _store.Changes;

    internal TimeProvider Clock { get; }

    /// <summary>The ledger in one SQLite file, which is made or migrated.</summary>
    /// <exception cref="InvalidOperationException">A newer hub wrote it.</exception>
    public static ExchangeLedger OpenSqlite(string file, TimeProvider clock) => new(new SqliteStore(file, clock), clock);

    /// <summary>The ledger in a PostgreSQL data base, which any number of nodes share; its tables are made or migrated.</summary>
    /// <param name="connectionString">Npgsql's. A password is better not in it: the driver also looks in PGPASSFILE and PGPASSWORD.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="logger">Hears of lost connections.</param>
    /// <exception cref="InvalidOperationException">A hub that is too new wrote it, or the server does not flush what it commits.</exception>
    /// <exception cref="System.Data.Common.DbException">The server cannot be reached, or refuses.</exception>
    public static ExchangeLedger OpenPostgres(string connectionString, TimeProvider clock, ILogger<ExchangeLedger> logger) => new(new PostgresStore(connectionString, clock, logger), clock);

    /// <summary>Goes the way of every write, through the queue to the disk, and changes nothing. Throws what a write would: disk full, locked, read-only.</summary>
    public Task ProveWritableAsync(CancellationToken cancellation) => _store.ProveWritableAsync(cancellation);

    /// <summary>How far this node's clock is ahead of the data base's, at least: what the question may have taken on its way is not counted. Negative: behind. Zero where the ledger is a file.</summary>
    /// <param name="cancellation">Stops before the question.</param>
    public async Task<TimeSpan> ClockAheadAsync(CancellationToken cancellation)
    {
        if (_store.ItsTime is not { } question) return TimeSpan.Zero;
        return await ReadAsync(
            async sql =>
            {
                var asked = Clock.GetUtcNow();
                var its = DateTimeOffset.FromUnixTimeMilliseconds(await sql.NumberAsync(question) ?? throw new InvalidDataException("The data base has no time."));
                var answered = Clock.GetUtcNow();
                return asked > its ? asked - its : answered < its ? answered - its : TimeSpan.Zero;
            },
            cancellation);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => _store.ReadAsync(read, cancellation);
}
