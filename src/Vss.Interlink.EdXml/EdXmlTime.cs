using System.Globalization;

namespace Vss.Interlink.EdXml;

/// <summary>Points in time as packets write them: <c>yyyy/MM/dd HH:mm:ss</c>, Vietnam local, without an offset.</summary>
public static class EdXmlTime
{
    private const string Pattern = "yyyy/MM/dd HH:mm:ss";

    /// <summary>Vietnam has had one zone and no summer time since 1975, so the offset is a constant and no zone data base is asked.</summary>
    public static readonly TimeSpan VietnamOffset = TimeSpan.FromHours(7);

    /// <summary>The time with its offset +07:00; false when the text is not of the form or no such time exists.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        var known = DateTime.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
                    && local >= DateTime.MinValue + VietnamOffset;
        time = known ? new DateTimeOffset(local, VietnamOffset) : default;
        return known;
    }

    /// <summary>The time on a clock in Vietnam; fractions of a second are cut off.</summary>
    public static string Format(DateTimeOffset time) => time.ToOffset(VietnamOffset).ToString(Pattern, CultureInfo.InvariantCulture);
}

/// <summary>
/// Dates as packets write them: <c>yyyy/MM/dd</c>. Packets in the field carry dates that do not exist (2014/02/30 in a vendor's sample),
/// so the model keeps the text and this parser answers only whether it is a date.
/// </summary>
public static class EdXmlDate
{
    private const string Pattern = "yyyy/MM/dd";

    /// <summary>False when the text is not of the form or the day does not exist.</summary>
    public static bool TryParse(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    /// <summary>The date in the packet's form.</summary>
    public static string Format(DateOnly date) => date.ToString(Pattern, CultureInfo.InvariantCulture);
}
