using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Vss.Interlink.Rpc.Tests.Hostile;

internal enum FrameType : byte
{
    Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9,
}

[Flags]
internal enum FrameFlags : byte
{
    None = 0, EndStream = 1, EndHeaders = 4,

    /// <summary>Of SETTINGS and PING, where the same bit says another thing.</summary>
    Ack = EndStream,
}

/// <summary>RFC 9113, section 7.</summary>
internal static class Http2Error
{
    public const uint None = 0, Protocol = 1, Internal = 2, RefusedStream = 7, Cancel = 8, EnhanceYourCalm = 11;
}

internal readonly record struct Frame(FrameType Type, FrameFlags Flags, int Stream, byte[] Payload)
{
    /// <summary>Of a RST_STREAM.</summary>
    public uint ResetCode => BinaryPrimitives.ReadUInt32BigEndian(Payload);

    /// <summary>Of a GOAWAY.</summary>
    public uint GoAwayCode => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(4));

    public bool EndsStream => Type is FrameType.Data or FrameType.Headers && Flags.HasFlag(FrameFlags.EndStream);
}

/// <summary>HTTP/2 frames on a connection, as they come and as the test likes them to be (RFC 9113, section 4.1).</summary>
internal sealed class Http2Frames(Stream connection) : IDisposable
{
    public static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private const int HeaderLength = 9;
    private const int MaxFrameSize = 16_384; // unless agreed otherwise

    private readonly SemaphoreSlim _writing = new(1);

    /// <param name="claimedLength">What the frame's header says; the payload's length unless set.</param>
    public static byte[] Encode(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload, int? claimedLength = null)
    {
        var frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)(claimedLength ?? payload.Length) << 8);
        frame[3] = (byte)type;
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    public static byte[] Number(uint number)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        return octets;
    }

    /// <summary>A header block of literals: nothing indexed, nothing of Huffman (RFC 7541, section 6.2.2).</summary>
    public static byte[] HeaderBlock(params IEnumerable<(string Name, string Value)> fields)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    /// <summary>A block in as many frames as it needs: HEADERS, then CONTINUATION (RFC 9113, section 6.10).</summary>
    public static IEnumerable<byte[]> EncodeHeaders(int stream, byte[] block)
    {
        var parts = block.Chunk(MaxFrameSize).ToArray();
        return parts.Select((part, i) => Encode(
            i == 0 ? FrameType.Headers : FrameType.Continuation, i == parts.Length - 1 ? FrameFlags.EndHeaders : FrameFlags.None, stream, part));
    }

    public Task SendAsync(FrameType type, FrameFlags flags, int stream, byte[] payload) => SendAsync(Encode(type, flags, stream, payload));

    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        await _writing.WaitAsync();
        try
        {
            await connection.WriteAsync(octets);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next frame; null when the peer has hung up.</summary>
    public async Task<Frame?> ReadAsync()
    {
        try
        {
            var header = new byte[HeaderLength];
            await connection.ReadExactlyAsync(header);
            var payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(header) >> 8];
            await connection.ReadExactlyAsync(payload);
            var stream = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue;
            return new Frame((FrameType)header[3], (FrameFlags)header[4], stream, payload);
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or SocketException)
        {
            return null;
        }
    }

    public void Dispose() => _writing.Dispose();

    // An integer of a seven bit prefix (RFC 7541, section 5.1), then the octets.
    private static void WriteText(MemoryStream block, string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        var rest = octets.Length;
        if (rest < 127)
        {
            block.WriteByte((byte)rest);
        }
        else
        {
            block.WriteByte(127);
            for (rest -= 127; rest >= 128; rest >>= 7) block.WriteByte((byte)(rest % 128 | 128));
            block.WriteByte((byte)rest);
        }

        block.Write(octets);
    }
}
