using System.Security.Cryptography;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>One body on its way into the store: write, then <see cref="CommitAsync"/>. Memory does not grow with the content.</summary>
public sealed class BodyWriteStream : Stream
{
    private readonly BodyStore _store;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private StoredBody? _committed;

    internal BodyWriteStream(BodyStore store, string path)
    {
        _store = store;
        _path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => _committed is null;

    /// <summary>Octets written so far.</summary>
    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    private long _written;

    /// <summary>Flushes and names the content; from now on it is durable. A second call gives the same answer.</summary>
    public Task<StoredBody> CommitAsync(CancellationToken cancellation) => _committed is { } done ? Task.FromResult(done) : Task.Run(Commit, cancellation);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Count(buffer);
        _file.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Span);
        await _file.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => _file.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
            if (_committed is null) File.Delete(_path);
        }

        base.Dispose(disposing);
    }

    private void Count(ReadOnlySpan<byte> piece)
    {
        if (_committed is not null) throw new InvalidOperationException("The body is committed.");
        _written += piece.Length;
        if (_written > _store.MaxBodyBytes) throw new ExchangeFault(Fault.LimitExceeded, $"One attachment may have {_store.MaxBodyBytes} octets.", "limit.body");
        _hash.AppendData(piece);
    }

    private StoredBody Commit()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        var digest = ContentDigest.Stored(_hash.GetHashAndReset());
        _store.Adopt(_path, digest, _written);
        return _committed = new StoredBody(digest, _written);
    }
}
