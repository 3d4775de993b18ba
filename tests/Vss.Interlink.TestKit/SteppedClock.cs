namespace Vss.Interlink.TestKit;

/// <summary>The machine's clock as somebody set it. What it measures by is not moved, as on a real machine.</summary>
public sealed class SteppedClock : TimeProvider
{
    private TimeSpan _off;

    public void Step(TimeSpan by) => _off += by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _off;
}
