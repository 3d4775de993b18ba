using System.Buffers;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Octets that came before their turn, of all time stamps of a document one behind the other: in memory up to a size and then in one temporary file, however
/// many parts wait. They are given back with the report.
/// </summary>
/// <param name="all">Where they are kept.</param>
/// <param name="limit">How many may wait.</param>
internal sealed class WaitingOctets(SignedOctets all, long limit)
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Keeps the next octets of a part.</summary>
    /// <exception cref="XmlRefusedException">Too many wait.</exception>
    public void Write(List<(long Start, long Length)> part, ReadOnlySpan<byte> octets)
    {
        if (all.Length + octets.Length > limit) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, "the time stamps are over so many parts in another order that too much must wait");
        if (part is [.., var (start, length)] && start + length == all.Length) part[^1] = (start, length + octets.Length);
        else part.Add((all.Length, octets.Length));
        all.Write(octets);
    }

    /// <summary>Hands a part on.</summary>
    public void Read(List<(long Start, long Length)> part, OctetSink sink)
    {
        if (all.TryGetMemory(out var held))
        {
            foreach (var (start, length) in part) sink.Write(held.Span.Slice((int)start, (int)length));
            return;
        }

        using var octets = all.Open();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        foreach (var (start, length) in part)
        {
            octets.Position = start;
            for (var left = length; left > 0;)
            {
                var read = octets.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0) throw new EndOfStreamException("A temporary file became shorter.");
                sink.Write(buffer.AsSpan(0, read));
                left -= read;
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
