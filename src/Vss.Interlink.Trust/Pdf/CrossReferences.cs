using System.Runtime.InteropServices;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Where an object is.</summary>
internal enum PdfPlace : byte
{
    /// <summary>Nowhere: the number is free.</summary>
    Free,

    /// <summary>In the file, at an octet.</summary>
    File,

    /// <summary>In an object stream, by its index.</summary>
    ObjectStream,
}

/// <summary>One cross reference; there are as many as objects, so they are kept small.</summary>
/// <param name="Place">Where to look.</param>
/// <param name="At">The octet, or the number of the object stream.</param>
/// <param name="Generation">The generation, or the index in the object stream.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CrossReference(PdfPlace Place, long At, int Generation);

/// <summary>One cross-reference section with its trailer, table or stream: ISO 32000-2 sections 7.5.4, 7.5.5 and 7.5.8.</summary>
internal sealed class CrossReferenceSection
{
    private const int MaxWidth = 8;
    private const int EntryLength = 20;

    private CrossReferenceSection(long start) => Start = start;

    public long Start { get; }

    /// <summary>Octet after the trailer, or after the endobj of the stream.</summary>
    public long End { get; private set; }

    public PdfDictionary Trailer { get; private set; } = PdfDictionary.Empty;

    public Dictionary<int, CrossReference> Entries { get; } = [];

    /// <summary>What startxref says behind the section; -1 where there is none, as some writers leave it out behind the first page of a linearised file.</summary>
    public long StartXref { get; private set; } = -1;

    /// <summary>Octet after the %%EOF behind the section, or after the section where there is none.</summary>
    public long EndOfFile { get; private set; }

    /// <summary>First octet of the stream that completes a table in a hybrid file; null where there is none.</summary>
    public CrossReferenceSection? Hybrid { get; private set; }

    /// <summary>Reads the section that begins at an octet, and the startxref and %%EOF that follow it at once.</summary>
    public static CrossReferenceSection Read(PdfOctets octets, long at, PdfBudget budget)
    {
        var section = Part(octets, at, budget);
        if (section.Trailer.Integer("XRefStm") is { } hybrid)
        {
            if (octets.StartsWith(hybrid, "xref"u8)) throw PdfFault.Malformed(hybrid, "XRefStm does not name a cross-reference stream");
            section.Hybrid = Part(octets, hybrid, budget);
            section.Complete(section.Hybrid);
        }

        var lexer = new PdfLexer(octets, section.End, budget);
        lexer.SkipWhite();
        section.EndOfFile = section.End;
        if (!lexer.TryTake("startxref"u8)) return section;
        section.StartXref = lexer.ReadDigits();
        lexer.SkipWhiteOnly();
        if (!octets.StartsWith(lexer.Position, "%%EOF"u8)) throw PdfFault.Malformed(lexer.Position, "startxref has no %%EOF behind it");
        section.EndOfFile = lexer.Position + 5;
        return section;
    }

    private static CrossReferenceSection Part(PdfOctets octets, long at, PdfBudget budget)
    {
        if (at <= 0 || at >= octets.Length) throw PdfFault.Malformed(at, "startxref or Prev names a place outside the file");
        var section = new CrossReferenceSection(at);
        var lexer = new PdfLexer(octets, at, budget);
        if (lexer.TryTake("xref"u8)) section.ReadTable(lexer, octets, budget);
        else section.ReadStream(lexer, octets, budget);
        return section;
    }

    private void ReadTable(PdfLexer lexer, PdfOctets octets, PdfBudget budget)
    {
        for (lexer.SkipWhite(); !lexer.TryTake("trailer"u8); lexer.SkipWhite())
        {
            var (first, count) = (lexer.ReadDigits(), lexer.ReadDigits());
            if (first + count > PdfBudget.MaxObjectNumber + 1L) throw PdfFault.Limit(lexer.Position, "a cross-reference table has object numbers out of bounds");
            Entries.EnsureCapacity((int)Math.Min(count, (octets.Length - lexer.Position) / EntryLength));
            for (var number = first; number < first + count; number++)
            {
                budget.Entry(lexer.Position);
                var (at, generation, isUsed) = lexer.TryTakeEntry() ?? Entry(lexer);
                if (generation > ushort.MaxValue) throw PdfFault.Malformed(lexer.Position, "a generation is out of bounds");
                Add((int)number, new CrossReference(isUsed ? PdfPlace.File : PdfPlace.Free, at, generation), lexer.Position);
            }
        }

        lexer.SkipWhite();
        var at0 = lexer.Position;
        Trailer = lexer.ReadObject() as PdfDictionary ?? throw PdfFault.Malformed(at0, "the trailer is no dictionary");
        End = lexer.Position;
    }

