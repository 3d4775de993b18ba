namespace Vss.Interlink.Exchange.Audit;

/// <summary>
/// How many refusals the audit takes in a minute of each partner, and of all whom nobody knows at an edge together. The rest stand in the log alone, or whoever can reach a port could fill the ledger;
/// and one who floods the hub takes no line from the others.
/// </summary>
internal sealed class AuditBudget(TimeProvider clock)
{
    /// <summary>Lines of one account.</summary>
    public const int PerMinute = 120;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private long _minute;

    /// <summary>Takes a line.</summary>
    /// <param name="account">A partner or an edge: never what a stranger says of himself, of which there could be any number.</param>
    /// <returns>False when the minute's lines are used up.</returns>
    public bool TryTake(string account)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (_lock)
        {
            if (minute != _minute) _taken.Clear();
            _minute = minute;
            var taken = _taken.GetValueOrDefault(account);
            if (taken < PerMinute) _taken[account] = taken + 1;
            return taken < PerMinute;
        }
    }
}
