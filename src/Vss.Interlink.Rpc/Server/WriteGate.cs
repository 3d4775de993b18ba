namespace Grpc.AspNetCore.Server;

/// <summary>Lets one writer at a time to a response. Two meet only when a deadline ends a call that is writing, so waiting may cost more than entering.</summary>
internal sealed class WriteGate
{
    private int _taken;
    private TaskCompletionSource? _left;

    public bool TryEnter() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    public async ValueTask EnterAsync()
    {
        while (!TryEnter())
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var left = Interlocked.CompareExchange(ref _left, mine, null) ?? mine;
            // The one inside may have left before he could see who waits.
            if (TryEnter()) return;
            await left.Task;
        }
    }

    public void Leave()
    {
        Volatile.Write(ref _taken, 0);
        Interlocked.Exchange(ref _left, null)?.SetResult();
    }
}
