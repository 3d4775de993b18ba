namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// What is proved to have been there, and since when: the set of POEs of EN 319 102-1 section 5.6.2.3, of which only revocation lists and OCSP answers matter here. By their octets, for one list
/// may lie in several places.
/// </summary>
/// <param name="around">What is proved anyway; null for nothing.</param>
internal sealed class ProofSet(ProofSet? around = null)
{
    private readonly Dictionary<ReadOnlyMemory<byte>, DateTimeOffset> _since = new(new ByOctets());

    /// <summary>The earliest proof counts.</summary>
    public void Add(IEnumerable<ReadOnlyMemory<byte>> octets, DateTimeOffset at)
    {
        foreach (var one in octets)
        {
            if (!_since.TryGetValue(one, out var known) || at < known) _since[one] = at;
        }
    }

    /// <summary>Since when it is proved to be there; null where nothing proves it.</summary>
    public DateTimeOffset? Of(ReadOnlyMemory<byte> octets)
    {
        var known = around?.Of(octets);
        return _since.TryGetValue(octets, out var at) && !(known < at) ? at : known;
    }

    private sealed class ByOctets : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        // The end of a list or an answer is its signature: that tells them apart, and long ones cost no more than short ones.
        public int GetHashCode(ReadOnlyMemory<byte> octets)
        {
            var hash = default(HashCode);
            hash.AddBytes(octets.Span[^Math.Min(64, octets.Length)..]);
            return hash.ToHashCode();
        }
    }
}
