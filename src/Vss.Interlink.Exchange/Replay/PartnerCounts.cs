namespace Vss.Interlink.Exchange.Replay;

/// <summary>A bucket of tokens and the submissions in flight, per partner. The arithmetic of the script in <see cref="RedisScripts.Enter"/>, in one process.</summary>
/// <param name="slotLife">After which a submission that never left counts no more.</param>
/// <param name="clock">The one clock.</param>
internal sealed class PartnerCounts(TimeSpan slotLife, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<OrganId, Count> _partners = [];   // no more of them than there are partners: who asks has been shown to be one

    /// <summary>Null when the submission is in; otherwise when it may be worth trying again.</summary>
    public TimeSpan? Enter(OrganId partner, string slot, PartnerLimits limits)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();   // in here, or one that waited for the lock would take away what time has given meanwhile
            if (!_partners.TryGetValue(partner, out var count)) _partners[partner] = count = new Count { Tokens = limits.Burst, At = now };
            if (count.Slots.Count >= limits.InFlight)
                foreach (var gone in count.Slots.Where(one => clock.GetElapsedTime(one.Value, now) >= slotLife).Select(one => one.Key).ToList()) count.Slots.Remove(gone);
            if (count.Slots.Count >= limits.InFlight) return TimeSpan.FromSeconds(1);
            count.Tokens = Math.Min(limits.Burst, count.Tokens + clock.GetElapsedTime(count.At, now).TotalSeconds * limits.RatePerSecond);
            count.At = now;
            if (count.Tokens < 1) return TimeSpan.FromMilliseconds(Math.Ceiling((1 - count.Tokens) * 1000 / limits.RatePerSecond));
            count.Tokens -= 1;
            count.Slots[slot] = now;
            return null;
        }
    }

    public void Leave(OrganId partner, string slot)
    {
        lock (_lock)
        {
            if (_partners.TryGetValue(partner, out var count)) count.Slots.Remove(slot);
        }
    }

    private sealed class Count
    {
        public double Tokens { get; set; }

        public long At { get; set; }

        /// <summary>By name, since when.</summary>
        public Dictionary<string, long> Slots { get; } = new(StringComparer.Ordinal);
    }
}
