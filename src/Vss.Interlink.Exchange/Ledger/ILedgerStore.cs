namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Where the rows of a ledger are: a SQLite file, or a PostgreSQL data base. What is in them is <see cref="ExchangeLedger"/>'s business alone.</summary>
internal interface ILedgerStore : IAsyncDisposable
{
    /// <summary>Whom it tells that something was committed.</summary>
    LedgerChanges Changes { get; }

    /// <summary>What a subquery says so that several nodes that take rows at once take different ones without waiting; empty where there is one writer.</summary>
    string SkipLocked { get; }

    /// <summary>What a query says that makes the next one who says it wait until this transaction ends; empty where there is one writer.</summary>
    string RowLock { get; }

    /// <summary>Begins a transaction that only reads, and sees nothing that was committed after its first statement.</summary>
    string BeginSnapshot { get; }

    /// <summary>What asks the data base for its time, in milliseconds since 1970; null where the ledger is a file, and goes by this machine's clock.</summary>
    string? ItsTime { get; }

    /// <summary>Runs the action in a transaction; the answer comes when it is on the disk. An action that throws leaves nothing behind.</summary>
    /// <param name="action">Statements only, no other waiting. It may be run again when the data base asks for it, so it must not change what it was given.</param>
    /// <param name="cancellation">Counts until the action begins; what has begun is carried through.</param>
    Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation);

    /// <summary>Reads what was committed last, on a connection of its own.</summary>
    Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation);

    /// <summary>Goes the way of every write, through the queue to the disk, and changes nothing. Throws what a write would: disk full, locked, read-only.</summary>
    Task ProveWritableAsync(CancellationToken cancellation);
}
