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

    /// <summary>Goes the way of every write, through the queue to the disk, and changes nothing. Throws what a write would: disk full, locked, read-only.</summary>
    public Task ProveWritableAsync(CancellationToken cancellation) => _store.ProveWritableAsync(cancellation);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => _store.ReadAsync(read, cancellation);
}
