using System.Security.Cryptography;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>One body as it comes: write, then <see cref="CommitAsync"/>. This one counts and digests, and keeps nothing.</summary>
public class BodyDigestStream : Stream
{
    private readonly long _maxLength;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _written;

    internal BodyDigestStream(long maxLength) => _maxLength = maxLength;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => Committed is null;

    /// <summary>Octets of content written so far.</summary>
    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>What <see cref="CommitAsync"/> gave; null before.</summary>
    protected StoredBody? Committed { get; set; }

    /// <summary>Names the content. A second call gives the same answer.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED: the disk is full.</exception>
    public virtual Task<StoredBody> CommitAsync(CancellationToken cancellation) => Task.FromResult(Committed ??= new StoredBody(Digest(), _written));

    /// <inheritdoc/>
    /// <exception cref="ExchangeFault">LIMIT_EXCEEDED, as soon as the limit is passed; OVERLOADED: the disk is full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer) => Count(buffer);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Span);
        return ValueTask.CompletedTask;
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
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Takes a piece into length and digest.</summary>
    protected void Count(ReadOnlySpan<byte> piece)
    {
        if (Committed is not null) throw new InvalidOperationException("The body is committed.");
        _written += piece.Length;
        if (_written > _maxLength) throw new ExchangeFault(Fault.LimitExceeded, $"One attachment may have {_maxLength} octets.", "limit.body");
        _hash.AppendData(piece);
    }

    /// <summary>Of all that was counted; once.</summary>
    protected ContentDigest Digest() => ContentDigest.Stored(_hash.GetHashAndReset());
}
