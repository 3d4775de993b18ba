using System.Data.Common;
using Npgsql;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Writes as the hub does, one action a transaction, each statement by itself: what is sent together otherwise is no less separate for the server. It stands still once, before one of its statements or the commit.</summary>
internal sealed class SteppedStore(string database, int stopsBefore) : ILedgerStore
{
    private readonly string _connection = new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString;
    private readonly TaskCompletionSource _stands = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _statements;

    public Task Stands => _stands.Task;

    public LedgerChanges Changes { get; } = new();

    public string SkipLocked => "FOR UPDATE SKIP LOCKED";

    public string RowLock => "FOR NO KEY UPDATE";

    public string BeginSnapshot => throw new NotSupportedException("It steps through writes.");

    public string? ItsTime => null;

    public void GoOn() => _goesOn.TrySetResult();

    public async Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        await using var writer = new PostgresWriter(_connection, "stepped");
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                var session = await writer.BeginAsync(alone: true);
                var stepped = new LedgerSession(new SteppedSql(session.Sql, this));
                var result = await action(stepped);
                await StepAsync();
                committing = true;
                await writer.CommitAsync(session);
                return result;
            }
            catch (PostgresException failed)
            {
                await writer.RollbackAsync();
                if (attempt == 5 || writer.Judge(failed, committing) != WriteFailure.Passing) throw;
            }
        }
    }

    public async Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync(cancellation);
        await using var sql = new PostgresSql(connection);
        return await read(sql);
    }

    public Task ProveWritableAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task StepAsync()
    {
        if (_statements++ != stopsBefore) return;
        _stands.SetResult();
        await _goesOn.Task;
    }

    private sealed class SteppedSql(Sql sql, SteppedStore store) : Sql
    {
        public override async Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values)
        {
            await store.StepAsync();
            return await sql.ExecuteAsync(text, values);
        }

        public override Task DeferAsync(string text, params (string Name, object? Value)[] values) => ExecuteAsync(text, values);

        public override async Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
        {
            await store.StepAsync();
            return await sql.QueryAsync(text, read, values);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
