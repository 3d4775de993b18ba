using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>Compressed messages that do not decompress, or to more than anyone wants (statuscodes.md; PROTOCOL-HTTP2.md, Message-Encoding).</summary>
[Collection(HostileTests.Name)]
public sealed class CompressionAttackTests
{
    private const string One = "/interlink.rpc.tests.Counter/One";
    private const int Limit = 5 * 1024 * 1024;
    private const long BombSize = 200_000_000;
    private const long MaxAllocation = 8L * Limit; // buffers that grow by doubling, and the two ends of the connection

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "no gzip", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
        { "a header of gzip alone", Gzip(new byte[1000])[..10] },
        { "a gzip stream cut short", Gzip(new byte[100_000])[..40] },
        { "a gzip stream with another checksum", Spoilt(Gzip(new Ask { Text = "x" }.ToByteArray())) },
        { "one byte", [0x1f] },
        { "another length at the end", [.. Gzip(new byte[1000])[..^1], 9] },
        { "octets after the member", [.. Gzip(new Ask { Text = "x" }.ToByteArray()), 1, 2, 3, 4] },
        { "two members", [.. Gzip(new byte[100]), .. Gzip(new byte[100])] },
        { "a message that is no protobuf", Gzip([255, 255, 255]) },
    };

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(Garbage))]
    public async Task A_compressed_message_that_does_not_decompress_is_INTERNAL(string what, byte[] payload)
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, Compressed(payload), encoding: "gzip");
        Assert.True(response.Headers.TryGetValues("grpc-status", out var status), what);
        Assert.Equal("13", status.Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task The_limit_holds_for_the_decompressed_size_to_the_byte()
    {
        await using var host = await CounterHost.StartAsync(options: options => options.MaxReceiveMessageSize = Limit);
        using var raw = new RawCall(host.Address);
        using var allowed = await raw.SendAsync(One, Compressed(Gzip(OfSize(Limit))), encoding: "gzip");
        await allowed.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", allowed.TrailingHeaders.GetValues("grpc-status").Single());
        using var refused = await raw.SendAsync(One, Compressed(Gzip(OfSize(Limit + 1))), encoding: "gzip");
        Assert.Equal("8", refused.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_gzip_bomb_is_RESOURCE_EXHAUSTED_and_takes_no_more_memory_than_the_limit()
    {
        var bomb = Compressed(GzipOfZeros(BombSize));
        Assert.InRange(bomb.Length, 1, Limit); // the limit cannot refuse it for what it is on the wire
        await using var host = await CounterHost.StartAsync(options: options => options.MaxReceiveMessageSize = Limit);
        using var raw = new RawCall(host.Address);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var response = await raw.SendAsync(One, bomb, encoding: "gzip");
        Assert.Equal("8", response.Headers.GetValues("grpc-status").Single());
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, MaxAllocation);
    }

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(Garbage))]
    public async Task A_compressed_response_that_does_not_decompress_is_INTERNAL(string what, byte[] payload)
    {
        _ = what;
        var failure = await StrangeAnswer.FailureFrom(StrangeAnswer.Of(Compressed(payload), "0", ("grpc-encoding", "gzip")));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_gzip_bomb_in_a_response_is_RESOURCE_EXHAUSTED_and_takes_no_more_memory_than_the_limit()
    {
        var bomb = Compressed(GzipOfZeros(BombSize));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var failure = await StrangeAnswer.FailureFrom(StrangeAnswer.Of(bomb, "0", ("grpc-encoding", "gzip")));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, MaxAllocation);
    }

    private static byte[] Compressed(byte[] payload)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzip(byte[] octets)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(octets);
        return compressed.ToArray();
    }

    private static byte[] GzipOfZeros(long size)
    {
        var zeros = new byte[1_000_000];
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            for (var written = 0L; written < size; written += zeros.Length) gzip.Write(zeros);
        }

        return compressed.ToArray();
    }

    // The last eight octets are the checksum and the length (RFC 1952, section 2.3.1).
    private static byte[] Spoilt(byte[] gzip)
    {
        gzip[^8] ^= 1;
        return gzip;
    }

    private static byte[] OfSize(int size)
    {
        var overhead = new Ask { Payload = ByteString.CopyFrom(new byte[Limit - 100]) }.CalculateSize() - (Limit - 100);
        var message = new Ask { Payload = ByteString.CopyFrom(new byte[size - overhead]) }.ToByteArray();
        Assert.Equal(size, message.Length);
        return message;
    }
}
