using System.Security.Cryptography;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>One body on its way into the store: write, then <see cref="CommitAsync"/>. It is encrypted as it comes; memory does not grow with the content.</summary>
public sealed class BodyWriteStream : BodyDigestStream
{
    private readonly BodyStore _store;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _dataKey = RandomNumberGenerator.GetBytes(MasterKey.DataKeyLength);
    private readonly BodySegments _segments;
    private readonly byte[] _plain = new byte[BodySegments.Size];
    private readonly byte[] _sealed = new byte[BodySegments.SealedSize];
    private int _filled;
    private long _segment;
    private bool _isBroken;

    internal BodyWriteStream(BodyStore store, string path, long maxLength) : base(maxLength)
    {
        (_store, _path) = (store, path);
        _segments = new BodySegments(_dataKey);
        try
        {
            _file = OwnerOnly.Open(path, FileMode.CreateNew, FileAccess.Write, FileOptions.Asynchronous, bufferSize: 0);
        }
        catch (IOException full) when (DiskRoom.IsFull(full))
        {
            throw DiskRoom.Refusal();
        }

        _file.Position = BodyHeader.Length;   // the header is written when the digest is known; until then this is no body
    }

    /// <summary>Flushes and names the content; from now on it is durable. A second call gives the same answer.</summary>
    /// <exception cref="Faults.ExchangeFault">OVERLOADED: the disk is full.</exception>
    public override Task<StoredBody> CommitAsync(CancellationToken cancellation) => Committed is { } done ? Task.FromResult(done) : Task.Run(Commit, cancellation);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RequireWhole();
        Count(buffer);
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length) WriteSealed(SealSegment(isLast: false));
            buffer = buffer[Fill(buffer)..];
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        RequireWhole();
        Count(buffer.Span);
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length) await WriteSealedAsync(SealSegment(isLast: false), cancellationToken);
            buffer = buffer[Fill(buffer.Span)..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _segments.Dispose();
            CryptographicOperations.ZeroMemory(_dataKey);
            CryptographicOperations.ZeroMemory(_plain);
            if (Committed is null) File.Delete(_path);
        }

        base.Dispose(disposing);
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
        var digest = Digest();
        var header = BodyHeader.Make(_store.Keys.Current(), _dataKey, Length, digest);
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
        return Committed = new StoredBody(digest, Length);
    }
}
