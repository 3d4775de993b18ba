using System.Security.Cryptography;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// Digests of byte ranges by one pass over the file, however many signatures it has: what two ranges begin with alike is digested once, for a range begins at octet 0 and its hole ends the common
/// part. The pass also sees every ByteRange key, for signatures that no field reaches.
/// </summary>
internal sealed class RangeDigests : IDisposable
{
    private const int BufferSize = 80 * 1024;   // below what goes to the large object heap
    private const int MostTails = 4;
    private static readonly byte[] s_key = "/ByteRange"u8.ToArray();

    private readonly Dictionary<(ByteRange Range, HashAlgorithmName Hash), byte[]> _digests = [];
    private readonly Dictionary<HashAlgorithmName, IncrementalHash> _common = [];
    private readonly List<(ByteRange Range, HashAlgorithmName Hash, IncrementalHash State)> _open = [];

    /// <summary>Places of ByteRange keys.</summary>
    public List<long> Keys { get; } = [];

    /// <param name="file">The octets.</param>
    /// <param name="wanted">What is to be digested.</param>
    /// <param name="places">Where objects should begin, to be looked at in the same pass.</param>
    public static RangeDigests Compute(PdfOctets file, IReadOnlyCollection<(ByteRange Range, HashAlgorithmName Hash)> wanted, ObjectPlaces places)
    {
        using var pass = new RangeDigests();
        var distinct = wanted.Distinct().OrderBy(each => each.Range.Hole).ToList();

        // Behind their holes ranges of one file overlap only where they cannot all be right.
        if (distinct.Sum(each => each.Range.End - each.Range.Resume) > MostTails * file.Length) throw PdfFault.Limit(0, "the ranges of the signatures overlap too much");
        pass.Run(file, distinct, places);
        places.End();
        return pass;
    }

    /// <summary>A digest that was asked for.</summary>
    public byte[] this[ByteRange range, HashAlgorithmName hash] => _digests[(range, hash)];

    public void Dispose()
    {
        foreach (var state in _common.Values) state.Dispose();
        foreach (var (_, _, state) in _open) state.Dispose();
    }

    private void Run(PdfOctets file, List<(ByteRange Range, HashAlgorithmName Hash)> wanted, ObjectPlaces places)
    {
        foreach (var hash in wanted.Select(each => each.Hash).Distinct()) _common[hash] = IncrementalHash.CreateHash(hash);
        var stops = new SortedSet<long>(wanted.SelectMany(each => new[] { each.Range.Hole, each.Range.Resume, each.Range.End })) { file.Length };
        var lastHole = wanted.GroupBy(each => each.Hash).ToDictionary(group => group.Key, group => group.Max(each => each.Range.Hole));
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var carried = 0;   // the end of the octets before, in which a key may begin
        var next = 0;
        long at = 0;
        foreach (var stop in stops)
        {
            while (at < stop)
            {
                var count = file.Read(at, buffer.AsSpan(carried, (int)Math.Min(stop - at, BufferSize - carried)));
                if (count == 0) throw new EndOfStreamException("The file became shorter while it was read.");
                Feed(at, buffer.AsSpan(carried, count), lastHole);
                places.Pass(at, buffer.AsSpan(carried, count));
                carried = Find(buffer, carried + count, at + count);
                at += count;
            }

            for (; next < wanted.Count && wanted[next].Range.Hole == stop; next++) _open.Add((wanted[next].Range, wanted[next].Hash, _common[wanted[next].Hash].Clone()));
            foreach (var (range, hash, state) in _open.Where(each => each.Range.End == stop)) _digests[(range, hash)] = state.GetCurrentHash();
            _open.RemoveAll(Ended);
        }

        bool Ended((ByteRange Range, HashAlgorithmName Hash, IncrementalHash State) each)
        {
            if (each.Range.End > at) return false;
            each.State.Dispose();
            return true;
        }
    }

    private void Feed(long at, ReadOnlySpan<byte> octets, Dictionary<HashAlgorithmName, long> lastHole)
    {
        foreach (var (hash, state) in _common)
        {
            if (at < lastHole[hash]) state.AppendData(octets);
        }

        foreach (var (range, _, state) in _open)
        {
            if (at >= range.Resume) state.AppendData(octets);
        }
    }

    // Gives how many octets at the beginning of the buffer are kept for the next search.
    private int Find(byte[] buffer, int count, long end)
    {
        var searched = buffer.AsSpan(0, count);
        for (var from = 0; searched[from..].IndexOf(s_key) is >= 0 and var found; from += found + s_key.Length)
        {
            if (Keys.Count < PdfBudget.MaxSignatures * 2) Keys.Add(end - count + from + found);
        }

        var kept = Math.Min(count, s_key.Length - 1);
        searched[^kept..].CopyTo(buffer);
        return kept;
    }
}
