namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// What is proved to have been there, and since when: the set of POEs of EN 319 102-1 section 5.6.2.3, of which only revocation lists and OCSP answers matter here. By their octets, for one list
/// may lie in several places.
/// </summary>
internal sealed class ProofSet
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

    public void Add(ProofSet other)
    {
        foreach (var (octets, at) in other._since) Add([octets], at);
    }

    /// <summary>Since when it is proved to be there; null where nothing proves it.</summary>
    public DateTimeOffset? Of(ReadOnlyMemory<byte> octets) => _since.TryGetValue(octets, out var at) ? at : null;

    private sealed class ByOctets : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> octets)
        {
            var hash = default(HashCode);
            hash.AddBytes(octets.Span);
            return hash.ToHashCode();
        }
    }
}
