using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>Calls and connections that the client breaks off at every point of their life.</summary>
[Collection(HostileTests.Name)]
public sealed class ResetTests(UnobservedExceptions unobserved)
{
    private const int CallsAtOnce = 50;

    private static readonly byte[] Waiting = RawCall.Frame(new Ask { Text = "wait" });

    // Each brings one call to its point, on the connection given, and tells its stream.
    private static readonly Dictionary<string, Func<RawConnection, string, Task<int>>> Points = new()
    {
        ["after the headers"] = (connection, method) => connection.BeginAsync(method),
        ["in the prefix"] = (connection, method) => SendPartAsync(connection, method, 3),
        ["in the message"] = (connection, method) => SendPartAsync(connection, method, 7),
        ["after the message"] = (connection, method) => SendPartAsync(connection, method, Waiting.Length),
        ["after the request"] = async (connection, method) =>
        {
            var stream = await SendPartAsync(connection, method, Waiting.Length);
            await connection.SendAsync(stream, [], end: true);
            return stream;
        },
    };

    private static readonly string[] Methods = ["One", "Gather", "Spread", "Talk"];

    public static TheoryData<string, string> PointsOfMethods => [.. from point in Points.Keys from method in Methods select (point, method)];

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(PointsOfMethods))]
    public async Task A_call_reset_at_any_point_of_its_request_leaves_nothing_behind(string point, string method)
    {
        await using var siege = await Siege.BeginAsync(unobserved, Patient());
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            for (var i = 0; i < CallsAtOnce; i++) await connection.ResetAsync(await Points[point](connection, method));
            await AssertServesAsync(connection);
        });
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(PointsOfMethods))]
    public async Task A_connection_that_breaks_off_at_any_point_of_a_request_leaves_nothing_behind(string point, string method)
    {
        await using var siege = await Siege.BeginAsync(unobserved, Patient());
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            for (var i = 0; i < CallsAtOnce; i++) await Points[point](connection, method);
        });
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Spread")]
    [InlineData("Talk")]
    public async Task A_call_reset_during_its_response_leaves_nothing_behind(string method)
    {
        await using var siege = await Siege.BeginAsync(unobserved, Endless());
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            for (var i = 0; i < CallsAtOnce; i++)
            {
                var stream = await connection.CallAsync(method, new Ask());
                await connection.AnswerOf(stream);
                await connection.ResetAsync(stream);
            }

            await AssertServesAsync(connection);
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_breaks_off_during_a_response_leaves_nothing_behind()
    {
        await using var siege = await Siege.BeginAsync(unobserved, Endless());
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            for (var i = 0; i < CallsAtOnce; i++) await connection.AnswerOf(await connection.CallAsync("Spread", new Ask()));
        });
    }

    [Theory(Timeout = 30_000)]
    [InlineData("One")]
    [InlineData("Spread")]
    public async Task A_reset_after_the_trailers_changes_nothing(string method)
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            for (var i = 0; i < CallsAtOnce; i++)
            {
                var stream = await connection.CallAsync(method, new Ask { Count = 2 });
                Assert.Null(await connection.EndOf(stream));
                await connection.ResetAsync(stream);
            }

            await AssertServesAsync(connection);
        });
    }

    [Theory(Timeout = 30_000)]
    [InlineData(100, 10)]
    [InlineData(100, 0)]
    [InlineData(5, 2)]
    public async Task A_connection_that_breaks_off_inside_a_frame_cancels_its_call(int claimed, int sent)
    {
        var begun = new TaskCompletionSource();
        await using var siege = await Siege.BeginAsync(unobserved, new Behaviour
        {
            Gather = async (asks, _) =>
            {
                begun.SetResult();
                while (await asks.MoveNext()) { }
                return new Answer();
            },
        });
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            var stream = await connection.BeginAsync("Gather");
            await begun.Task;
            await connection.Frames.SendAsync(Http2Frames.Encode(FrameType.Data, FrameFlags.EndStream, stream, new byte[sent], claimed));
        });
    }

    private static async Task<int> SendPartAsync(RawConnection connection, string method, int octets)
    {
        var stream = await connection.BeginAsync(method);
        await connection.SendAsync(stream, Waiting[..octets]);
        return stream;
    }

    private static async Task AssertServesAsync(RawConnection connection) =>
        Assert.Null(await connection.EndOf(await connection.CallAsync("One", new Ask { Text = "still there?" })));

    // Answers nothing to "wait" until the call is cancelled; never, unless the runtime says so.
    private static Behaviour Patient() => new()
    {
        One = async (ask, context) =>
        {
            if (ask.Text == "wait") await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return Behaviour.Echo(ask);
        },
        Spread = (_, _, context) => Task.Delay(Timeout.Infinite, context.CancellationToken),
    };

    private static Behaviour Endless() => new()
    {
        Spread = (_, answers, _) => SendForeverAsync(answers),
        Talk = (_, answers, _) => SendForeverAsync(answers),
    };

    private static async Task SendForeverAsync(IServerStreamWriter<Answer> answers)
    {
        while (true) await answers.WriteAsync(new Answer { Text = new string('a', 10_000) });
    }
}
