using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// The one writer. Whatever waits when the disk is free goes into one transaction, each action under a savepoint of its own, and one flush answers all:
/// under load many requests share it, alone nobody waits for company.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int LargestGroup = 256;
    private const int MostWaiting = 4096;

    private readonly Channel<Write> _waiting = Channel.CreateBounded<Write>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly LedgerSession _session;
    private readonly LedgerChanges _changes;
    private readonly Task _loop;

    public GroupCommit(SqliteConnection connection, LedgerChanges changes)
    {
        _session = new LedgerSession(new Sql(connection));
        _changes = changes;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs the action in a transaction; the answer comes when it is on the disk. An action that throws leaves nothing behind.</summary>
    /// <param name="action">Runs on the writer's thread: statements only, no waiting.</param>
    /// <param name="cancellation">Counts until the action begins; what has begun is carried through.</param>
    public async Task<T> RunAsync<T>(Func<LedgerSession, T> action, CancellationToken cancellation)
    {
        var write = new Write<T>(action, cancellation);
        await _waiting.Writer.WriteAsync(write, cancellation);
        return await write.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
        _session.Sql.Dispose();
    }

    private void Run()
    {
        List<Write> group = new(LargestGroup);
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && _waiting.Reader.TryRead(out var write)) group.Add(write);
            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<Write> group)
    {
        try
        {
            _session.Sql.Execute("BEGIN IMMEDIATE");
            foreach (var write in group) write.Run(_session);
            _session.Sql.Execute("COMMIT");
        }
        catch (Exception failed)
        {
            // Disk full, I/O error: SQLite may have rolled back by itself already. Nobody of the group is answered with success.
            try
            {
                _session.Sql.Execute("ROLLBACK");
            }
            catch (SqliteException)
            {
            }

            foreach (var write in group) write.Fail(failed);
            _session.TakeChanges();
            return;
        }

        _changes.Publish(_session.TakeChanges());
        foreach (var write in group) write.Succeed();
    }

    private abstract class Write
    {
        public abstract void Run(LedgerSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception failed);
    }

    private sealed class Write<T>(Func<LedgerSession, T> action, CancellationToken cancellation) : Write
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failed;

        public Task<T> Answer => _answer.Task;

        public override void Run(LedgerSession session)
        {
            if (cancellation.IsCancellationRequested)
            {
                _failed = new OperationCanceledException(cancellation);
                return;
            }

            session.Sql.Execute("SAVEPOINT one");
            try
            {
                _result = action(session);
            }
            catch (Exception failed)
            {
                _failed = failed;
                session.Sql.Execute("ROLLBACK TO one");
            }

            session.Sql.Execute("RELEASE one");
        }

        public override void Succeed()
        {
            if (_failed is OperationCanceledException) _answer.TrySetCanceled(cancellation);
            else if (_failed is not null) _answer.TrySetException(_failed);
            else _answer.TrySetResult(_result!);
        }

        public override void Fail(Exception failed) => _answer.TrySetException(_failed ?? failed);
    }
}

/// <summary>What an action of the writer works with.</summary>
internal sealed class LedgerSession(Sql sql)
{
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    public Sql Sql => sql;

    /// <summary>After the commit whoever watches the exchange is told.</summary>
    public void Changed(ExchangeId exchange) => _changed.Add(exchange.ToString());

    /// <summary>After the commit the connector's worker is woken.</summary>
    public void Due(string connector) => _changed.Add(LedgerChanges.WorkFor(connector));

    public IReadOnlyCollection<string> TakeChanges()
    {
        string[] taken = [.. _changed];
        _changed.Clear();
        return taken;
    }
}
