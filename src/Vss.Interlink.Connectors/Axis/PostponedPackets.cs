namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Packets that could not be taken in for a passing reason, and when to look at them again: each time twice as late, so that a packet that waits for a revocation list does not
/// fill the audit. Forgotten with the process; then each is tried once more.
/// </summary>
internal sealed class PostponedPackets(TimeSpan first, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Postponed> _packets = new(StringComparer.Ordinal);

    public bool IsDue(string docId) => !_packets.TryGetValue(docId, out var postponed) || clock.GetElapsedTime(postponed.Put) >= postponed.Wait;

    public void Postpone(VxpMessageType type, VxpReceivedItem item)
    {
        if (_packets.TryGetValue(item.DocId, out var postponed)) postponed.Wait *= 2;
        else _packets[item.DocId] = postponed = new Postponed(type, item, clock.GetUtcNow()) { Wait = first };
        if (postponed.Wait > Longest) postponed.Wait = Longest;
        postponed.Put = clock.GetTimestamp();
    }

    public void Forget(string docId) => _packets.Remove(docId);

    public void Clear() => _packets.Clear();

    /// <summary>Those of a type that a list does not have.</summary>
    public IReadOnlyList<Postponed> NotAmong(VxpMessageType type, IEnumerable<VxpReceivedItem> listed)
    {
        if (_packets.Count == 0) return [];
        var there = listed.Select(item => item.DocId).ToHashSet(StringComparer.Ordinal);
        return [.. _packets.Values.Where(postponed => postponed.Type == type && !there.Contains(postponed.Item.DocId))];
    }

    /// <param name="Type">What it is.</param>
    /// <param name="Item">As it was listed.</param>
    /// <param name="Since">When it was postponed for the first time.</param>
    internal sealed record Postponed(VxpMessageType Type, VxpReceivedItem Item, DateTimeOffset Since)
    {
        public TimeSpan Wait { get; set; }

        /// <summary>When it was postponed last, as the clock's time stamp.</summary>
        public long Put { get; set; }

        /// <summary>Whether it was said that no list has it any more.</summary>
        public bool IsTold { get; set; }
    }
}
