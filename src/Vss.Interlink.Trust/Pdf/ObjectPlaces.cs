using System.Runtime.InteropServices;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// The places in the file at which cross references say that objects begin, held against its octets as these pass by. Whoever repairs a file in which another object begins there sees another
/// document than whoever does not.
/// </summary>
internal sealed class ObjectPlaces
{
    private readonly PdfFile _file;
    private readonly List<long> _places;
    private readonly List<(int Number, int Generation)> _objects;
    private readonly long _size;
    private int _next;

    public ObjectPlaces(PdfFile file)
    {
        _file = file;
        _size = file.Revisions[^1].Trailer.Integer("Size") ?? long.MaxValue;
        var count = file.Revisions.Sum(revision => revision.Entries.Count);
        (_places, _objects) = (new List<long>(count), new List<(int, int)>(count));
        foreach (var revision in file.Revisions) Add(revision.Entries);
    }

    /// <summary>The first cross reference that names another object than the one that begins there, or none; null as long as there is none.</summary>
    public PdfFault? Fault { get; private set; }

    /// <summary>Holds the objects that should begin in these octets against them.</summary>
    /// <param name="at">Where in the file they stand: behind those of the call before.</param>
    /// <param name="octets">The octets.</param>
    /// <exception cref="PdfFault">Reading goes over a limit.</exception>
    public void Pass(long at, ReadOnlySpan<byte> octets)
    {
        for (; Fault is null && _next < _places.Count && _places[_next] < at + octets.Length; _next++)
        {
            var place = _places[_next] - at;
            if (_objects[_next].Number >= _size || place < 0 || !BeginsPlainly(octets[(int)place..], _objects[_next])) Read(_places[_next], _objects[_next]);
        }
    }

    /// <summary>Says that no octets are left: what should begin behind them begins nowhere.</summary>
    public void End()
    {
        for (; Fault is null && _next < _places.Count; _next++) Read(_places[_next], _objects[_next]);
    }

    // Revisions lie one behind the other, so that each has a part to sort; where one names what lies before it, everything up to there is sorted again.
    private void Add(IReadOnlyDictionary<int, CrossReference> entries)
    {
        var start = _places.Count;
        var isForward = true;
        foreach (var (number, entry) in entries)
        {
            if (entry.Place != PdfPlace.File) continue;
            isForward &= _places.Count == start || _places[^1] <= entry.At;
            _places.Add(entry.At);
            _objects.Add((number, entry.Generation));
        }

        if (!isForward) Sort(start);
        if (start > 0 && start < _places.Count && _places[start] < _places[start - 1]) Sort(0);
    }

    private void Sort(int start) => CollectionsMarshal.AsSpan(_places)[start..].Sort(CollectionsMarshal.AsSpan(_objects)[start..]);

    // As nearly every writer writes it: "12 0 obj" and white space. What is written otherwise, or goes on behind these octets, is read token by token.
    private static bool BeginsPlainly(ReadOnlySpan<byte> octets, (int Number, int Generation) expected)
    {
        const int most = 19;   // 8388607 65535 obj and an end of line
        var found = octets[..Math.Min(most, octets.Length)];
        var first = found.IndexOf((byte)' ');
        if (first < 0 || PdfLexer.Number(found[..first]) != expected.Number) return false;
        found = found[(first + 1)..];
        var second = found.IndexOf((byte)' ');
        return second >= 0 && PdfLexer.Number(found[..second]) == expected.Generation && found[second..] is [(byte)' ', (byte)'o', (byte)'b', (byte)'j', (byte)'\r' or (byte)'\n' or (byte)' ', ..];
    }

    private void Read(long at, (int Number, int Generation) expected)
    {
        try
        {
            if (expected.Number >= _size) throw PdfFault.Malformed(at, $"object {expected.Number} is beyond the Size of the trailer");
            if (new PdfLexer(_file.Octets, at, _file.Budget).ReadHeader() != expected) throw PdfFault.Malformed(at, $"object {expected.Number} is not where its cross reference says");
        }
        catch (PdfFault fault) when (fault.Kind == PdfFaultKind.Malformed)
        {
            Fault = fault;
        }
    }
}
