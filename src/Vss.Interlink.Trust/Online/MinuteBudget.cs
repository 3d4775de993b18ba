namespace Vss.Interlink.Trust.Online;

/// <summary>So many in each minute, and no more.</summary>
internal sealed class MinuteBudget(int most, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _since;
    private int _taken;

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (now - _since >= TimeSpan.FromMinutes(1)) (_since, _taken) = (now, 0);
            if (_taken == most) return false;
            _taken++;
            return true;
        }
    }
}
