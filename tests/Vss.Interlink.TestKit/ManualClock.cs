namespace Vss.Interlink.TestKit;

/// <summary>A clock that stands still until it is told.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;
    private TimeSpan _off;

    public void Advance(TimeSpan by) => _now += by;

    /// <summary>Somebody sets it; what it measures by goes on as it was, as on a real machine.</summary>
    public void Step(TimeSpan by) => _off += by;

    public override DateTimeOffset GetUtcNow() => _now + _off;

    public override long GetTimestamp() => _now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