    private static (long At, int Generation, bool IsUsed) Entry(PdfLexer lexer)
    {
        var (at, generation) = (lexer.ReadDigits(), lexer.ReadDigits());
        lexer.SkipWhiteOnly();
        var isUsed = lexer.TryTake("n"u8);
        if (!isUsed && !lexer.TryTake("f"u8)) throw PdfFault.Malformed(lexer.Position, "a cross reference is neither n nor f");
        return (at, (int)Math.Min(generation, int.MaxValue), isUsed);
    }

    private void ReadStream(PdfLexer lexer, PdfOctets octets, PdfBudget budget)
    {
        // Its own length must stand in it, for nothing is known yet of where other objects are.
        var read = lexer.ReadIndirect(_ => null);
        if (read.Value is not PdfStream stream || stream.Dictionary.Name("Type") != "XRef") throw PdfFault.Malformed(Start, "there is no cross-reference section where startxref or Prev says");
        (Trailer, End) = (stream.Dictionary, read.End);
        var widths = Integers(stream, "W");
        if (widths is not [>= 0 and <= MaxWidth, > 0 and <= MaxWidth, >= 0 and <= MaxWidth]) throw PdfFault.Malformed(Start, "a cross-reference stream has widths out of bounds");
        var size = Trailer.Integer("Size") ?? throw PdfFault.Malformed(Start, "a cross-reference stream has no Size");
        var index = Trailer.Has("Index") ? Integers(stream, "Index") : [0, size];
        if (index.Count % 2 != 0) throw PdfFault.Malformed(Start, "the Index of a cross-reference stream is not one of pairs");
        var data = PdfFilters.Decode(octets, stream, budget);
        var at = 0;
        for (var pair = 0; pair < index.Count; pair += 2)
        {
            var (first, count) = (index[pair], index[pair + 1]);
            if (first < 0 || count < 0 || first > PdfBudget.MaxObjectNumber || count > PdfBudget.MaxObjectNumber + 1L - first) throw PdfFault.Limit(Start, "a cross-reference stream has object numbers out of bounds");
            Entries.EnsureCapacity((int)Math.Min(count, (data.Length - at) / widths.Sum()));
            for (var number = first; number < first + count; number++)
            {
                budget.Entry(Start);
                if (data.Length - at < widths.Sum()) throw PdfFault.Malformed(Start, "a cross-reference stream has fewer entries than it says");
                var kind = widths[0] == 0 ? 1 : Field(data, ref at, widths[0]);
                var (second, third) = (Field(data, ref at, widths[1]), Field(data, ref at, widths[2]));
                if (second < 0 || third is < 0 or > int.MaxValue) throw PdfFault.Malformed(Start, "a cross reference is out of bounds");
                Add((int)number, kind switch
                {
                    0 => new CrossReference(PdfPlace.Free, second, (int)third),
                    1 => new CrossReference(PdfPlace.File, second, (int)third),
                    2 when second <= PdfBudget.MaxObjectNumber => new CrossReference(PdfPlace.ObjectStream, second, (int)third),
                    _ => throw PdfFault.Malformed(Start, "a cross reference is of an unknown kind"),
                }, Start);
            }
        }

        if (at != data.Length) throw PdfFault.Malformed(Start, "a cross-reference stream has more entries than it says");
    }

    // Section 7.5.8.4: a table hides objects from older readers by calling them free; the stream says where they are. It must not tell newer readers of other objects than older ones.
    private void Complete(CrossReferenceSection stream)
    {
        foreach (var (number, entry) in stream.Entries)
        {
            if (!Entries.TryGetValue(number, out var table) || table.Place == PdfPlace.Free) Entries[number] = entry;
            else if (table != entry && entry.Place != PdfPlace.Free) throw PdfFault.Malformed(stream.Start, $"table and stream of a hybrid file disagree on where object {number} is");
        }
    }

    private void Add(int number, CrossReference entry, long at)
    {
        if (!Entries.TryAdd(number, entry)) throw PdfFault.Malformed(at, $"a cross-reference section has object {number} twice");
    }

    private IReadOnlyList<long> Integers(PdfStream stream, string key) => stream.Dictionary[key] is PdfArray array
        ? [.. array.Items.Select(item => item is PdfInteger integer ? integer.Value : throw PdfFault.Malformed(Start, $"the {key} of a cross-reference stream is not one of numbers"))]
        : throw PdfFault.Malformed(Start, $"a cross-reference stream has no {key}");

    private static long Field(byte[] data, ref int at, long width)
    {
        long value = 0;
        for (var end = at + (int)width; at < end; at++) value = unchecked(value << 8 | data[at]);
        return value;
    }
}
