using System.Threading.Channels;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// The queue of writes. Whatever waits when a writer is free goes into one transaction, and one flush answers all: under load many requests share it, alone
/// nobody waits for company. When one action of a group fails, the group is rolled back and each is run again in a transaction of its own, so that an action's
/// failure is its own, and the many groups without a failure pay nothing for it.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int LargestGroup = 256;
    private const int MostWaiting = 4096;
    private const int MostAttempts = 5;

    private readonly Channel<Write> _waiting = Channel.CreateBounded<Write>(new BoundedChannelOptions(MostWaiting));
    private readonly LedgerChanges _changes;
    private readonly Task[] _loops;

    public GroupCommit(IReadOnlyList<ILedgerWriter> writers, LedgerChanges changes)
    {
        _changes = changes;

        // A thread for each: a flush to the disk would keep one of the pool's away from requests.
        _loops = [.. writers.Select(writer => Task.Factory.StartNew(() => Serve(writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Runs the action in a transaction; the answer comes when it is on the disk. An action that throws leaves nothing behind.</summary>
    /// <param name="action">Statements only, no other waiting. May be run several times; the last run is the one that counts.</param>
    /// <param name="cancellation">Counts until the action begins; what has begun is carried through.</param>
    public async Task<T> RunAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        var write = new Write<T>(action, cancellation);
        await _waiting.Writer.WriteAsync(write, cancellation);
        return await write.Answer;
    }

    /// <summary>Returns when everything that was queued is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_loops);
    }

    private void Serve(ILedgerWriter writer)
    {
        List<Write> group = new(LargestGroup);
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && _waiting.Reader.TryRead(out var write)) group.Add(write);
            if (group.Count > 0) AnswerAsync(writer, group).GetAwaiter().GetResult();
            group.Clear();
        }

        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task AnswerAsync(ILedgerWriter writer, IReadOnlyList<Write> group)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await FailureAsync(writer, group) is not var (failure, failed))
            {
                foreach (var write in group) write.Succeed();
                return;
            }

            if (group.Count > 1 && failure is WriteFailure.OfAction or WriteFailure.Passing or WriteFailure.Locked)
            {
                foreach (var write in group) await AnswerAsync(writer, [write]);
                return;
            }

            // Who waited alone for a lock waited long, and all behind him with him: of a table that is being rebuilt nobody can say when it will be free.
            // One new connection, because the old one may have been dead for hours; more would keep the queue waiting for a data base that is away.
            var again = failure switch { WriteFailure.Passing => attempt < MostAttempts, WriteFailure.ConnectionLost => attempt == 1, _ => false };
            if (again) continue;
            foreach (var write in group) write.Fail(failed);
            return;
        }
    }

    private async Task<(WriteFailure Failure, Exception What)?> FailureAsync(ILedgerWriter writer, IReadOnlyList<Write> group)
    {
        var (begun, committing) = (false, false);
        try
        {
            var session = await writer.BeginAsync(alone: group.Count == 1);
            begun = true;
            foreach (var write in group) await write.RunAsync(session);
            committing = true;
            await writer.CommitAsync(session);
            _changes.Publish(session.Changes);
            return null;
        }
        catch (Exception failed)
        {
            await writer.RollbackAsync();
            return (begun ? writer.Judge(failed, committing) : WriteFailure.OfStore, failed);   // no action was asked yet, so none is to blame, and run one by one each would wait for the same
        }
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
        private bool _begun;
        private T? _result;

        public Task<T> Answer => _answer.Task;

        public override async Task RunAsync(LedgerSession session)
        {
            if (!_begun && cancellation.IsCancellationRequested) return;
            _begun = true;
            _result = await action(session);
        }

        public override void Succeed()
        {
            if (_begun) _answer.TrySetResult(_result!);
            else _answer.TrySetCanceled(cancellation);
        }

        public override void Fail(Exception failed) => _answer.TrySetException(failed);
    }
}
