using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Puts length-prefixed messages into a pipe. A serializer that announces its length writes straight into the pipe;
/// one that does not, and a message to be compressed, is held back until its length is known.
/// </summary>
internal sealed class MessageWriter : SerializationContext, IBufferWriter<byte>
{
    private const int PrefixLength = 5;
    private const int LargestHeldForReuse = 64 * 1024;

    // Serializers run to their end at once, so a thread needs one of these, whatever the number of calls.
    [ThreadStatic]
    private static MessageWriter? s_ofThisThread;

    private ArrayBufferWriter<byte> _held = new();
    private PipeWriter? _output;
    private int? _maxMessageSize;
    private CompressionLevel? _compression;
    private int _announced;
    private int _written;
    private bool _complete;

    private MessageWriter() { }

    /// <param name="gzip">The level to compress with; null for a message that goes as it is.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the limit; nothing was written.</exception>
    public static void Write<T>(PipeWriter output, T message, Action<T, SerializationContext> serializer, int? maxMessageSize, CompressionLevel? gzip)
    {
        // Taken away meanwhile, for a serializer that writes a message of its own.
        var writer = s_ofThisThread ?? new MessageWriter();
        s_ofThisThread = null;
        (writer._output, writer._maxMessageSize, writer._compression) = (output, maxMessageSize, gzip);
        (writer._announced, writer._written, writer._complete) = (-1, 0, false);
        try
        {
            serializer(message, writer);
            if (!writer._complete) throw new InvalidOperationException("The serializer did not complete its message.");
        }
        finally
        {
            writer._output = null;
            if (writer._held.Capacity > LargestHeldForReuse) writer._held = new();
            else writer._held.ResetWrittenCount();
            s_ofThisThread = writer;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ThrowIfTooLong(payloadLength);
        if (_compression is not null) return;
        WritePrefix(payloadLength, compressed: false);
        _announced = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter() => _announced >= 0 ? this : _held;

    public override void Complete(byte[] payload)
    {
        if (_announced < 0) WriteHeld(payload);
        else this.Write(payload);
        EndMessage();
    }

    public override void Complete()
    {
        if (_announced < 0) WriteHeld(_held.WrittenSpan);
        EndMessage();
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        Output.Advance(count);
        _written += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Output.GetMemory(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Output.GetSpan(sizeHint);

    private PipeWriter Output => _output ?? throw new InvalidOperationException("The message has been written; its serializer must not keep the context.");

    private void WriteHeld(ReadOnlySpan<byte> message)
    {
        ThrowIfTooLong(message.Length);
        // An empty message is never worth a member, and the platform's encoder would write none.
        var level = message.IsEmpty ? null : _compression;
        if (level is not null) message = Gzip.Compress(message, level.Value);
        WritePrefix(message.Length, compressed: level is not null);
        Output.Write(message);
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
        if (length > _maxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {length} bytes was to be sent; the limit is {_maxMessageSize}."));
    }

    private void WritePrefix(int length, bool compressed)
    {
        var prefix = Output.GetSpan(PrefixLength);
        prefix[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        Output.Advance(PrefixLength);
    }
}
