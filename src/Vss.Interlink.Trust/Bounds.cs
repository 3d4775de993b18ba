using System.Globalization;

namespace Vss.Interlink.Trust;

/// <summary>
/// What a number or a time of the configuration may be. Each has an upper end too: a timer of the platform takes 49 days at most, and "30" where "00:00:30" was meant is thirty days.
/// </summary>
public static class Bounds
{
    /// <summary>Adds a sentence with the setting, what it is and what it may be, when it is something else.</summary>
    /// <param name="setting">As the configuration names it.</param>
    /// <param name="value">What it is; null: it is not set, which is nothing wrong.</param>
    /// <param name="least">The smallest good value.</param>
    /// <param name="most">The largest good value.</param>
    /// <param name="wrong">Takes the sentence.</param>
    public static void Check<T>(string setting, T? value, T least, T most, ICollection<string> wrong) where T : struct, IComparable<T>, IFormattable
    {
        if (value is { } given && (given.CompareTo(least) < 0 || given.CompareTo(most) > 0)) wrong.Add($"{setting} is {Text(given)}, and must be {Text(least)} to {Text(most)}.");
    }

    // A time as the file has it, [d.]hh:mm:ss[.fffffff].
    private static string Text<T>(T value) where T : IFormattable => value is TimeSpan { Ticks: var ticks } && ticks % TimeSpan.TicksPerSecond != 0
        ? value.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0')
        : value.ToString(null, CultureInfo.InvariantCulture);
}
