namespace Vss.Interlink.Trust;

/// <summary>How times stand in verdicts: UTC, ISO 8601.</summary>
internal static class Times
{
    public static string Iso(DateTimeOffset? time) => time is { } known ? known.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "none";

    public static string Iso(DateTime time) => Iso(new DateTimeOffset(time.ToUniversalTime()));
}
