namespace Vss.Interlink.XmlSecurity;

/// <summary>Decides the encoding family by the first octets (XML 1.0 appendix F) and counts octets while they are read.</summary>
internal sealed class SniffedStream : Stream
{
    private readonly Stream _inner;
    private readonly byte[] _head;
    private readonly long _limit;
    private int _headAt;
    private long _read;

    private SniffedStream(Stream inner, byte[] head, bool utf16, long limit) => (_inner, _head, IsUtf16, _limit) = (inner, head, utf16, limit);

    public bool IsUtf16 { get; }

    public static SniffedStream Over(Stream input, long limit)
    {
        var head = new byte[4];
        var length = input.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        var utf16 = head.AsSpan(0, length) switch
        {
            [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] or [0, 0, 0, 0x3C, ..] or [0x3C, 0, 0, 0, ..] => throw Unsupported("UTF-32"),
            [0x4C, 0x6F, 0xA7, 0x94, ..] => throw Unsupported("EBCDIC"),
            [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, 0x3C, ..] or [0x3C, 0, ..] => true,
            _ => false,
        };
        return new SniffedStream(input, head[..length], utf16, limit);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_headAt < _head.Length)
        {
            var taken = Math.Min(buffer.Length, _head.Length - _headAt);
            _head.AsSpan(_headAt, taken).CopyTo(buffer);
            _headAt += taken;
            return Counted(taken);
        }

        return Counted(_inner.Read(buffer));
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static XmlRefusedException Unsupported(string name) =>
        new(XmlRefusalKind.UnsupportedEncoding, $"the document is in {name}; only UTF-8 and UTF-16 are accepted");

    private int Counted(int octets)
    {
        _read += octets;
        return _read <= _limit ? octets : throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, $"the document is longer than {_limit} octets");
    }
}
