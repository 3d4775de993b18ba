using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>One received message while it is parsed, where it lies.</summary>
internal sealed class ReceivedPayload : DeserializationContext
{
    // Deserializers run to their end at once, so a thread needs one of these, whatever the number of calls.
    [ThreadStatic]
    private static ReceivedPayload? s_ofThisThread;

    private ReadOnlySequence<byte> _octets;

    private ReceivedPayload() { }

    public override int PayloadLength => (int)_octets.Length;

    /// <exception cref="RpcException">INTERNAL: the deserializer threw.</exception>
    public static T Parse<T>(ReadOnlySequence<byte> octets, Func<DeserializationContext, T> deserializer)
    {
        // Taken away meanwhile, for a deserializer that reads a message of its own.
        var payload = s_ofThisThread ?? new ReceivedPayload();
        s_ofThisThread = null;
        payload._octets = octets;
        try
        {
            return deserializer(payload);
        }
        catch (Exception unparsable)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The message does not parse.", unparsable));
        }
        finally
        {
            payload._octets = default;
            s_ofThisThread = payload;
        }
    }

    public override byte[] PayloadAsNewBuffer() => _octets.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _octets;
}
