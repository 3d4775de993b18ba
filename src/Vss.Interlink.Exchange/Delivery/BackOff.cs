namespace Vss.Interlink.Exchange.Delivery;

/// <summary>How long to wait before the next attempt: doubling, bounded, and with jitter, so that what failed together does not come back together.</summary>
internal sealed class BackOff(Random random)
{
    /// <summary>Between half the step and the whole; the step is FirstWait · 2^(attempt−1), at most LongestWait.</summary>
    /// <param name="attempt">The attempt that failed, 1 for the first.</param>
    /// <param name="profile">The partner's.</param>
    public TimeSpan After(int attempt, DeliveryProfile profile)
    {
        var doublings = Math.Min(attempt - 1, 30);
        var step = Math.Min(profile.FirstWait.TotalMilliseconds * (1L << doublings), profile.LongestWait.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(step * (0.5 + (0.5 * random.NextDouble())));
    }
}
