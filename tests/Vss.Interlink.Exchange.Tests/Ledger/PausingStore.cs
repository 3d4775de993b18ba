using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A store whose user stands still after each of its transactions for as long as the test wants.</summary>
internal sealed class PausingStore(ILedgerStore store, Func<Task> between) : ILedgerStore
{
    public LedgerChanges Changes => store.Changes;

    public string SkipLocked => store.SkipLocked;

    public string RowLock => store.RowLock;

    public string BeginSnapshot => store.BeginSnapshot;

    public string? ItsTime => store.ItsTime;

    public async Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        var written = await store.WriteAsync(action, cancellation);
        await between();
        return written;
    }

    public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => store.ReadAsync(read, cancellation);

    public Task ProveWritableAsync(CancellationToken cancellation) => store.ProveWritableAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
