namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// A PDF file as its cross references tell it, revision by revision: ISO 32000-1 and -2. It trusts nothing, reads only what it is asked for, and repairs nothing: an object is where its cross
/// reference says or there is a fault. Nothing is rendered.
/// </summary>
internal sealed class PdfFile
{
    private const int MaxKept = 20_000;
    private const int MaxPartsKept = 1_000_000;
    private const int StreamsKept = 8;

    private readonly Dictionary<long, PdfIndirect> _objects = [];
    private readonly List<(long At, ObjectStream Stream)> _streams = [];
    private readonly HashSet<int> _lengths = [];
    private int _kept;   // parts of the objects that are kept

    private PdfFile(Stream file)
    {
        Octets = PdfOctets.Of(file);
        if (!Octets.StartsWith(0, "%PDF-"u8)) throw PdfFault.Malformed(0, "the file does not begin with %PDF-");
        Revisions = PdfRevision.ReadAll(Octets, Budget);
        if (Revisions.Any(revision => revision.Sections.Any(section => section.Trailer.Has("Encrypt") || section.Hybrid?.Trailer.Has("Encrypt") == true))) throw new PdfFault(PdfFaultKind.Encrypted, Revisions[^1].Sections[0].Start, "the file is encrypted");
        Latest = new PdfView(this, Revisions.Count - 1);
        if (Revisions.FirstOrDefault(revision => revision.Trailer["Root"] is not PdfReference) is { } rootless) throw PdfFault.Malformed(rootless.Sections[0].Start, "a trailer names no catalog");
        if (Latest.Resolve(Latest.Trailer["Root"]) is not PdfDictionary) throw PdfFault.Malformed(Revisions[^1].Sections[0].Start, "what the trailer names is no catalog");
    }

    public PdfOctets Octets { get; }

    public PdfBudget Budget { get; } = new();

    /// <summary>Oldest first; one at least.</summary>
    public IReadOnlyList<PdfRevision> Revisions { get; }

    /// <summary>The file as a reader sees it.</summary>
    public PdfView Latest { get; }

    /// <summary>Numbers of all objects of all revisions.</summary>
    public IEnumerable<int> Numbers => Revisions.SelectMany(revision => revision.Entries.Keys).Distinct();

    /// <exception cref="PdfFault">It cannot be read.</exception>
    public static PdfFile Read(Stream file) => new(file);

    public PdfView At(int revision) => new(this, revision);

    /// <summary>Whether only white space stands between two octets.</summary>
    public bool IsBlank(long from, long to)
    {
        var at = from;
        while (at < to && PdfLexer.IsWhite(Octets[at])) at++;
        return at >= to;
    }

    /// <summary>The cross reference that counts in a revision; null where there is none.</summary>
    public CrossReference? Entry(int number, int revision)
    {
        for (var index = revision; index >= 0; index--)
        {
            if (Revisions[index].Entries.TryGetValue(number, out var entry)) return entry;
        }

        return null;
    }

    /// <summary>The object in a revision; null where it is free or not there.</summary>
    /// <exception cref="PdfFault">It is not where its cross reference says.</exception>
    public PdfIndirect? Find(int number, int revision, bool keep = true)
    {
        if (Entry(number, revision) is not { Place: not PdfPlace.Free } entry) return null;
        if (entry.Place == PdfPlace.ObjectStream) return StreamAt((int)entry.At, revision).Read(number, entry.Generation, Budget);
        if (_objects.TryGetValue(entry.At, out var known) && known.Number == number) return known;

        var lexer = new PdfLexer(Octets, entry.At, Budget);
        var read = lexer.ReadIndirect(reference => LengthOf(reference, revision));
        if (read.Number != number || read.Generation != entry.Generation) throw PdfFault.Malformed(entry.At, $"object {number} is not where its cross reference says");
        if (!keep) return read;
        if (_objects.Count >= MaxKept || (_kept += lexer.Tokens) > MaxPartsKept)
        {
            _objects.Clear();
            _kept = lexer.Tokens;
        }

        return _objects[entry.At] = read;
    }

    /// <summary>Faults where an object begins behind the last revision: the update that it belongs to has lost its end, and what it added is not known.</summary>
    public void ThrowIfCutShort()
    {
        var lexer = new PdfLexer(Octets, Revisions[^1].End, Budget);
        lexer.SkipWhite();
        if (BeginsObject(lexer)) throw PdfFault.Malformed(lexer.Position, "the file is truncated: behind its last revision begins another one that has no end");
    }

