namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Packets that could not be taken in for a passing reason, and when to look at them again: each time twice as late, so that a packet that waits for a revocation list does not
/// fill the audit. Forgotten with the process; then each is tried once more.
/// </summary>
internal sealed class PostponedPackets(TimeSpan first, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (TimeSpan Wait, long Since)> _packets = new(StringComparer.Ordinal);

    public bool IsDue(string docId) => !_packets.TryGetValue(docId, out var postponed) || clock.GetElapsedTime(postponed.Since) >= postponed.Wait;

    public void Postpone(string docId)
    {
        var wait = _packets.TryGetValue(docId, out var before) ? before.Wait * 2 : first;
        if (wait > Longest) wait = Longest;
        _packets[docId] = (wait, clock.GetTimestamp());
    }

    public void Forget(string docId) => _packets.Remove(docId);
}
