namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>A stream that is only read, forward.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override int Read(Span<byte> buffer);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Octets in memory, read forward.</summary>
internal sealed class OctetStream(ReadOnlyMemory<byte> octets) : ForwardStream
{
    private ReadOnlyMemory<byte> _rest = octets;

    public override int Read(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..taken].CopyTo(buffer);
        _rest = _rest[taken..];
        return taken;
    }
}

/// <summary>One stream after the other.</summary>
internal sealed class JoinedStream(params Stream[] parts) : ForwardStream
{
    private int _part;

    public override int Read(Span<byte> buffer)
    {
        while (_part < parts.Length)
        {
            var came = parts[_part].Read(buffer);
            if (came > 0 || buffer.IsEmpty) return came;
            _part++;
        }

        return 0;
    }
}
