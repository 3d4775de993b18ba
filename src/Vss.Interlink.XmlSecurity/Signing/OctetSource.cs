using System.Buffers;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Octets that are read twice: once to digest them, once to copy them. They must not change in between.</summary>
public sealed class OctetSource
{
    private const int CopySize = 64 * 1024;

    private readonly ReadOnlyMemory<byte> _octets;
    private readonly Stream? _stream;
    private readonly long _start;

    private OctetSource(ReadOnlyMemory<byte> octets, Stream? stream) => (_octets, _stream, _start) = (octets, stream, stream?.Position ?? 0);

    /// <summary>Octets in memory.</summary>
    public static OctetSource Of(ReadOnlyMemory<byte> octets) => new(octets, null);

    /// <summary>A stream that can seek, from where it stands to its end. It is read synchronously and stays open.</summary>
    /// <exception cref="ArgumentException">It cannot seek.</exception>
    public static OctetSource Of(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanSeek ? new OctetSource(default, stream) : throw new ArgumentException("A stream that is read twice must be able to seek.", nameof(stream));
    }

    internal XmlTokenizer OpenXml(XmlLimits limits) => _stream is null ? new XmlTokenizer(_octets, limits) : new XmlTokenizer(Open(0), limits);

    /// <summary>The octets from an offset on. A stream is the source's own: one reading at a time, not to be disposed of.</summary>
    internal Stream Open(long offset)
    {
        if (_stream is null) return new OctetStream(_octets[checked((int)offset)..]);
        _stream.Position = _start + offset;
        return _stream;
    }

    /// <summary>Copies octets as they are.</summary>
    /// <exception cref="IOException">There are fewer than there were when they were digested.</exception>
    internal async ValueTask CopyAsync(long offset, long count, Stream output, CancellationToken cancellation)
    {
        if (_stream is null)
        {
            await output.WriteAsync(_octets.Slice(checked((int)offset), checked((int)count)), cancellation);
            return;
        }

        var input = Open(offset);
        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            while (count > 0)
            {
                var came = input.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
                if (came == 0) throw new IOException("The octets that were signed have become fewer while they were signed.");
                await output.WriteAsync(buffer.AsMemory(0, came), cancellation);
                count -= came;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a stream to its end, portion by portion.</summary>
    internal static void Feed(Stream input, Action<ReadOnlyMemory<byte>> sink)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            while (input.Read(buffer) is var came and > 0) sink(buffer.AsMemory(0, came));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal long Length => _stream is null ? _octets.Length : _stream.Length - _start;
}
