namespace Vss.Interlink.Trust.Online;

/// <summary>So many in each minute, and no more.</summary>
internal sealed class MinuteBudget(int most, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private long? _since;
    private int _taken;

    public bool TryTake()
    {
        lock (_gate)
        {
            if (_since is not { } since || clock.GetElapsedTime(since) >= TimeSpan.FromMinutes(1)) (_since, _taken) = (clock.GetTimestamp(), 0);
            if (_taken == most) return false;
            _taken++;
            return true;
        }
    }
}
