using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>A time stamp that a signature carries.</summary>
/// <param name="Kind">What it is over.</param>
/// <param name="Token">The token.</param>
/// <param name="IsOverThis">Whether its imprint is that of what it should be over; null when that could not be computed.</param>
/// <param name="Under">Whether an archive time stamp is over another one.</param>
internal sealed record CarriedTimeStamp(TimeStampKind Kind, TimeStampToken Token, bool? IsOverThis, Func<CarriedTimeStamp, bool> Under)
{
    /// <summary>Lists and answers that it is over, as they came.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Material { get; init; } = [];

    /// <summary>Whether it proves that another one was there. What is over the signature is over the content time stamps that are signed.</summary>
    public bool IsOver(CarriedTimeStamp other) => !ReferenceEquals(this, other) && Kind switch
    {
        TimeStampKind.Archive => other.Kind == TimeStampKind.Content || Under(other),
        TimeStampKind.Signature => other.Kind == TimeStampKind.Content,
        _ => false,
    };
}

/// <summary>What time stamps prove of a signature.</summary>
/// <param name="At">When it existed at the latest, the best-signature-time; null where nothing proves it.</param>
/// <param name="MadeAfter">When it did not exist yet, because it is over something that was made then; null where nothing proves it.</param>
/// <param name="Stamps">Those that prove the first.</param>
/// <param name="IsArchived">Whether an archive time stamp is among those that passed.</param>
/// <param name="Things">Lists and answers that were there.</param>
internal sealed record SignatureProof(DateTimeOffset? At, DateTimeOffset? MadeAfter, IReadOnlyList<PassedTimeStamp> Stamps, bool IsArchived, ProofSet Things);

/// <summary>
/// When a signature is proved to have existed: EN 319 102-1 sections 5.5 and 5.6. An archive time stamp proves that what it is over was there, time stamps included, so each is judged at the moment
/// that the ones over it prove, and the outermost at the time of judging. One that is not good proves nothing and spoils nothing, except a content time stamp over other data: that one is signed.
/// </summary>
internal static class ProofOfExistence
{
    private const string Remedy = "Ask the signer for the document with time stamps that are right.";

    /// <summary>The time stamps of an XML signature that can be read.</summary>
    public static IReadOnlyList<CarriedTimeStamp> Carried(SignatureReport report)
    {
        Dictionary<CarriedTimeStamp, int> positions = new(ReferenceEqualityComparer.Instance);
        foreach (var stamp in report.TimeStamps)
        {
            if (stamp.Kind is TimeStampKind.Other || TimeStampToken.TryRead(stamp.Token) is not { } token) continue;
            positions[new CarriedTimeStamp(stamp.Kind, token, stamp.IsOverThis, other => positions[other] < stamp.Position)
            {
                Material = stamp.Kind == TimeStampKind.Archive ? [.. report.Crls.Take(stamp.CrlsBefore), .. report.Ocsps.Take(stamp.OcspsBefore)] : [],
            }] = stamp.Position;
        }

        return [.. positions.Keys];
    }

