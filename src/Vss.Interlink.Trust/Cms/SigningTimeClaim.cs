namespace Vss.Interlink.Trust.Cms;

/// <summary>
/// What the signer's clock says against what is known. Some signing tools write Vietnam time and call it UTC, which puts the signature seven hours into the future. It never counts over a
/// time stamp; that it is wrong is told.
/// </summary>
internal static class SigningTimeClaim
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_widestZone = TimeSpan.FromHours(14);

    /// <param name="claimed">The signer's word.</param>
    /// <param name="proved">When a time stamp proves that the signature existed; null where none does.</param>
    /// <param name="at">The time of judging.</param>
    public static string Describe(DateTimeOffset claimed, DateTimeOffset? proved, DateTimeOffset at)
    {
        var text = $"the signer says {Times.Iso(claimed)}";
        if (proved is { } known)
        {
            var off = claimed - known;
            if (IsWholeHours(off)) return $"{text}, which is {off.TotalHours:+0;-0} h off the proved time {Times.Iso(known)}: a local time that is called UTC; the proved time counts";
            return off > s_skew ? $"{text}, which is after the proved time {Times.Iso(known)}: the signer's clock is wrong; the proved time counts" : text;
        }

        var ahead = claimed - at;
        if (ahead <= s_skew) return $"{text}; nothing proves it";
        return ahead <= s_widestZone + s_skew ? $"{text}, which is after the time of judging: perhaps a local time that is called UTC; nothing proves it" : $"{text}, which is after the time of judging: the signer's clock is wrong";
    }

    private static bool IsWholeHours(TimeSpan off)
    {
        var hours = TimeSpan.FromHours(Math.Round(off.TotalHours));
        return hours != TimeSpan.Zero && hours.Duration() <= s_widestZone && (off - hours).Duration() <= s_skew;
    }
}
