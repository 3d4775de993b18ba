using System.Data.Common;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A store in which something happens once, before one of the statements of its reads.</summary>
/// <param name="store">The store.</param>
/// <param name="stop">Before which statement, from 0.</param>
/// <param name="happens">What happens.</param>
internal sealed class InterleavingStore(ILedgerStore store, int stop, Func<Task> happens) : ILedgerStore
{
    private int _statements;

    public bool Happened => _statements > stop;

    public LedgerChanges Changes => store.Changes;

    public string SkipLocked => store.SkipLocked;

    public string RowLock => store.RowLock;

    public string BeginSnapshot => store.BeginSnapshot;

    public string? ItsTime => store.ItsTime;

    public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation) => store.WriteAsync(action, cancellation);

    public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => store.ReadAsync(sql => read(new InterleavedSql(sql, this)), cancellation);

    public Task ProveWritableAsync(CancellationToken cancellation) => store.ProveWritableAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private Task StepAsync() => _statements++ == stop ? happens() : Task.CompletedTask;

    private sealed class InterleavedSql(Sql sql, InterleavingStore store) : Sql
    {
        public override async Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values)
        {
            await store.StepAsync();
            return await sql.ExecuteAsync(text, values);
        }

        // It goes with the next one.
        public override Task DeferAsync(string text, params (string Name, object? Value)[] values) => sql.DeferAsync(text, values);

        public override async Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
        {
            await store.StepAsync();
            return await sql.QueryAsync(text, read, values);
        }

        public override ValueTask DisposeAsync() => sql.DisposeAsync();
    }
}
