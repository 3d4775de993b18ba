using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The message encoding "gzip": each message is one member of RFC 1952 (gRPC compression.md).</summary>
internal static class Gzip
{
    public const string Name = "gzip";

    private const int ShortestMember = 18; // RFC 1952: ten bytes of header, eight of trailer
    private const int LargestFirstBuffer = 1024 * 1024; // a stranger's announcement is not worth more

    /// <summary>Whether a grpc-accept-encoding lists gzip.</summary>
    public static bool IsAccepted(ReadOnlySpan<char> acceptEncoding)
    {
        foreach (var one in acceptEncoding.Split(','))
        {
            if (acceptEncoding[one].Trim().Equals(Name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Compresses one message.</summary>
    public static ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> message, CompressionLevel level)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level, leaveOpen: true)) gzip.Write(message);
        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    /// <summary>Decompresses one message into a rented buffer, of which the first bytes returned as length are the message.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the limit, which bounds the memory too; INTERNAL: not one whole member.</exception>
    public static (byte[] Rented, int Length) Decompress(ReadOnlySequence<byte> compressed, int limit)
    {
        var announced = LengthIn(compressed);
        using var gzip = new GZipStream(PipeReader.Create(compressed).AsStream(), CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(announced, Math.Min(limit, LargestFirstBuffer)) + 1);
        var length = 0;
        try
        {
            while (gzip.Read(buffer, length, buffer.Length - length) is var read and > 0)
            {
                length += read;
                if (length > limit) throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of more than {limit} bytes came, compressed."));
                if (length == buffer.Length) Grow(ref buffer);
            }

            // The platform's decoder takes a cut-off member for a short one, and says nothing of what follows the first member. The announced length tells.
            return announced == (uint)length ? (buffer, length) : throw NotGzip(null);
        }
        catch (Exception broken)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (broken is InvalidDataException) throw NotGzip(broken);
            throw;
        }
    }

    private static void Grow(ref byte[] buffer)
    {
        var longer = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length * 2L, Array.MaxLength));
        buffer.CopyTo(longer, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = longer;
    }

    // RFC 1952, 2.3.1: ISIZE, the last four bytes, is the length modulo 2^32.
    private static uint LengthIn(ReadOnlySequence<byte> member)
    {
        if (member.Length < ShortestMember) throw NotGzip(null);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        member.Slice(member.Length - sizeof(uint)).CopyTo(length);
        return BinaryPrimitives.ReadUInt32LittleEndian(length);
    }

    private static RpcException NotGzip(Exception? cause) =>
        new(new Status(StatusCode.Internal, "The message is not one whole gzip member, as its call says.", cause));
}
