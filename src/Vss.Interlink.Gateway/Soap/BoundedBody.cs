using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>The request's body, counted and timed while it is read: whatever length was declared or not, no more than the limit ever comes in, and no sender keeps it waiting.</summary>
internal sealed class BoundedBody : Stream
{
    /// <summary>The rule behind HTTP's own 413.</summary>
    public const string SizeRule = "http.body.size";

    private readonly HeldShare _held;
    private readonly BodyPace _pace;
    private readonly long _limit;
    private long _read;

    /// <exception cref="ExchangeFault">LIMIT_EXCEEDED when Content-Length alone says so.</exception>
    public BoundedBody(HttpRequest request, long limit, HeldShare held, TimeProvider clock)
    {
        (_limit, _held) = (limit, held);
        if (request.ContentLength > limit) throw TooLarge();
        _pace = new BodyPace(request.BodyReader, clock);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="ExchangeFault">LIMIT_EXCEEDED, OVERLOADED, or TRUNCATED when the connection ended before the body did or the body came too slowly.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await _pace.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException refused)
        {
            // Kestrel's own limits: 413 for a body that grew too large, 400 for one that broke off.
            throw refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge() : Truncated();
        }
        catch (IOException)
        {
            throw Truncated();
        }

        if (_read + read > _limit) throw TooLarge();
        _held.Take(read);
        _read += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Kestrel's bodies are read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _pace.Dispose();
        base.Dispose(disposing);
    }

    private static ExchangeFault Truncated() => new(Fault.Truncated, "the body ended early, or its chunks are malformed", "http.body.whole");

    private ExchangeFault TooLarge() => new(Fault.LimitExceeded, $"the message is longer than {_limit} octets", SizeRule);
}
