namespace Vss.Interlink.Cli.Output;

/// <summary>Times as they are shown.</summary>
internal static class Times
{
    // One zone and no summer time, so the offset is a constant and no zone data base is asked.
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    /// <summary>UTC to the second, as in certificates and signatures.</summary>
    public static string Utc(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>Vietnam time with offset, milliseconds, as in receipts and on the wire.</summary>
    public static string Local(DateTimeOffset time) => time.ToOffset(Vietnam).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz");
}
