namespace Vss.Interlink.Trust.Pdf;

/// <summary>One revision: the file as it was first, or one incremental update (ISO 32000-2 section 7.5.6).</summary>
/// <param name="Index">0 for the first.</param>
/// <param name="Sections">One; two in a linearised file, whose first page has one of its own.</param>
/// <param name="Start">First octet: the end of the revision before.</param>
/// <param name="End">Octet after its %%EOF.</param>
internal sealed record PdfRevision(int Index, IReadOnlyList<CrossReferenceSection> Sections, long Start, long End)
{
    public PdfDictionary Trailer => Sections[0].Trailer;

    /// <summary>Cross references by object number.</summary>
    public IReadOnlyDictionary<int, CrossReference> Entries { get; } = Merged(Sections);

    /// <summary>
    /// Follows startxref and Prev from the end of the file, and gives the revisions oldest first. Each must lie behind the one before it, with its own startxref and %%EOF, so that
    /// no update hides another.
    /// </summary>
    public static IReadOnlyList<PdfRevision> ReadAll(PdfOctets octets, PdfBudget budget)
    {
        var sections = new List<CrossReferenceSection>();
        var seen = new HashSet<long>();
        for (long? at = LastStartXref(octets, budget); at is { } start;)
        {
            if (!seen.Add(start)) throw PdfFault.Malformed(start, "Prev comes back to a cross-reference section that was read already");
            if (seen.Count > PdfBudget.MaxSections) throw PdfFault.Limit(start, $"the file has more than {PdfBudget.MaxSections} cross-reference sections");
            var section = CrossReferenceSection.Read(octets, start, budget);
            sections.Add(section);
            at = section.Trailer["Prev"] switch
            {
                PdfNull => null,
                PdfInteger prev => prev.Value,
                PdfReal prev when double.IsInteger(prev.Value) && Math.Abs(prev.Value) < octets.Length => (long)prev.Value,
                _ => throw PdfFault.Malformed(start, "Prev is no number"),
            };
        }

        return Grouped(sections);
    }

    private static long LastStartXref(PdfOctets octets, PdfBudget budget)
    {
        var at = octets.LastIndexOf("startxref"u8, octets.Length);
        if (at < 0) throw PdfFault.Malformed(octets.Length, "the file has no startxref: it is truncated, or no PDF");
        var lexer = new PdfLexer(octets, at, budget);
        lexer.Take("startxref"u8);
        return lexer.ReadDigits();
    }

    private static List<PdfRevision> Grouped(List<CrossReferenceSection> newestFirst)
    {
        var revisions = new List<PdfRevision>();
        var previous = 0L;
        for (var index = newestFirst.Count - 1; index >= 0; index--)
        {
            var section = newestFirst[index];
            IReadOnlyList<CrossReferenceSection> group = [section];
            if (section.StartXref != section.Start)
            {
                // Annex F: the section at the end of a linearised file names that of its first page, which is before it in the file and names it as its Prev.
                if (index != newestFirst.Count - 1 || index == 0 || newestFirst[index - 1] is not { } first || section.StartXref != first.Start || first.EndOfFile > section.Start)
                    throw PdfFault.Malformed(section.End, "a cross-reference section has no startxref behind it that names it");
                group = [first, section];
                index--;
            }

            if (section.Start < previous || group[0].Hybrid?.Start < previous) throw PdfFault.Malformed(section.Start, "an update does not lie behind what it updates");
            revisions.Add(new PdfRevision(revisions.Count, group, previous, section.EndOfFile));
            previous = section.EndOfFile;
        }

        return revisions;
    }

    private static Dictionary<int, CrossReference> Merged(IReadOnlyList<CrossReferenceSection> sections)
    {
        if (sections is [var only]) return only.Entries;
        var all = new Dictionary<int, CrossReference>(sections[^1].Entries);
        foreach (var (number, entry) in sections[0].Entries)
        {
            if (all.TryGetValue(number, out var other) && other != entry && number != 0 && other.Place != PdfPlace.Free) throw PdfFault.Malformed(sections[0].Start, $"the two parts of a linearised file disagree on where object {number} is");
            all[number] = entry;
        }

        return all;
    }
}