    private static bool BeginsObject(PdfLexer lexer)
    {
        try
        {
            lexer.ReadHeader();
            return true;
        }
        catch (PdfFault)
        {
            return false;
        }
    }

    // A length may be an object of its own, but not one whose reading asks for a length again.
    private long? LengthOf(PdfReference reference, int revision)
    {
        if (!_lengths.Add(reference.Number)) return null;
        try
        {
            return Find(reference.Number, revision) is { Value: PdfInteger length } found && found.Generation == reference.Generation ? length.Value : null;
        }
        finally
        {
            _lengths.Remove(reference.Number);
        }
    }

    private ObjectStream StreamAt(int number, int revision)
    {
        if (Entry(number, revision) is not { Place: PdfPlace.File } entry) throw PdfFault.Malformed(0, $"object stream {number} is not in the file");
        var known = _streams.FindIndex(kept => kept.At == entry.At);
        if (known >= 0) return _streams[known].Stream;
        if (Find(number, revision, keep: false) is not { Value: PdfStream stream } || stream.Dictionary.Name("Type") != "ObjStm") throw PdfFault.Malformed(entry.At, $"object {number} is no object stream");
        var read = new ObjectStream(PdfFilters.Decode(Octets, stream, Budget), stream.Dictionary, entry.At, Budget);
        if (_streams.Count >= StreamsKept) _streams.RemoveAt(0);
        _streams.Add((entry.At, read));
        return read;
    }

    /// <summary>Objects in a stream: ISO 32000-2 section 7.5.7.</summary>
    private sealed class ObjectStream
    {
        private readonly PdfOctets _octets;
        private readonly long _at;
        private readonly List<(int Number, long At)> _index = [];

        public ObjectStream(byte[] decoded, PdfDictionary dictionary, long at, PdfBudget budget)
        {
            (_octets, _at) = (PdfOctets.Of(decoded), at);
            if (dictionary.Integer("N") is not (>= 0 and <= PdfBudget.MaxObjectNumber and var count) || dictionary.Integer("First") is not (>= 0 and var first) || first > decoded.Length) throw PdfFault.Malformed(at, "an object stream does not say what is in it");
            var lexer = new PdfLexer(_octets, 0, budget);
            for (var index = 0; index < count; index++)
            {
                var (number, offset) = (lexer.ReadDigits(), lexer.ReadDigits());
                if (number > PdfBudget.MaxObjectNumber || offset > decoded.Length - first) throw PdfFault.Malformed(at, "an object stream has an object out of bounds");
                _index.Add(((int)number, first + offset));
            }
        }

        public PdfIndirect Read(int number, int index, PdfBudget budget)
        {
            if (index >= _index.Count || _index[index].Number != number) throw PdfFault.Malformed(_at, $"object {number} is not where its cross reference says");
            var lexer = new PdfLexer(_octets, _index[index].At, budget);
            return new PdfIndirect(number, 0, lexer.ReadObject(), _at, _at);
        }
    }
}

/// <summary>The file as a reader saw it when one revision was its last.</summary>
internal sealed class PdfView(PdfFile file, int revision)
{
    private const int MaxSteps = 16;

    public PdfFile File => file;

    public int Revision => revision;

    public PdfDictionary Trailer => file.Revisions[revision].Trailer;

    public PdfDictionary Catalog => Resolve(Trailer["Root"]) as PdfDictionary ?? PdfDictionary.Empty;

    /// <summary>The object of a number, whatever its generation; null object where there is none.</summary>
    public PdfObject this[int number] => file.Find(number, revision)?.Value ?? PdfNull.Instance;

    /// <summary>What stands behind references; the null object where that is nothing.</summary>
    public PdfObject Resolve(PdfObject value)
    {
        for (var step = 0; value is PdfReference reference; step++)
        {
            if (step == MaxSteps) throw PdfFault.Malformed(0, "references lead to references without an end");
            value = file.Find(reference.Number, revision) is { } found && found.Generation == reference.Generation ? found.Value : PdfNull.Instance;
        }

        return value;
    }

    public PdfDictionary? Dictionary(PdfObject value) => Resolve(value) as PdfDictionary;

    /// <summary>Items of an array; none where it is none.</summary>
    public IReadOnlyList<PdfObject> Items(PdfObject value) => Resolve(value) is PdfArray array ? array.Items : [];
}
