namespace Grpc.AspNetCore.Server;

/// <summary>The clock of a call that has a deadline. When it strikes, the call's token fires and the response ends, whatever the service does.</summary>
internal sealed class CallDeadline : IAsyncDisposable
{
    // A timer cannot be set for much longer. The service still sees the deadline itself.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _passed;
    private readonly Func<Task> _endAsync;
    private ITimer? _timer;
    private Task _ending = Task.CompletedTask;
    private volatile bool _hasPassed;

    /// <param name="timeout">What is left, more than nothing.</param>
    /// <param name="endAsync">Ends the response.</param>
    public CallDeadline(TimeProvider clock, TimeSpan timeout, Func<Task> endAsync, CancellationToken requestAborted)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        At = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        (_clock, _timeout, _endAsync) = (clock, timeout, endAsync);
        _passed = CancellationTokenSource.CreateLinkedTokenSource(requestAborted);
    }

    /// <summary>UTC.</summary>
    public DateTime At { get; }

    public bool HasPassed => _hasPassed;

    /// <summary>Fires at the deadline, and when the request is aborted before.</summary>
    public CancellationToken Token => _passed.Token;

    /// <summary>Apart from the making, so that nothing strikes before the call knows of its deadline.</summary>
    public void Start()
    {
        if (_timeout <= LongestTimer) _timer = _clock.CreateTimer(static deadline => ((CallDeadline)deadline!).Strike(), this, _timeout, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync();
        await _ending; // the request must outlive whatever still writes to it
        _passed.Dispose();
    }

    private void Strike()
    {
        _hasPassed = true;
        _ending = EndAsync();
    }

    private async Task EndAsync()
    {
        await _passed.CancelAsync();
        await _endAsync();
    }
}
