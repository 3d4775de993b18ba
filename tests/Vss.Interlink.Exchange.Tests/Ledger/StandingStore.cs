using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A store whose data base stands still for as long as the test wants: nothing fails, and nothing is answered.</summary>
internal sealed class StandingStore(ILedgerStore store) : ILedgerStore
{
    private volatile TaskCompletionSource? _still;

    public LedgerChanges Changes => store.Changes;

    public string SkipLocked => store.SkipLocked;

    public string RowLock => store.RowLock;

    public string BeginSnapshot => store.BeginSnapshot;

    public string? ItsTime => store.ItsTime;

    public void StandStill() => _still = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _still?.SetResult();

    public async Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        await (_still?.Task ?? Task.CompletedTask);
        return await store.WriteAsync(action, cancellation);
    }

    public async Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation)
    {
        await (_still?.Task ?? Task.CompletedTask);
        return await store.ReadAsync(read, cancellation);
    }

    public Task ProveWritableAsync(CancellationToken cancellation) => store.ProveWritableAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
