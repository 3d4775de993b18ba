using System.Security.Cryptography;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>One body on its way into the store: write, then <see cref="CommitAsync"/>. It is encrypted as it comes; memory does not grow with the content.</summary>
public sealed class BodyWriteStream : Stream
{
    private readonly BodyStore _store;
    private readonly string _path;
    private readonly long _maxLength;
    private readonly FileStream _file;
    private readonly byte[] _dataKey = RandomNumberGenerator.GetBytes(MasterKey.DataKeyLength);
    private readonly BodySegments _segments;
    private readonly byte[] _plain = new byte[BodySegments.Size];
    private readonly byte[] _sealed = new byte[BodySegments.SealedSize];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _filled;
    private long _segment;
    private long _written;
    private bool _isBroken;
    private StoredBody? _committed;

    internal BodyWriteStream(BodyStore store, string path, long maxLength)
    {
        (_store, _path, _maxLength) = (store, path, maxLength);
        _segments = new BodySegments(_dataKey);
        try
        {
            _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (IOException full) when (DiskRoom.IsFull(full))
        {
            throw DiskRoom.Refusal();
        }

        _file.Position = BodyHeader.Length;   // the header is written when the digest is known; until then this is no body
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => _committed is null;

    /// <summary>Octets of content written so far.</summary>
    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>Flushes and names the content; from now on it is durable. A second call gives the same answer.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED: the disk is full.</exception>
    public Task<StoredBody> CommitAsync(CancellationToken cancellation) => _committed is { } done ? Task.FromResult(done) : Task.Run(Commit, cancellation);

    /// <inheritdoc/>
    /// <exception cref="ExchangeFault">LIMIT_EXCEEDED, as soon as the limit is passed; OVERLOADED: the disk is full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Count(buffer);
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length) WriteSealed(SealSegment(isLast: false));
            buffer = buffer[Fill(buffer)..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Span);
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length) await WriteSealedAsync(SealSegment(isLast: false), cancellationToken);
            buffer = buffer[Fill(buffer.Span)..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Does nothing: what is written counts from <see cref="CommitAsync"/> on.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _segments.Dispose();
            _hash.Dispose();
            CryptographicOperations.ZeroMemory(_dataKey);
            CryptographicOperations.ZeroMemory(_plain);
            if (_committed is null) File.Delete(_path);
        }

        base.Dispose(disposing);
    }

    private void Count(ReadOnlySpan<byte> piece)
    {
        if (_committed is not null) throw new InvalidOperationException("The body is committed.");
        RequireWhole();
        _written += piece.Length;
        if (_written > _maxLength) throw new ExchangeFault(Fault.LimitExceeded, $"One attachment may have {_maxLength} octets.", "limit.body");
        _hash.AppendData(piece);
    }

    private int Fill(ReadOnlySpan<byte> piece)
    {
        var taken = Math.Min(piece.Length, _plain.Length - _filled);
        piece[..taken].CopyTo(_plain.AsSpan(_filled));
        _filled += taken;
        return taken;
    }

    // A full segment waits until more content comes: only then is it known not to be the last.
    private ReadOnlyMemory<byte> SealSegment(bool isLast)
    {
        var length = _segments.Seal(_segment++, isLast, _plain.AsSpan(0, _filled), _sealed);
        _filled = 0;
        return _sealed.AsMemory(0, length);
    }

    // A segment that did not come to the disk whole leaves a hole: nothing may follow it.
    private void RequireWhole()
    {
        if (_isBroken) throw new InvalidOperationException("An earlier write of this body failed.");
    }

    private void WriteSealed(ReadOnlyMemory<byte> octets)
    {
        _isBroken = true;
        try
        {
            _file.Write(octets.Span);
            _isBroken = false;
        }
        catch (IOException full) when (DiskRoom.IsFull(full))
        {
            throw DiskRoom.Refusal();
        }
    }

    private async ValueTask WriteSealedAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellation)
    {
        _isBroken = true;
        try
        {
            await _file.WriteAsync(octets, cancellation);
            _isBroken = false;
        }
        catch (IOException full) when (DiskRoom.IsFull(full))
        {
            throw DiskRoom.Refusal();
        }
    }

    private StoredBody Commit()
    {
        RequireWhole();
        WriteSealed(SealSegment(isLast: true));
        _isBroken = true;   // until all that follows was done: a second try would add a second end
        var digest = ContentDigest.Stored(_hash.GetHashAndReset());
        var header = BodyHeader.Make(_store.Keys.Current(), _dataKey, _written, digest);
        try
        {
            _file.Position = 0;
            _file.Write(header.ToArray());
            _file.Flush(flushToDisk: true);
            _store.Stamp(_file.SafeFileHandle);
            _file.Dispose();
            _store.Adopt(_path, digest);
        }
        catch (IOException full) when (DiskRoom.IsFull(full))
        {
            throw DiskRoom.Refusal();
        }

        _isBroken = false;
        return _committed = new StoredBody(digest, _written);
    }
}
