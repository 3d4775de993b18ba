using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// When a signature is proved to have existed: the best-signature-time of EN 319 102-1 sections 5.5 and 5.6. An archive time stamp proves that what it is over was there, time stamps
/// included, so each is judged at the moment that the next later one proves, and the last at the time of judging. One that is not good proves nothing and spoils nothing.
/// </summary>
internal static class ProofOfExistence
{
    /// <summary>The earliest time that is proved; null where none is. Each time stamp gets a rung that says what became of it.</summary>
    public static DateTimeOffset? Of(SignatureReport report, TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at, Ladder ladder)
    {
        var judge = new TimeStampJudge(store, policy, algorithms, at);
        DateTimeOffset? proved = null;
        foreach (var (stamp, token) in LatestFirst(report))
        {
            var judged = judge.Judge(token, null, null, proved);
            var isGood = stamp.IsOverThis == true && judged.Verdict.Passed;
            var why = stamp.IsOverThis == true ? judged.Verdict.Failure?.Detail : "it could not be computed what it is over";
            ladder.Pass(Rules.TimeStamp, $"{stamp.Kind}", isGood ? $"the time stamp of {Times.Iso(token.Time)} is good" : $"the time stamp of {Times.Iso(token.Time)} is not counted: {why}");
            if (isGood && !(proved < token.Time)) proved = token.Time;
        }

        return proved;
    }

    // The archive ones last made are first; those over the signature are under all of them.
    private static IEnumerable<(TimeStampReport Stamp, TimeStampToken Token)> LatestFirst(SignatureReport report) => report.TimeStamps
        .Where(stamp => stamp.Kind is TimeStampKind.Signature or TimeStampKind.Archive)
        .Select(stamp => (Stamp: stamp, Token: TimeStampToken.TryRead(stamp.Token)))
        .Where(read => read.Token is not null)
        .OrderByDescending(read => read.Stamp.Kind == TimeStampKind.Archive)
        .ThenByDescending(read => read.Token!.Time)
        .Select(read => (read.Stamp, read.Token!));
}
