using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>What the client makes of servers that break HTTP/2, hang up, or say nothing.</summary>
[Collection(HostileTests.Name)]
public sealed class BrokenServerTests
{
    private static readonly byte[] Half = RawCall.Frame(new Answer { Text = "half" })[..7];

    // statuscodes.md: UNAVAILABLE when the connection breaks, RESOURCE_EXHAUSTED for what is larger than a limit, UNKNOWN for a status that does not
    // parse. PROTOCOL-HTTP2.md, Errors, for breaches of HTTP/2 that have an error code.
    private static readonly Dictionary<string, (StatusCode Expected, Func<RawServerConnection, Task> Part)> Parts = new()
    {
        ["hangs up at once"] = (StatusCode.Unavailable, _ => Task.CompletedTask),
        ["hangs up on the request"] = (StatusCode.Unavailable, server => server.AcceptAsync()),
        ["hangs up after the headers"] = (StatusCode.Unavailable, async server => await server.SendHeadersAsync(await server.AcceptAsync())),
        ["hangs up inside a message"] = (StatusCode.Unavailable, async server =>
        {
            var stream = await BeginAsync(server);
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, Half);
            await server.HangUpAsync();
        }),
        ["hangs up inside a frame"] = (StatusCode.Unavailable, async server =>
            await server.Frames.SendAsync(
                Http2Frames.Encode(FrameType.Data, FrameFlags.EndStream, await BeginAsync(server), Half, claimedLength: 100))),
        ["sends a frame longer than agreed"] = (StatusCode.Internal, async server =>
        {
            await server.Frames.SendAsync(
                Http2Frames.Encode(FrameType.Data, FrameFlags.EndStream, await BeginAsync(server), Half, claimedLength: 0xffffff));
            await server.DrainAsync();
        }),
        ["sends data before headers"] = (StatusCode.Internal, async server =>
        {
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, await server.AcceptAsync(), Half);
            await server.DrainAsync();
        }),
        ["sends headers that do not decode"] = (StatusCode.Unavailable, async server =>
        {
            await server.Frames.SendAsync(FrameType.Headers, FrameFlags.EndHeaders, await server.AcceptAsync(), [255, 255, 255, 255, 255, 255, 255]);
            await server.DrainAsync();
        }),
        ["sends headers of a megabyte"] = (StatusCode.ResourceExhausted, SendMegabyteAsync),
        ["opens the window by nothing"] = (StatusCode.Internal, async server =>
        {
            await server.Frames.SendAsync(FrameType.WindowUpdate, FrameFlags.None, await server.AcceptAsync(), Http2Frames.Number(0));
            await server.DrainAsync();
        }),
        ["claims a message of four gigabytes"] = (StatusCode.ResourceExhausted, async server =>
        {
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, await BeginAsync(server), [0, 255, 255, 255, 255, 1]);
            await server.DrainAsync();
        }),
        ["ends the stream with data instead of trailers"] = (StatusCode.Unknown, async server =>
        {
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.EndStream, await BeginAsync(server), RawCall.Frame(new Answer()));
            await server.DrainAsync();
        }),
        ["sends trailers without a status"] = (StatusCode.Unknown, async server =>
        {
            var stream = await BeginAsync(server);
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, RawCall.Frame(new Answer()));
            await server.SendTrailersAsync(stream, ("some", "field"));
            await server.DrainAsync();
        }),
        ["sends two statuses"] = (StatusCode.Unknown, async server =>
        {
            var stream = await BeginAsync(server);
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, RawCall.Frame(new Answer()));
            await server.SendTrailersAsync(stream, ("grpc-status", "0"), ("grpc-status", "13"));
            await server.DrainAsync();
        }),
        ["goes away from the call and hangs up"] = (StatusCode.Unavailable, async server =>
        {
            await server.Frames.SendAsync(GoAway(await BeginAsync(server), Http2Error.None));
            await server.HangUpAsync();
        }),
        ["goes away for an error of its own"] = (StatusCode.Internal, async server =>
        {
            await server.Frames.SendAsync(GoAway(await BeginAsync(server), Http2Error.Internal));
            await server.HangUpAsync();
        }),
        ["asks for calm and goes away"] = (StatusCode.ResourceExhausted, async server =>
        {
            await server.Frames.SendAsync(GoAway(await BeginAsync(server), Http2Error.EnhanceYourCalm));
            await server.HangUpAsync();
        }),
    };

    public static TheoryData<string> Names => [.. Parts.Keys];

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(Names))]
    public async Task A_broken_server_is_told_as_the_status_that_fits_what_it_broke(string what)
    {
        var (expected, part) = Parts[what];
        await using var server = new RawServer(part);
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(10));
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((expected, expected), (failure.StatusCode, call.GetStatus().StatusCode));
    }

    public static TheoryData<string, byte[]> OtherProtocols
    {
        get
        {
            var nonsense = new byte[10_000];
            new Random(1).NextBytes(nonsense);
            return new()
            {
                { "HTTP/1.1", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray() },
                { "none", nonsense },
            };
        }
    }

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(OtherProtocols))]
    public async Task A_server_of_another_protocol_is_a_failure_of_the_transport(string protocol, byte[] greeting)
    {
        _ = protocol;
        await using var server = new RawServer(async server =>
        {
            await server.Stream.WriteAsync(greeting);
            await server.DrainAsync();
        });
        using var channel = GrpcChannel.ForAddress(server.Address);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(10)));
        // A connection that never was, or one that broke HTTP/2: which, depends on how far the handler is when it reads.
        Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
    }

    [Fact(Timeout = 20_000)]
    public async Task A_call_that_a_GOAWAY_still_counts_in_is_answered()
    {
        await using var server = new RawServer(async server =>
        {
            var stream = await server.AcceptAsync();
            await server.Frames.SendAsync(GoAway(stream, Http2Error.None));
            await Task.Delay(100);
            await server.AnswerAsync(stream, new Answer { Text = "last" });
            await server.DrainAsync();
        });
        using var channel = GrpcChannel.ForAddress(server.Address);
        Assert.Equal("last", (await new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(10))).Text);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_call_that_a_GOAWAY_leaves_out_is_made_again_on_another_connection()
    {
        var connections = 0;
        await using var server = new RawServer(async server =>
        {
            var number = Interlocked.Increment(ref connections);
            var stream = await server.AcceptAsync();
            if (number == 1) await server.Frames.SendAsync(GoAway(0, Http2Error.None));
            else await server.AnswerAsync(stream, new Answer { Count = number });
            await server.DrainAsync();
        });
        using var channel = GrpcChannel.ForAddress(server.Address);
        Assert.Equal(2, (await new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(10))).Count);
    }

    public static TheoryData<string> Silences => [.. SilentParts.Keys];

    private static readonly Dictionary<string, Func<RawServerConnection, Task>> SilentParts = new()
    {
        ["never says a word"] = async server => await server.Stream.ReadExactlyAsync(new byte[Http2Frames.Preface.Length]),
        ["never answers"] = async server => await EndsByCancelAsync(server, await server.AcceptAsync()),
        ["sends headers and no more"] = async server => await EndsByCancelAsync(server, await BeginAsync(server)),
        ["sends half a message and no more"] = async server =>
        {
            var stream = await BeginAsync(server);
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, Half);
            await EndsByCancelAsync(server, stream);
        },
        ["sends no trailers"] = async server =>
        {
            var stream = await BeginAsync(server);
            await server.Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, RawCall.Frame(new Answer()));
            await EndsByCancelAsync(server, stream);
        },
    };

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(Silences))]
    public async Task A_server_that_falls_silent_is_given_up_at_the_deadline(string what)
    {
        var told = new TaskCompletionSource();
        await using var server = new RawServer(async connection =>
        {
            await SilentParts[what](connection);
            told.SetResult();
            await connection.DrainAsync();
        });
        using var channel = GrpcChannel.ForAddress(server.Address);
        var watch = Stopwatch.StartNew();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddMilliseconds(500)));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.InRange(watch.ElapsedMilliseconds, 400, 5_000);
        await told.Task; // the server, that nobody waits any more
    }

    private static async Task<int> BeginAsync(RawServerConnection server)
    {
        var stream = await server.AcceptAsync();
        await server.SendHeadersAsync(stream);
        return stream;
    }

    private static async Task EndsByCancelAsync(RawServerConnection server, int stream)
    {
        var reset = await server.NextAsync(FrameType.Reset);
        Assert.Equal((stream, Http2Error.Cancel), (reset.Stream, reset.ResetCode));
    }

    private static async Task SendMegabyteAsync(RawServerConnection server)
    {
        var stream = await server.AcceptAsync();
        var block = Http2Frames.HeaderBlock([(":status", "200"), .. Enumerable.Range(0, 1000).Select(i => ($"m{i}", new string('a', 1000)))]);
        foreach (var frame in Http2Frames.EncodeHeaders(stream, block)) await server.Frames.SendAsync(frame);
        await server.DrainAsync();
    }

    private static byte[] GoAway(int lastStream, uint code) =>
        Http2Frames.Encode(FrameType.GoAway, FrameFlags.None, 0, [.. Http2Frames.Number((uint)lastStream), .. Http2Frames.Number(code)]);
}
