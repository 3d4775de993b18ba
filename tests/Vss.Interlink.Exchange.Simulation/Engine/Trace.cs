using System.Globalization;

namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>What happened, line by line for people, and as one number for the question whether two runs were the same.</summary>
internal sealed class Trace(bool keepsLines)
{
    private const ulong Prime = 0x100000001B3;

    /// <summary>FNV-1a over every step and every line.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public List<string> Lines { get; } = [];

    /// <summary>A continuation of a flow ran.</summary>
    public void Step(TimeSpan now, int flow)
    {
        Mix((ulong)now.Ticks);
        Mix((ulong)flow);
    }

    /// <param name="now">Simulated time since the start.</param>
    /// <param name="who">Node or partner.</param>
    /// <param name="what">No part of it may be random beyond the seed; see <see cref="Short"/>.</param>
    public void Line(TimeSpan now, string who, string what)
    {
        Mix((ulong)now.Ticks);
        foreach (var letter in who) Mix(letter);
        foreach (var letter in what) Mix(letter);
        if (keepsLines) Lines.Add(string.Create(CultureInfo.InvariantCulture, $"{now.TotalSeconds,10:0.000} {who,-10} {what}"));
    }

    /// <summary>The part of a hub's id that is its time. No two are alike here, see <see cref="SimulatedClock"/>; the random rest decides nothing.</summary>
    public static string Short(object id) => id.ToString() is { Length: > 15 } text ? text[..15] : "";

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * Prime);
}
