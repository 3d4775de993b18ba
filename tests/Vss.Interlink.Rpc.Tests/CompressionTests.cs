using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

public sealed class CompressionTests
{
    private const string OneMethod = "/interlink.rpc.tests.Counter/One";
    private static readonly Ask Compressible = new() { Text = new string('v', 5000), Payload = ByteString.CopyFrom(new byte[5000]) };
    private static readonly Metadata WithGzip = new() { { "grpc-internal-encoding-request", "gzip" } };

    [Fact(Timeout = 20_000)]
    public async Task A_request_is_compressed_when_its_call_says_so_and_means_the_same()
    {
        var compressed = new List<bool>();
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (ask, context) =>
            {
                compressed.Add(((ServerCall)context).RequestWasCompressed);
                return Task.FromResult(Behaviour.Echo(ask));
            },
        });
        var plain = await host.Client.OneAsync(Compressible);
        var gzipped = await host.Client.OneAsync(Compressible, WithGzip);
        var excepted = await host.Client.OneAsync(Compressible, new CallOptions(WithGzip, writeOptions: new WriteOptions(WriteFlags.NoCompress)));
        Assert.Equal([false, true, false], compressed);
        Assert.Equal([plain, plain], [gzipped, excepted]);
    }

    [Fact(Timeout = 20_000)]
    public async Task Each_message_of_a_stream_decides_for_itself()
    {
        var compressed = new List<bool>();
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Talk = async (asks, answers, context) =>
            {
                await foreach (var ask in asks.ReadAllAsync())
                {
                    compressed.Add(((ServerCall)context).RequestWasCompressed);
                    await answers.WriteAsync(Behaviour.Echo(ask));
                }
            },
        });
        using var call = host.Client.Talk(WithGzip);
        foreach (var flags in new[] { WriteFlags.None, WriteFlags.NoCompress, WriteFlags.None })
        {
            call.RequestStream.WriteOptions = new WriteOptions(flags);
            await call.RequestStream.WriteAsync(Compressible);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(Compressible.Text, call.ResponseStream.Current.Text);
        }

        Assert.Equal([true, false, true], compressed);
    }

    [Theory(Timeout = 20_000)]
    [InlineData("identity,gzip", WriteFlags.None, 1)]
    [InlineData("deflate, gzip", WriteFlags.None, 1)]
    [InlineData("identity,gzip", WriteFlags.NoCompress, 0)]
    [InlineData("identity,deflate", WriteFlags.None, 0)]
    [InlineData(null, WriteFlags.None, 0)]
    public async Task A_response_is_compressed_only_for_clients_that_accept_it_and_unless_the_service_objects(string? accepted, WriteFlags flags, byte flag)
    {
        await using var host = await CounterHost.StartAsync(
            new Behaviour
            {
                One = (ask, context) =>
                {
                    context.WriteOptions = new WriteOptions(flags);
                    return Task.FromResult(Behaviour.Echo(ask));
                },
            },
            options => options.ResponseCompressionAlgorithm = "gzip");
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(OneMethod, RawCall.Frame(Compressible), acceptEncoding: accepted);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(flag, body[0]);
        var message = body[5..];
        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)));
        Assert.Equal(Compressible.Text, Answer.Parser.ParseFrom(flag == 1 ? Gunzip(message) : message).Text);
        if (flag == 1) Assert.Equal("gzip", response.Headers.GetValues("grpc-encoding").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task Our_client_reads_compressed_responses()
    {
        await using var host = await CounterHost.StartAsync(options: options => options.ResponseCompressionAlgorithm = "gzip");
        Assert.Equal(Compressible.Text, (await host.Client.OneAsync(Compressible)).Text);
        using var call = host.Client.Spread(new Ask { Text = Compressible.Text, Count = 3 });
        var answers = new List<Answer>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync()) answers.Add(answer);
        Assert.Equal([1, 2, 3], answers.Select(answer => answer.Count));
        Assert.All(answers, answer => Assert.Equal(Compressible.Text, answer.Text));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_service_may_ask_for_compression_in_its_response_headers()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = async (ask, context) =>
            {
                await context.WriteResponseHeadersAsync(WithGzip);
                return Behaviour.Echo(ask);
            },
        });
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(OneMethod, RawCall.Frame(Compressible), acceptEncoding: "gzip");
        Assert.Equal(1, (await response.Content.ReadAsByteArrayAsync())[0]);
        Assert.False(response.Headers.Contains("grpc-internal-encoding-request"));
    }

    [Fact(Timeout = 20_000)]
    public async Task An_empty_message_goes_out_uncompressed_and_is_taken_either_way()
    {
        await using var host = await CounterHost.StartAsync(options: options => options.ResponseCompressionAlgorithm = "gzip");
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(OneMethod, Flagged([]), encoding: "gzip", acceptEncoding: "gzip");
        Assert.Equal([0, 0, 0, 0, 0], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task An_encoding_nobody_knows_is_the_callers_mistake()
    {
        await using var host = await CounterHost.StartAsync();
        Assert.Throws<ArgumentException>(() => host.Client.OneAsync(new Ask(), new Metadata { { "grpc-internal-encoding-request", "snappy" } }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CounterHost.StartAsync(options: options => options.ResponseCompressionAlgorithm = "snappy"));
    }

    private static byte[] Flagged(byte[] member)
    {
        var frame = new byte[5 + member.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), member.Length);
        member.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gunzip(byte[] member)
    {
        using var gzip = new GZipStream(new MemoryStream(member), CompressionMode.Decompress);
        using var message = new MemoryStream();
        gzip.CopyTo(message);
        return message.ToArray();
    }
}
