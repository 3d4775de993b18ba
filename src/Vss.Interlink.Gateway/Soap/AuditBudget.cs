namespace Vss.Interlink.Gateway.Soap;

/// <summary>How many refusals of strangers the audit takes in a minute. The rest stand in the log alone, or whoever can reach the port could fill the ledger.</summary>
internal sealed class AuditBudget(int perMinute, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _minute;
    private int _taken;

    public bool TryTake()
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (_lock)
        {
            if (minute != _minute) (_minute, _taken) = (minute, 0);
            return ++_taken <= perMinute;
        }
    }
}
