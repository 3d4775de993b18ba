using System.Security.Cryptography;
using Vss.Interlink.Exchange.Faults;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>Reads a body and holds it to its digest: the read that brings the last octets throws BODY_UNREADABLE when they were others.</summary>
internal sealed class VerifyingStream(BodyReadStream content, ContentDigest digest, Func<string, string, ExchangeFault> unreadable) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _verified;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position { get => content.Position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        Check(buffer[..read], buffer.Length);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        Check(buffer.Span[..read], buffer.Length);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> read, int asked)
    {
        if (read.Length > 0) _hash.AppendData(read);
        if (_verified || asked == 0 || (read.Length > 0 && content.Position < content.Length)) return;
        if (!digest.Octets.SequenceEqual(_hash.GetHashAndReset())) throw unreadable("is not the content that its name says", "body.digest");
        _verified = true;
    }
}
