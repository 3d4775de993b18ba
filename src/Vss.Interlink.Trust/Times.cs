namespace Vss.Interlink.Trust;

/// <summary>How times stand in verdicts: UTC, ISO 8601.</summary>
internal static class Times
{
    public static string Iso(DateTimeOffset? time) => time is { } known ? known.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "none";

    /// <summary>A time and a span; what would be beyond the calendar is its end or its beginning.</summary>
    public static DateTimeOffset Plus(DateTimeOffset time, TimeSpan span) =>
        span >= TimeSpan.Zero
            ? span > DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue : time + span
            : span.Negate() > time - DateTimeOffset.MinValue ? DateTimeOffset.MinValue : time + span;

    public static string Iso(DateTime time) => Iso(new DateTimeOffset(time.ToUniversalTime()));
}
