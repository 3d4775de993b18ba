using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>The octets that a signature is over: [0, <see cref="Hole"/>) and [<see cref="Resume"/>, <see cref="End"/>). ISO 32000-2 section 12.8.1.</summary>
/// <param name="Hole">First octet of its Contents, the &lt; of it.</param>
/// <param name="Resume">Octet after the &gt; of it.</param>
/// <param name="End">Octet after the last one.</param>
internal sealed record ByteRange(long Hole, long Resume, long End)
{
    private const string Place = "ByteRange";
    private const string Remedy = "Sign the whole file but for the signature's own Contents, and change nothing of it afterwards.";

    /// <summary>The four numbers as they stand in the file.</summary>
    public override string ToString() => $"0 {Hole} {Resume} {End - Resume}";

    /// <summary>
    /// Holds a ByteRange to the file: two ranges that leave out exactly the Contents of this very dictionary and end where the revision does in which the signature was added. Whatever else
    /// is left out could be anything. Null where a rung breaks.
    /// </summary>
    public static ByteRange? Read(PdfFile file, PdfSignature signature, Ladder ladder)
    {
        if (signature.Dictionary["ByteRange"] is not PdfArray { Items: [PdfInteger { Value: 0 }, PdfInteger { Value: > 0 and var hole }, PdfInteger { Value: > 0 and var resume }, PdfInteger { Value: > 0 and var count }] })
            return Broken("the ByteRange is not four numbers, 0 and three above it");
        if (resume <= hole || resume > file.Octets.Length || count > file.Octets.Length - resume) return Broken("the ranges overlap or go beyond the end of the file");
        var range = new ByteRange(hole, resume, resume + count);
        if (signature.Contents is not { Start: >= 0 } contents) return Broken("the signature's Contents does not stand in the file itself");
        if (contents.Start != hole || contents.End != resume) return Broken($"between the ranges is not this signature's Contents, which is at {contents.Start} to {contents.End}");
        if (!contents.IsPureHex) return Broken("between the ranges is something else than hexadecimal digits");
        if (range.RevisionIn(file) is not { } revision) return Broken("the ranges do not end where the revision does in which the signature was added");
        if (file.Entry(signature.Number, revision.Index) is not { } entry || file.Entry(signature.Number, file.Latest.Revision) != entry || !revision.Entries.ContainsKey(signature.Number))
            return Broken("the signature was added by another revision than the one that its ranges end with");
        ladder.Pass(PdfRules.ByteRange, Place, $"{range}: everything up to the end of revision {revision.Index + 1} of {file.Revisions.Count}, but for the signature itself");
        return range;

        ByteRange? Broken(string detail)
        {
            ladder.Fail(PdfRules.ByteRange, Place, detail, Remedy);
            return null;
        }
    }

    /// <summary>The revision that has the hole and ends where this does, white space behind its %%EOF included; null where there is none.</summary>
    public PdfRevision? RevisionIn(PdfFile file) =>
        file.Revisions.FirstOrDefault(revision => revision.Start <= Hole && Resume <= revision.End && revision.End <= End && file.IsBlank(revision.End, End));
}
