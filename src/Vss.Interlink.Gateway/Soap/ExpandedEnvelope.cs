using System.Buffers.Text;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Pieces of an envelope and attachments between them, one after the other. Base64 is made while it is read, so that each attachment is held once, as it came.</summary>
internal sealed class ExpandedEnvelope(bool isUtf16, bool isBigEndian) : Stream
{
    private const int OctetsAtOnce = 3 * 1024;

    private readonly byte[] _characters = new byte[OctetsAtOnce / 3 * 4];
    private readonly List<Piece> _pieces = [];
    private readonly int _width = isUtf16 ? 2 : 1;
    private long _length;
    private long _position;
    private int _current;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            (_position, _current) = (value, 0);
        }
    }

    /// <summary>Octets of the envelope as they came.</summary>
    public void Add(ReadOnlyMemory<byte> octets) => Add(new Piece(_length, octets.Length, octets, false));

    /// <summary>Octets that are read as base64, in the encoding of the envelope.</summary>
    public void AddBase64(ReadOnlyMemory<byte> octets) => Add(new Piece(_length, (octets.Length + 2L) / 3 * 4 * _width, octets, true));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_current < _pieces.Count && _position >= _pieces[_current].Start + _pieces[_current].Length) _current++;
        if (_current == _pieces.Count || buffer.IsEmpty) return 0;
        var piece = _pieces[_current];
        var offset = _position - piece.Start;
        var read = (int)Math.Min(buffer.Length, piece.Length - offset);
        if (piece.IsBase64) read = ReadBase64(piece.Octets.Span, offset, buffer[..read]);
        else piece.Octets.Span.Slice((int)offset, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Add(Piece piece)
    {
        if (piece.Length == 0) return;
        _pieces.Add(piece);
        _length += piece.Length;
    }

    // From the group of three octets on in which the offset lies.
    private int ReadBase64(ReadOnlySpan<byte> octets, long offset, Span<byte> buffer)
    {
        var group = (int)(offset / _width / 4);
        var source = octets[(group * 3)..];
        Base64.EncodeToUtf8(source[..Math.Min(source.Length, OctetsAtOnce)], _characters, out _, out var made);
        var skipped = (int)(offset - (long)group * 4 * _width);
        var read = Math.Min(buffer.Length, made * _width - skipped);
        for (var at = 0; at < read; at++)
        {
            var wanted = skipped + at;
            var isHighOctet = isUtf16 && wanted % 2 == 0 == isBigEndian;
            buffer[at] = isHighOctet ? (byte)0 : _characters[wanted / _width];
        }

        return read;
    }

    private readonly record struct Piece(long Start, long Length, ReadOnlyMemory<byte> Octets, bool IsBase64);
}
