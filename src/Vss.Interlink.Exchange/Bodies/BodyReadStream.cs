using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Vss.Interlink.Exchange.Faults;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// The content of a body's file, from any place, one segment in memory. Nothing is given out before its tag was verified; what cannot be verified throws BODY_UNREADABLE. That the whole is what its
/// name says is for <see cref="VerifyingStream"/>, which sees all of it.
/// </summary>
internal sealed class BodyReadStream : Stream
{
    private readonly SafeFileHandle _file;
    private readonly Func<string, string, ExchangeFault> _unreadable;
    private readonly BodySegments _segments;
    private readonly byte[] _sealed = new byte[BodySegments.SealedSize];
    private readonly byte[] _plain = new byte[BodySegments.Size];
    private readonly long _length;
    private long _loaded = -1;
    private long _position;

    private BodyReadStream(SafeFileHandle file, BodyHeader header, byte[] dataKey, Func<string, string, ExchangeFault> unreadable)
    {
        (_file, _length, KeyId, _unreadable) = (file, header.ContentLength, header.KeyId, unreadable);
        _segments = new BodySegments(dataKey);
        CryptographicOperations.ZeroMemory(dataKey);
    }

    /// <summary>Takes over the file, whatever comes of it.</summary>
    /// <param name="file">Of the body.</param>
    /// <param name="digest">Its name.</param>
    /// <param name="keys">One of them wrapped its data key.</param>
    /// <param name="unreadable">Makes the fault from what is wrong and the rule that found it.</param>
    /// <exception cref="ExchangeFault">BODY_UNREADABLE.</exception>
    public static BodyReadStream Open(SafeFileHandle file, ContentDigest digest, BodyKeys keys, Func<string, string, ExchangeFault> unreadable)
    {
        try
        {
            Span<byte> octets = stackalloc byte[BodyHeader.Length];
            var header = BodyHeader.Read(octets[..RandomAccess.Read(file, octets, 0)]);
            if (header is null) throw unreadable("has not the header of an encrypted body: it was damaged, or written before bodies were encrypted, which this version does not read", "body.header");
            var dataKey = Unwrap(header);
            if (RandomAccess.GetLength(file) != BodySegments.FileLength(header.ContentLength)) throw unreadable("has not the length that its header states", "body.length");
            return new BodyReadStream(file, header, dataKey, unreadable);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        byte[] Unwrap(BodyHeader header)
        {
            var master = keys.Find(header.KeyId) ?? throw unreadable($"needs the key '{header.KeyId}', which Exchange:BodyKeys does not hold", "body.key");
            return header.Unwrap(master, digest) ?? throw unreadable($"has a header that does not open with the key '{header.KeyId}': it is damaged or another body's, or that id is another key's", "body.header");
        }
    }

    /// <summary>Id of the master key that wraps its data key.</summary>
    public string KeyId { get; }

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
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !Needs(out var segment)) return 0;
        if (segment != _loaded) Load(segment, RandomAccess.Read(_file, _sealed.AsSpan(0, SealedLength(segment)), BodySegments.PlaceOf(segment)));
        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || !Needs(out var segment)) return 0;
        if (segment != _loaded) Load(segment, await RandomAccess.ReadAsync(_file, _sealed.AsMemory(0, SealedLength(segment)), BodySegments.PlaceOf(segment), cancellationToken));
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => _length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _segments.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    // Empty content has a segment too, and its tag says that it was meant to be empty.
    private bool Needs(out long segment)
    {
        segment = _position / BodySegments.Size;
        return _position < _length || (_length == 0 && _position == 0);
    }

    private int PlainLength(long segment) => (int)Math.Min(BodySegments.Size, _length - (segment * BodySegments.Size));

    private int SealedLength(long segment) => PlainLength(segment) + BodySegments.TagLength;

    private void Load(long segment, int read)
    {
        _loaded = -1;
        var isLast = segment == BodySegments.Count(_length) - 1;
        if (read != SealedLength(segment) || !_segments.Open(segment, isLast, _sealed.AsSpan(0, read), _plain.AsSpan(0, PlainLength(segment))))
            throw _unreadable($"is damaged in segment {segment} of {BodySegments.Count(_length)}", "body.segment");
        _loaded = segment;
    }

    private int Take(Span<byte> buffer)
    {
        var at = (int)(_position % BodySegments.Size);
        var taken = Math.Min(buffer.Length, PlainLength(_loaded) - at);
        _plain.AsSpan(at, taken).CopyTo(buffer);
        _position += taken;
        return taken;
    }
}