    /// <summary>What is proved. Each time stamp gets a rung that says what became of it.</summary>
    /// <param name="stamps">Those over the content, over the signature, and archive time stamps; in any order.</param>
    /// <param name="judge">Judges each by itself; learns what was proved.</param>
    /// <param name="around">What stands around the signature.</param>
    /// <param name="ladder">Gets the rungs.</param>
    public static SignatureProof Of(IEnumerable<CarriedTimeStamp> stamps, TimeStampJudge judge, Surroundings around, Ladder ladder)
    {
        List<(CarriedTimeStamp Carried, PassedTimeStamp Passed)> good = [];
        if (around.IsInDisorder) OutOfOrder("around", "the time stamps around the signature", ladder);
        foreach (var stamp in OutermostFirst(stamps))
        {
            List<PassedTimeStamp> over = [.. good.Where(later => later.Carried.IsOver(stamp)).Select(later => later.Passed), .. around.Over];
            var judged = judge.Judge(stamp.Token, null, null, over.Count == 0 ? null : over.Min(later => later.Time));
            if (ProblemOf(stamp, judged) is { } problem)
            {
                Refuse(stamp, problem, ladder);
                continue;
            }

            var time = Times.Iso(stamp.Token.Time);
            ladder.Pass(Rules.TimeStamp, $"{stamp.Kind}", stamp.Kind == TimeStampKind.Content ? $"the content existed at {time}" : $"the time stamp of {time} is good");
            if (over.Exists(later => later.IsSurelyBefore(stamp.Token))) OutOfOrder($"{stamp.Kind}", $"the time stamp of {time} and those over it", ladder);
            good.Add((stamp, new PassedTimeStamp(stamp.Token, judged.Certificate!)));
            judge.Proofs.Add(stamp.Material, stamp.Token.Time);
        }

        List<PassedTimeStamp> proving = [.. good.Where(stamp => stamp.Carried.Kind != TimeStampKind.Content).Select(stamp => stamp.Passed), .. around.Over];
        List<PassedTimeStamp> before = [.. good.Where(stamp => stamp.Carried.Kind == TimeStampKind.Content).Select(stamp => stamp.Passed), .. around.Under];
        if (before.Exists(earlier => around.Over.Any(later => later.IsSurelyBefore(earlier.Token)) || good.Exists(later => later.Carried.Kind == TimeStampKind.Signature && later.Passed.IsSurelyBefore(earlier.Token))) && !ladder.Broke(Rules.TimeStampOrder))
            OutOfOrder("around", "what the signature is over and what is over it", ladder);
        return new SignatureProof(
            proving.Count == 0 ? null : proving.Min(stamp => stamp.Time), before.Count == 0 ? null : before.Max(stamp => stamp.Time), proving,
            around.Over.Count > 0 || good.Exists(stamp => stamp.Carried.Kind == TimeStampKind.Archive), judge.Proofs);
    }

    private static string? ProblemOf(CarriedTimeStamp stamp, JudgedTimeStamp judged) => stamp.IsOverThis switch
    {
        true => judged.Verdict.Failure?.Detail,
        false => "it is over something else",
        null => "it could not be computed what it is over",
    };

    // Anyone may add time stamps to a signature; those over the content are the signer's own, and he vouches for one that is wrong.
    private static void Refuse(CarriedTimeStamp stamp, string problem, Ladder ladder)
    {
        var text = $"the {(stamp.Kind == TimeStampKind.Content ? "content time stamp" : "time stamp")} of {Times.Iso(stamp.Token.Time)} is not counted: {problem}";
        if (stamp is { Kind: TimeStampKind.Content, IsOverThis: false }) ladder.Fail(Rules.TimeStamp, "Content", text, Remedy);
        else ladder.Pass(Rules.TimeStamp, $"{stamp.Kind}", text);
    }

    // EN 319 102-1 sections 5.5.4 and 5.6.3.4, the coherence of the times: nobody knows which of them is wrong, so nothing is decided.
    private static void OutOfOrder(string at, string what, Ladder ladder) =>
        ladder.Fail(Rules.TimeStampOrder, at, $"{what} contradict each other: what is over another one says that it is the earlier", Remedy);

    // Each after all that are over it. There are few, and by their digests none can be over itself in a circle.
    private static IEnumerable<CarriedTimeStamp> OutermostFirst(IEnumerable<CarriedTimeStamp> stamps)
    {
        var all = stamps.OrderByDescending(stamp => stamp.Token.Time).ToList();
        var waiting = all.Select(stamp => (Stamp: stamp, Over: all.Where(other => other.IsOver(stamp)).ToList())).ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.FindIndex(each => !each.Over.Exists(over => waiting.Exists(other => ReferenceEquals(other.Stamp, over))));
            var stamp = waiting[Math.Max(next, 0)].Stamp;
            waiting.RemoveAt(Math.Max(next, 0));
            yield return stamp;
        }
    }
}
