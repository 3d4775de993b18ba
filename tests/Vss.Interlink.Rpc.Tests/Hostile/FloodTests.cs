using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>Too much of everything: streams, frames, headers.</summary>
[Collection(HostileTests.Name)]
public sealed class FloodTests(UnobservedExceptions unobserved)
{
    private const int StreamsPerConnection = 100; // Kestrel's MaxStreamsPerConnection unless set
    private const int FramesPerWave = 1000;
    private const long MaxGrowth = 6_000_000; // so many answers would be ten or more

    [Fact(Timeout = 60_000)]
    public async Task Ten_thousand_calls_at_once_are_answered_and_those_beyond_a_connections_limit_are_REFUSED_STREAM()
    {
        const int connections = 100;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var siege = await Siege.BeginAsync(unobserved, new Behaviour
        {
            One = async (ask, _) =>
            {
                if (ask.Text == "wait") await gate.Task;
                return Behaviour.Echo(ask);
            },
        });
        var attackers = new List<RawConnection>();
        await siege.WithstandAsync(async () =>
        {
            var streams = new List<(RawConnection Connection, int Stream)>();
            for (var i = 0; i < connections; i++)
            {
                var attacker = await RawConnection.OpenAsync(siege.Address);
                attackers.Add(attacker);
                for (var j = 0; j < StreamsPerConnection; j++) streams.Add((attacker, await attacker.CallAsync("One", new Ask { Text = "wait" })));
            }

            await Siege.UntilAsync(() => siege.Meters.Requests >= streams.Count);
            Assert.InRange(siege.Meters.Requests, streams.Count, streams.Count + 1); // the neighbour's

            foreach (var attacker in attackers)
                Assert.Equal(Http2Error.RefusedStream, await attacker.EndOf(await attacker.CallAsync("One", new Ask())));
            gate.SetResult();
            foreach (var (connection, stream) in streams) Assert.Null(await connection.EndOf(stream));
        });
        foreach (var attacker in attackers) await attacker.DisposeAsync();
        await Siege.UntilAsync(() => siege.Meters.Connections == 1);
        Assert.Equal(1, siege.Meters.Connections); // the neighbour's
    }

