using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Judges what follows each signature in the file: nothing, updates that may follow it, or a change (EN 319 102-1 section 5.2.2, ISO 32000-2 section 12.8.2).</summary>
internal sealed class PdfCoverage(PdfFile file, IReadOnlyList<PdfSignatureTrial> trials)
{
    private const string Remedy = "Give the document as it was when it was signed; who changes it afterwards signs it anew.";

    /// <summary>Adds the rungs to every signature whose digest and value are right.</summary>
    public void Judge()
    {
        var intact = trials.Where(trial => trial.IsIntact).OrderBy(trial => trial.Revision).ToList();
        if (intact.Count == 0) return;
        IReadOnlyList<PdfUpdate> updates;
        try
        {
            updates = UpdateReview.ReviewAll(file, intact[0].Revision, intact.ToLookup(trial => trial.Revision, trial => trial.Signature));
        }
        catch (PdfFault fault) when (fault.Kind == PdfFaultKind.Malformed)
        {
            foreach (var trial in intact)
            {
                trial.Scope = SignatureScope.Partial;
                trial.Ladder.Fail(PdfRules.Structure, $"octet {fault.At}", $"what follows the signature cannot be read: {fault.Message}", Remedy);
            }

            return;
        }

        var last = intact.Where(trial => !trial.Signature.IsTimeStamp).Select(trial => (int?)trial.Revision).Max() ?? intact[^1].Revision;

        // The end of line behind an update's %%EOF is part of it; behind a signature's range nothing is.
        var isSigned = intact[^1].Revision == file.Latest.Revision;
        var end = isSigned ? intact.Max(trial => trial.Range!.End) : file.Revisions[^1].End;
        if (!isSigned && file.IsBlank(end, file.Octets.Length)) end = file.Octets.Length;
        var unsigned = updates.Where(update => update.Revision > last && !update.IsProof).ToList();
        var good = intact.Where(trial => trial.Ladder.IsWhole).ToList();
        var permissions = new PdfPermissions();
        foreach (var group in intact.GroupBy(trial => trial.Revision))
        {
            foreach (var trial in group) permissions.Add(file.At(trial.Revision), trial.Signature);
            foreach (var trial in group) Judge(trial, permissions, updates, unsigned, good, end);
        }
    }

    private void Judge(PdfSignatureTrial trial, PdfPermissions permissions, IReadOnlyList<PdfUpdate> updates, List<PdfUpdate> unsigned, List<PdfSignatureTrial> good, long end)
    {
        var before = Broken(trial);
        foreach (var update in updates.Where(update => update.Revision > trial.Revision))
        {
            var place = $"revision {update.Revision + 1}";
            if (permissions.Forbids(update) is var (rule, detail)) trial.Ladder.Fail(rule, place, detail, Remedy);
            else if (update.Structure is { } structure) trial.Ladder.Fail(PdfRules.Permission, place, $"the logical structure was changed: {structure}", Remedy);
            else if (permissions.IsNotAllowed(update, good.Exists(later => !later.Signature.IsTimeStamp && later.Revision >= update.Revision))) trial.Ladder.Fail(PdfRules.Permission, place, NotAllowed(update), "Certify the document with what may be changed (DocMDP), and sign it after it was filled in.");
            else if (!update.Drawing.TrueForAll(drawing => good.Exists(later => later.Signature == drawing))) trial.Ladder.Fail(PdfRules.Permission, place, "a signature that is not good itself draws on a page", "Judge that signature first; who made it may show there what he likes.");
            else if (update.DrawsUnsigned) trial.Ladder.Fail(PdfRules.Permission, place, "a new field draws on a page, and nobody signed in it", "Place the fields before the first signature.");
            else trial.Ladder.Pass(PdfRules.Update, place, update.Kinds == UpdateKinds.None ? "it changes nothing" : $"it may follow: {update.Kinds}");
        }

        foreach (var update in unsigned.Where(update => update.Problem is null && update.Revision > trial.Revision)) trial.Ladder.Fail(PdfRules.Coverage, $"revision {update.Revision + 1}", "it follows the last signature and is no document security store or document time stamp", Remedy);
        if (end != file.Octets.Length)
            trial.Ladder.Fail(PdfRules.Coverage, $"octet {end}", $"{file.Octets.Length - end} octets follow that belong to no revision and to no signature", Remedy);
        if (Broken(trial) > before)
        {
            trial.Scope = SignatureScope.Partial;
            return;
        }

        trial.Scope = SignatureScope.Full;
        trial.Ladder.Pass(PdfRules.Coverage, "", trial.Range!.End == file.Octets.Length ? "the whole file is signed" : "what follows is signed or proves the signature for longer");
    }

    private static string NotAllowed(PdfUpdate update) => update.Overwritten switch
    {
        [] => $"{update.Kinds}, which nobody who signed before had allowed, and for which no good signature answers",
        var fields => $"{update.Kinds}, which nobody who signed before had allowed: {string.Join(", ", fields.Take(4).Select(field => $"'{field}'"))} had another value",
    };

    private static int Broken(PdfSignatureTrial trial) => trial.Ladder.Steps.Count(step => !step.Ok);
}
