namespace Vss.Interlink.Trust;

/// <summary>
/// A clock that nobody can set: it begins with the time of another one and goes on by what passes. For what computes an end and waits for it, as circuit breakers do: after the real clock was set back, such an
/// end would lie that much further ahead.
/// </summary>
public sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset _began = clock.GetUtcNow();
    private readonly long _since = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _began + clock.GetElapsedTime(_since);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
