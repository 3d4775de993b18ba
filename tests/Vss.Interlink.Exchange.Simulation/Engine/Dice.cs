namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>All chance of one simulation: a seed gives the same throws on every machine and every version of .NET (SplitMix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>True in so many of a hundred thousand cases, more or less.</summary>
    public bool Chance(double probability) => probability > 0 && (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + TimeSpan.FromTicks((long)(Next() % (ulong)Math.Max(1, (most - least).Ticks)));

    /// <summary>Between so many milliseconds.</summary>
    public TimeSpan Milliseconds(int least, int most) => Between(TimeSpan.FromMilliseconds(least), TimeSpan.FromMilliseconds(most));

    public TimeSpan Seconds(int least, int most) => Between(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public ulong Next() => unchecked(Mixed(_state += 0x9E3779B97F4A7C15));

    private static ulong Mixed(ulong value) => unchecked(Shaken((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9));

    private static ulong Shaken(ulong value) => unchecked(Folded((value ^ (value >> 27)) * 0x94D049BB133111EB));

    private static ulong Folded(ulong value) => value ^ (value >> 31);
}
