using System.Data.Common;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A statement with the values that it ran with.</summary>
internal sealed record Statement(string Text, IReadOnlyList<(string Name, object? Value)> Values);

/// <summary>A store that remembers each statement once.</summary>
internal sealed class RecordingStore(ILedgerStore store) : ILedgerStore
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Statement> Statements => _statements.Values;

    public LedgerChanges Changes => store.Changes;

    public string SkipLocked => store.SkipLocked;

    public string RowLock => store.RowLock;

    public string BeginSnapshot => store.BeginSnapshot;

    public string? ItsTime => store.ItsTime;

    public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation) => store.WriteAsync(session => action(new LedgerSession(new Recorder(session.Sql, Keep))), cancellation);

    public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => store.ReadAsync(sql => read(new Recorder(sql, Keep)), cancellation);

    public Task ProveWritableAsync(CancellationToken cancellation) => store.ProveWritableAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private void Keep(string text, (string Name, object? Value)[] values) => _statements.TryAdd(text, new Statement(text, values));

    private sealed class Recorder(Sql sql, Action<string, (string Name, object? Value)[]> keep) : Sql
    {
        public override Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values)
        {
            keep(text, values);
            return sql.ExecuteAsync(text, values);
        }

        public override Task DeferAsync(string text, params (string Name, object? Value)[] values)
        {
            keep(text, values);
            return sql.DeferAsync(text, values);
        }

        public override Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
        {
            keep(text, values);
            return sql.QueryAsync(text, read, values);
        }

        public override ValueTask DisposeAsync() => sql.DisposeAsync();
    }
}
