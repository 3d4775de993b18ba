using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Puts length-prefixed messages into a pipe. A serializer that announces its length writes straight into the pipe;
/// one that does not is held back until its length is known. Not for two writers at once.
/// </summary>
internal sealed class MessageWriter(PipeWriter output, int? maxMessageSize) : SerializationContext, IBufferWriter<byte>
{
    private const int PrefixLength = 5;

    private ArrayBufferWriter<byte>? _held;
    private int _announced;
    private int _written;
    private bool _complete;

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the limit; nothing was written.</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serializer)
    {
        _held = null;
        _announced = -1;
        _written = 0;
        _complete = false;
        serializer(message, this);
        if (!_complete) throw new InvalidOperationException("The serializer did not complete its message.");
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    public ValueTask CompleteAsync() => output.CompleteAsync();

    public override void SetPayloadLength(int payloadLength)
    {
        WritePrefix(payloadLength);
        _announced = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter() => _announced >= 0 ? this : _held ??= new ArrayBufferWriter<byte>();

    public override void Complete(byte[] payload)
    {
        if (_announced < 0) SetPayloadLength(payload.Length);
        this.Write(payload);
        Complete();
    }

    public override void Complete()
    {
        if (_announced < 0)
        {
            var held = _held?.WrittenMemory ?? default;
            SetPayloadLength(held.Length);
            this.Write(held.Span);
        }

        // The prefix has gone out; a message of another length would shift every message after it.
        if (_written != _announced) throw new InvalidOperationException($"The serializer announced {_announced} bytes and wrote {_written}.");
        _complete = true;
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        output.Advance(count);
        _written += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => output.GetMemory(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => output.GetSpan(sizeHint);

    private void WritePrefix(int length)
    {
        if (length > maxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {length} bytes was to be sent; the limit is {maxMessageSize}."));
        var prefix = output.GetSpan(PrefixLength);
        prefix[0] = 0; // not compressed
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        output.Advance(PrefixLength);
    }
}
