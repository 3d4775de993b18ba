using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;

namespace Grpc.Wire;

/// <summary>A message, or the end of the stream.</summary>
internal readonly record struct Received<T>(bool IsMessage, T Message);

/// <summary>
/// Takes length-prefixed messages off a pipe: one flag byte, four bytes of length, the message (PROTOCOL-HTTP2.md, Length-Prefixed-Message).
/// Not for two readers at once.
/// </summary>
internal sealed class MessageReader(PipeReader input, int? maxMessageSize)
{
    private const int PrefixLength = 5;

    private readonly int _limit = maxMessageSize ?? int.MaxValue - PrefixLength;

    /// <summary>Whether the call has announced gzip, so that its messages may be flagged as compressed.</summary>
    public bool IsGzip { get; set; }

    /// <summary>Whether the latest message came compressed.</summary>
    public bool WasCompressed { get; private set; }

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the limit; INTERNAL: truncated, compressed without an encoding, or not parsable.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or <see cref="Interrupt"/> was called.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Received<T>> ReadAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            if (result.IsCanceled) throw Interrupted(result);
            var buffer = result.Buffer;
            if (buffer.Length >= PrefixLength && PayloadLengthOf(buffer) is var length && buffer.Length >= PrefixLength + length)
            {
                var message = Parse(buffer.Slice(PrefixLength, length), deserializer);
                input.AdvanceTo(buffer.GetPosition(PrefixLength + length));
                return new Received<T>(true, message);
            }

            // Nothing is consumed, all is examined: the pipe asks the peer for more, up to the one message.
            input.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            return buffer.IsEmpty ? default : throw new RpcException(new Status(StatusCode.Internal, "The stream ended inside a message."));
        }
    }

    /// <summary>Makes the pending read, or the next one, throw.</summary>
    public void Interrupt()
    {
        try
        {
            input.CancelPendingRead();
        }
        catch (Exception over) when (over is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            // The client reset the call first: Kestrel's reader then throws here too, and the read itself ends by that. This runs in a token's callback, where
            // an exception would reach whoever cancelled.
        }
    }

    public ValueTask CompleteAsync() => input.CompleteAsync();

    private int PayloadLengthOf(ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        // PROTOCOL-HTTP2.md, Compressed-Flag: 0 or 1, and only a call with a Message-Encoding may set it; identity does not count as one.
        if (prefix[0] > 1) throw new RpcException(new Status(StatusCode.Internal, $"The compressed flag is {prefix[0]}; it must be 0 or 1."));
        WasCompressed = prefix[0] == 1;
        if (WasCompressed && !IsGzip)
            throw new RpcException(new Status(StatusCode.Internal, "The message is flagged as compressed, and the call has no grpc-encoding."));
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > _limit)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {length} bytes came; the limit is {_limit}."));
        return (int)length;
    }

    private T Parse<T>(ReadOnlySequence<byte> octets, Func<DeserializationContext, T> deserializer)
    {
        // Peers on the platform's encoder send an empty message as an empty member.
        if (!WasCompressed || octets.IsEmpty) return ReceivedPayload.Parse(octets, deserializer);
        var (rented, length) = Gzip.Decompress(octets, _limit);
        try
        {
            return ReceivedPayload.Parse(new ReadOnlySequence<byte>(rented, 0, length), deserializer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private OperationCanceledException Interrupted(ReadResult result)
    {
        input.AdvanceTo(result.Buffer.Start);
        return new OperationCanceledException("The read was cancelled.");
    }
}
