using System.Buffers;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Octets that grow in a rented array.</summary>
internal sealed class PooledOctets(int size = 4096) : IBufferWriter<byte>, IDisposable
{
    private byte[] _octets = ArrayPool<byte>.Shared.Rent(size);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _octets.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _octets.AsSpan(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(GetSpan(octets.Length));
        Length += octets.Length;
    }

    /// <summary>Takes back everything from an index on.</summary>
    public void CutTo(int length) => Length = Math.Min(Length, length);

    public void Dispose()
    {
        if (_octets.Length > 0) ArrayPool<byte>.Shared.Return(_octets);
        (_octets, Length) = ([], 0);
    }

    private void Reserve(int more)
    {
        if (_octets.Length - Length >= Math.Max(more, 1)) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + more, 2 * _octets.Length));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = larger;
    }
}
