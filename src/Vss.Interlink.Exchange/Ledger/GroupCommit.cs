using System.Threading.Channels;
using System.Data.Common;

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

    public GroupCommit(DbConnection connection, LedgerChanges changes)
    {
        _session = new LedgerSession(new Sql(connection));
        _changes = changes;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs the action in a transaction; the answer comes when it is on the disk. An action that throws leaves nothing behind.</summary>
    /// <param name="action">Runs on the writer's thread: statements only, no other waiting.</param>
    /// <param name="cancellation">Counts until the action begins; what has begun is carried through.</param>
    public async Task<T> RunAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        var write = new Write<T>(action, cancellation);
        await _waiting.Writer.WriteAsync(write, cancellation);
        return await write.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
        await _session.Sql.DisposeAsync();
    }

    private void Run()
    {
        List<Write> group = new(LargestGroup);
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && _waiting.Reader.TryRead(out var write)) group.Add(write);
            CommitAsync(group).GetAwaiter().GetResult();
            group.Clear();
        }
    }

    private async Task CommitAsync(List<Write> group)
    {
        try
        {
            await _session.Sql.ExecuteAsync("BEGIN IMMEDIATE");
            foreach (var write in group) await write.RunAsync(_session);
            await _session.Sql.ExecuteAsync("COMMIT");
        }
        catch (Exception failed)
        {
            // Disk full, I/O error: SQLite may have rolled back by itself already. Nobody of the group is answered with success.
            try
            {
                await _session.Sql.ExecuteAsync("ROLLBACK");
            }
            catch (DbException)
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
        public abstract Task RunAsync(LedgerSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception failed);
    }

    private sealed class Write<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation) : Write
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failed;

        public Task<T> Answer => _answer.Task;

        public override async Task RunAsync(LedgerSession session)
        {
            if (cancellation.IsCancellationRequested)
            {
                _failed = new OperationCanceledException(cancellation);
                return;
            }

            await session.Sql.ExecuteAsync("SAVEPOINT one");
            try
            {
                _result = await action(session);
            }
            catch (Exception failed)
            {
                _failed = failed;
                await session.Sql.ExecuteAsync("ROLLBACK TO one");
            }

            await session.Sql.ExecuteAsync("RELEASE one");
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
