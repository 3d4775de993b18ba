using System.Buffers.Binary;
using Google.Protobuf;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>A message as it stands in the body of a call (PROTOCOL-HTTP2.md, Length-Prefixed-Message).</summary>
internal static class Frame
{
    private const int PrefixLength = 5;

    public static byte[] Of(IMessage message)
    {
        var frame = new byte[PrefixLength + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - PrefixLength);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }
}
