namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>Some octets, then one octet again and again, then other octets; made while it is read.</summary>
internal sealed class EndlessStream(byte[] head, byte filling, long times = long.MaxValue / 2, byte[]? tail = null) : Stream
{
    public long Given { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var beyondHead = Given - head.Length;
        int given;
        if (beyondHead < 0) given = Copy(head.AsSpan((int)Given), buffer);
        else if (beyondHead < times) buffer[..(given = (int)Math.Min(buffer.Length, times - beyondHead))].Fill(filling);
        else given = Copy(tail.AsSpan((int)(beyondHead - times)), buffer);
        Given += given;
        return given;
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> buffer)
    {
        var copied = Math.Min(source.Length, buffer.Length);
        source[..copied].CopyTo(buffer);
        return copied;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
