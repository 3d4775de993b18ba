using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Puts length-prefixed messages into a pipe. A serializer that announces its length writes straight into the pipe;
/// one that does not, and a message to be compressed, is held back until its length is known. Not for two writers at once.
/// </summary>
internal sealed class MessageWriter(PipeWriter output, int? maxMessageSize) : SerializationContext, IBufferWriter<byte>
{
    private const int PrefixLength = 5;

    private ArrayBufferWriter<byte>? _held;
    private CompressionLevel? _compression;
    private int _announced;
    private int _written;
    private bool _complete;

    /// <summary>The level of gzip for messages that are compressed; null when the call has not announced gzip.</summary>
    public CompressionLevel? Gzip { get; set; }

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the limit; nothing was written.</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serializer, WriteFlags flags = WriteFlags.None)
    {
        _held?.ResetWrittenCount();
        _announced = -1;
        _written = 0;
        _complete = false;
        _compression = (flags & WriteFlags.NoCompress) == 0 ? Gzip : null;
        serializer(message, this);
        if (!_complete) throw new InvalidOperationException("The serializer did not complete its message.");
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    public ValueTask CompleteAsync() => output.CompleteAsync();

    public override void SetPayloadLength(int payloadLength)
    {
        ThrowIfTooLong(payloadLength);
        if (_compression is not null) return;
        WritePrefix(payloadLength, compressed: false);
        _announced = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter() => _announced >= 0 ? this : _held ??= new ArrayBufferWriter<byte>();

    public override void Complete(byte[] payload)
    {
        if (_announced < 0) WriteHeld(payload);
        else this.Write(payload);
        EndMessage();
    }

    public override void Complete()
    {
        if (_announced < 0) WriteHeld(_held is null ? default : _held.WrittenSpan);
        EndMessage();
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        output.Advance(count);
        _written += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => output.GetMemory(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => output.GetSpan(sizeHint);

    private void WriteHeld(ReadOnlySpan<byte> message)
    {
        ThrowIfTooLong(message.Length);
        // An empty message is never worth a member, and the platform's encoder would write none.
        var level = message.IsEmpty ? null : _compression;
        if (level is not null) message = Wire.Gzip.Compress(message, level.Value);
        WritePrefix(message.Length, compressed: level is not null);
        output.Write(message);
        _announced = _written = message.Length;
    }

    private void EndMessage()
    {
        // The prefix has gone out; a message of another length would shift every message after it.
        if (_written != _announced) throw new InvalidOperationException($"The serializer announced {_announced} bytes and wrote {_written}.");
        _complete = true;
    }

    private void ThrowIfTooLong(int length)
    {
        if (length > maxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {length} bytes was to be sent; the limit is {maxMessageSize}."));
    }

    private void WritePrefix(int length, bool compressed)
    {
        var prefix = output.GetSpan(PrefixLength);
        prefix[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        output.Advance(PrefixLength);
    }
}
