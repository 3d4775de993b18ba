namespace Vss.Interlink.Exchange.Ledger;

/// <summary>One connection through which <see cref="GroupCommit"/> writes, one transaction after the other.</summary>
internal interface ILedgerWriter : IAsyncDisposable
{
    /// <summary>Begins a transaction, on a new connection where the last one was lost.</summary>
    /// <param name="alone">Whether one action has it for itself. One that is shared waits for no lock for long: its actions are better run one by one.</param>
    /// <exception cref="Exception">Whatever it is, the store is away: the name service, a certificate, a server that is none to write to.</exception>
    Task<LedgerSession> BeginAsync(bool alone);

    /// <summary>Returns when the transaction is on the disk; other nodes are told of the session's changes with it.</summary>
    Task CommitAsync(LedgerSession session);

    /// <summary>Ends the transaction, if there still is one, without a trace. Throws nothing.</summary>
    Task RollbackAsync();

    /// <summary>What a failure after the beginning means for what was written.</summary>
    /// <param name="failed">What was thrown.</param>
    /// <param name="committing">Whether the commit was on its way.</param>
    WriteFailure Judge(Exception failed, bool committing);
}

/// <summary>What a failed transaction means.</summary>
internal enum WriteFailure
{
    /// <summary>An action's own fault. Nothing was written.</summary>
    OfAction,

    /// <summary>A race or a deadlock with another transaction: the next time it may go well. Nothing was written.</summary>
    Passing,

    /// <summary>Another transaction holds what is wanted, for longer than it was waited for. Nothing was written.</summary>
    Locked,

    /// <summary>The connection was lost before the commit. Nothing was written.</summary>
    ConnectionLost,

    /// <summary>The store does not write, or nobody can say whether it did. Nobody may be told that it went well, and nothing may be run again.</summary>
    OfStore,
}
