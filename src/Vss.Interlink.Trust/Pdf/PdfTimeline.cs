using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// In which order signatures and document time stamps are judged, and by what the later ones prove: each document time stamp that passed proves that all before it was there, what the security
/// store holds of it included (EN 319 142-1 section 5.4, EN 319 102-1 section 5.6.2.3), and whatever is behind it was made later.
/// </summary>
/// <param name="trials">Signatures and document time stamps of a file.</param>
/// <param name="stored">Its security store.</param>
/// <param name="material">What that holds.</param>
internal sealed class PdfTimeline(IReadOnlyList<PdfSignatureTrial> trials, SecurityStore stored, ValidationMaterial material)
{
    private readonly List<(long End, PassedTimeStamp Stamp)> _passed = [];   // the last of the file first
    private readonly ProofSet _proved = new();

    /// <summary>Judges every one: the time stamps from the last to the first, then the signatures.</summary>
    /// <param name="judge">Judges one by what stands around it.</param>
    public void Judge(Action<PdfSignatureTrial, Surroundings> judge)
    {
        foreach (var trial in trials.Where(trial => trial.Token is not null).OrderByDescending(EndOf))
        {
            judge(trial, Around(trial));
            if (trial.Passed is not { } passed) continue;
            _passed.Add((EndOf(trial), passed));
            _proved.Add(stored.ThereIn(trial.Revision), passed.Time);
        }

        foreach (var trial in trials.Where(trial => trial.Token is null)) judge(trial, Around(trial));
    }

    private Surroundings Around(PdfSignatureTrial trial)
    {
        var end = EndOf(trial);
        List<PassedTimeStamp> over = [.. _passed.Where(passed => passed.End > end).Select(passed => passed.Stamp)];
        List<PassedTimeStamp> under = [.. _passed.Where(passed => passed.End < end).Select(passed => passed.Stamp)];
        var all = (List<PassedTimeStamp>)[.. over, .. under];
        var isInDisorder = over.Where((later, index) => all.Skip(index + 1).Any(earlier => later.IsSurelyBefore(earlier.Token))).Any();
        return new Surroundings { Over = over, Under = under, IsInDisorder = isInDisorder, Material = material, Proved = _proved };
    }

    private static long EndOf(PdfSignatureTrial trial) => trial.Range?.End ?? -1;
}
