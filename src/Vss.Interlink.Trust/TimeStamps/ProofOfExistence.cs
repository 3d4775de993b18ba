using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>A time stamp that a signature carries.</summary>
/// <param name="Kind">What it is over.</param>
/// <param name="Token">The token.</param>
/// <param name="IsOverThis">Whether its imprint is that of what it should be over; null when that could not be computed.</param>
/// <param name="Under">The other time stamps that an archive time stamp is over; null for every one made before it.</param>
internal sealed record CarriedTimeStamp(TimeStampKind Kind, TimeStampToken Token, bool? IsOverThis, Func<TimeStampToken, bool>? Under = null)
{
    /// <summary>Whether it proves that another one was there.</summary>
    public bool IsOver(CarriedTimeStamp other) => Kind == TimeStampKind.Archive && (Under is null || Under(other.Token));
}

/// <summary>
/// When a signature is proved to have existed: the best-signature-time of EN 319 102-1 sections 5.5 and 5.6. An archive time stamp proves that what it is over was there, time stamps
/// included, so each is judged at the moment that the next later one proves, and the last at the time of judging. One that is not good proves nothing and spoils nothing.
/// </summary>
internal static class ProofOfExistence
{
    /// <summary>The time stamps of an XML signature that can be read.</summary>
    public static IEnumerable<CarriedTimeStamp> Carried(SignatureReport report)
    {
        foreach (var stamp in report.TimeStamps)
        {
            if (stamp.Kind is not TimeStampKind.Other && TimeStampToken.TryRead(stamp.Token) is { } token) yield return new CarriedTimeStamp(stamp.Kind, token, stamp.IsOverThis);
        }
    }

    /// <summary>The earliest time that is proved; null where none is. Each time stamp gets a rung that says what became of it.</summary>
    /// <param name="stamps">Those over the signature and archive time stamps, in any order.</param>
    /// <param name="judge">Judges each by itself.</param>
    /// <param name="ladder">Gets the rungs.</param>
    /// <param name="provedAt">When all of it is proved to have been there already by something around it; null where nothing does.</param>
    public static DateTimeOffset? Of(IEnumerable<CarriedTimeStamp> stamps, TimeStampJudge judge, Ladder ladder, DateTimeOffset? provedAt = null)
    {
        List<CarriedTimeStamp> good = [];
        foreach (var stamp in LatestFirst(stamps))
        {
            var moment = good.Where(later => later.IsOver(stamp)).Select(later => (DateTimeOffset?)later.Token.Time).Append(provedAt).Min();
            var judged = judge.Judge(stamp.Token, null, null, moment);
            var isGood = stamp.IsOverThis == true && judged.Verdict.Passed;
            var why = stamp.IsOverThis switch { true => judged.Verdict.Failure?.Detail, false => "it is over something else", null => "it could not be computed what it is over" };
            ladder.Pass(Rules.TimeStamp, $"{stamp.Kind}", isGood ? $"the time stamp of {Times.Iso(stamp.Token.Time)} is good" : $"the time stamp of {Times.Iso(stamp.Token.Time)} is not counted: {why}");
            if (isGood) good.Add(stamp);
        }

        return good.Select(stamp => (DateTimeOffset?)stamp.Token.Time).Append(provedAt).Min();
    }

    // The archive ones last made are first; those over the signature are under all of them.
    private static IEnumerable<CarriedTimeStamp> LatestFirst(IEnumerable<CarriedTimeStamp> stamps) => stamps
        .OrderByDescending(stamp => stamp.Kind == TimeStampKind.Archive)
        .ThenByDescending(stamp => stamp.Token.Time);
}