    // CVE-2023-44487: streams that are reset at once do not count as open, while their work may still go on. Kestrel logs an error when it cuts
    // such a connection off.
    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_reset_as_fast_as_they_begin_do_not_starve_others(bool withRequest)
    {
        await using var siege = await Siege.BeginAsync(unobserved, new Behaviour
        {
            One = async (ask, context) =>
            {
                if (ask.Text == "wait") await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return Behaviour.Echo(ask);
            },
        }, services: services => services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None)));
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            var headers = RawConnection.RequestHeaders("One");
            var request = RawCall.Frame(new Ask { Text = "wait" });
            await FloodAsync(connection, Enumerable.Range(0, 20_000).Select(_ => connection.NextStream()).Select(byte[] (stream) =>
            [
                .. Http2Frames.Encode(FrameType.Headers, FrameFlags.EndHeaders, stream, headers),
                .. withRequest ? Http2Frames.Encode(FrameType.Data, FrameFlags.EndStream, stream, request) : [],
                .. Http2Frames.Encode(FrameType.Reset, FrameFlags.None, stream, Http2Frames.Number(Http2Error.Cancel)),
            ]).Chunk(100).Select(calls => calls.SelectMany(call => call).ToArray()));
            await AssertServesOrHasCutOffAsync(connection);
        });
    }

    public static TheoryData<string> Floods => [.. Flood.Keys];

    private static readonly Dictionary<string, byte[]> Flood = new()
    {
        ["PING"] = Http2Frames.Encode(FrameType.Ping, FrameFlags.None, 0, new byte[8]),
        ["SETTINGS"] = Http2Frames.Encode(FrameType.Settings, FrameFlags.None, 0, []),
        ["RST_STREAM of a call that is over"] = Http2Frames.Encode(FrameType.Reset, FrameFlags.None, 1, Http2Frames.Number(Http2Error.Cancel)),
    };

    private static byte[] Wave(string frames) => [.. Enumerable.Repeat(Flood[frames], FramesPerWave).SelectMany(frame => frame)];

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Floods))]
    public async Task A_flood_of_frames_is_borne_or_cut_off(string frames)
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            Assert.Null(await connection.EndOf(await connection.CallAsync("One", new Ask())));
            await FloodAsync(connection, Enumerable.Repeat(Wave(frames), 50));
            await AssertServesOrHasCutOffAsync(connection);
        });
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Floods))]
    public async Task A_flood_whose_answers_nobody_reads_does_not_fill_the_memory(string frames)
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address, reads: false);
            await connection.CallAsync("One", new Ask());
            var before = GC.GetTotalMemory(forceFullCollection: true);
            // The server may stop reading what it cannot answer; then the flood stands still.
            var flood = FloodAsync(connection, Enumerable.Repeat(Wave(frames), 600));
            await Task.WhenAny(flood, Task.Delay(TimeSpan.FromSeconds(2)));
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MaxGrowth);
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task A_RST_STREAM_of_a_stream_that_never_was_ends_the_connection()
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            await connection.ResetAsync(connection.NextStream());
            Assert.Equal(Http2Error.Protocol, await connection.Closed); // RFC 9113, section 6.4
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task Metadata_of_a_megabyte_ends_the_connection_before_it_is_all_taken()
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            var block = RawConnection.RequestHeaders("One", Enumerable.Range(0, 1000).Select(i => ($"m{i}", new string('a', 1000))));
            try
            {
                foreach (var frame in Http2Frames.EncodeHeaders(connection.NextStream(), block)) await connection.Frames.SendAsync(frame);
            }
            catch (IOException)
            {
                // The server has hung up already.
            }

            Assert.Equal(Http2Error.Protocol, await connection.Closed);
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task Headers_that_dribble_in_are_cut_off()
    {
        await using var siege = await Siege.BeginAsync(unobserved, listen: Hurried);
        await siege.WithstandAsync(() => DribbleAsync(siege, async attacker =>
        {
            var stream = attacker.NextStream();
            var block = RawConnection.RequestHeaders("One");
            await attacker.Frames.SendAsync(FrameType.Headers, FrameFlags.None, stream, block[..10]);
            for (var i = 10; !attacker.Closed.IsCompleted && i < block.Length - 1; i++)
            {
                await attacker.Frames.SendAsync(FrameType.Continuation, FrameFlags.None, stream, block[i..(i + 1)]);
                await Task.Delay(100);
            }
        }));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_preface_that_never_ends_is_cut_off()
    {
        await using var siege = await Siege.BeginAsync(unobserved, listen: Hurried);
        await siege.WithstandAsync(() => DribbleAsync(siege, async attacker =>
        {
            for (var i = 0; !attacker.Closed.IsCompleted && i < Http2Frames.Preface.Length - 1; i++)
            {
                await attacker.Frames.SendAsync(Http2Frames.Preface.AsMemory(i, 1));
                await Task.Delay(200);
            }
        }, withPreface: false));
    }

    private static async Task DribbleAsync(Siege siege, Func<RawConnection, Task> dribbleAsync, bool withPreface = true)
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            await using var attacker = withPreface ? await RawConnection.OpenAsync(siege.Address) : await RawConnection.ConnectAsync(siege.Address);
            try
            {
                await dribbleAsync(attacker);
            }
            catch (IOException)
            {
                // The server hung up between two drops, as it should.
            }

            Assert.NotEqual(Http2Error.Protocol, await attacker.Closed); // cut off for being slow, and not for a mistake of ours
        }));
        await Siege.UntilAsync(() => siege.Meters.Connections == 1);
        Assert.Equal(1, siege.Meters.Connections); // the neighbour's
    }

    // The server's own patience is half a minute and more; the rule is the same.
    private static void Hurried(ListenOptions endpoint)
    {
        var limits = endpoint.KestrelServerOptions.Limits;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(2);
    }

    private static async Task FloodAsync(RawConnection connection, IEnumerable<byte[]> waves)
    {
        try
        {
            foreach (var wave in waves)
            {
                if (connection.Closed.IsCompleted) return;
                await connection.Frames.SendAsync(wave);
            }
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException)
        {
            // The server has had enough, or the test.
        }
    }

    private static async Task AssertServesOrHasCutOffAsync(RawConnection connection)
    {
        try
        {
            Assert.Contains(await connection.EndOf(await connection.CallAsync("One", new Ask())), new uint?[] { null, Http2Error.EnhanceYourCalm });
        }
        catch (IOException)
        {
            Assert.NotEqual(Http2Error.Protocol, await connection.Closed);
        }
    }
}
