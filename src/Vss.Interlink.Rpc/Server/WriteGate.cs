namespace Grpc.AspNetCore.Server;

/// <summary>Lets one writer at a time to a response. Costs nothing until two meet, which happens only when a deadline ends a call that is writing.</summary>
internal sealed class WriteGate
{
    private readonly Lock _state = new();
    private bool _taken;
    private TaskCompletionSource? _left;

    public bool TryEnter()
    {
        lock (_state)
        {
            if (_taken) return false;
            return _taken = true;
        }
    }

    public async ValueTask EnterAsync()
    {
        while (!TryEnter())
        {
            Task left;
            lock (_state)
            {
                if (!_taken) continue;
                left = (_left ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await left;
        }
    }

    public void Leave()
    {
        TaskCompletionSource? waiting;
        lock (_state)
        {
            _taken = false;
            waiting = _left;
            _left = null;
        }

        waiting?.SetResult();
    }
}
