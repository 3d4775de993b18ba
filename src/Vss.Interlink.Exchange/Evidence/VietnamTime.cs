using System.Globalization;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Times as they stand in what leaves the hub: Vietnam time with offset, ISO 8601, milliseconds.</summary>
public static class VietnamTime
{
    /// <summary>One zone and no summer time, so the offset is a constant and no zone data base is asked.</summary>
    public static readonly TimeSpan Offset = TimeSpan.FromHours(7);

    public static string Format(DateTimeOffset time) => time.ToOffset(Offset).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
}
