using System.Text.Json;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>Debian's grpcio calls our server.</summary>
public sealed class ForeignClientTests
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact(Timeout = 60_000)]
    public async Task A_unary_call_and_its_metadata()
    {
        var saw = await CallAsync("unary");
        Assert.Equal("xin chào", saw.GetProperty("text").GetString());
        Assert.Equal(300_000, saw.GetProperty("payload").GetInt32());
        Assert.Equal("g22", ValueIn(saw, "headers", "seen"));
        Assert.Equal("00ff01", ValueIn(saw, "headers", "seen-bin"));
        Assert.Equal("00ff01", ValueIn(saw, "trailers", "trailing-bin"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_stream()
    {
        var saw = await CallAsync("client stream");
        Assert.Equal("one two three", saw.GetProperty("text").GetString());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("server stream", 1, 50)]
    [InlineData("empty stream", 1, 0)]
    [InlineData("duplex", 0, 50)]
    public async Task A_stream_of_responses(string @case, int first, int count)
    {
        var saw = await CallAsync(@case);
        Assert.Equal(Enumerable.Range(first, count), saw.GetProperty("counts").EnumerateArray().Select(item => item.GetInt32()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_status_with_detail_and_trailers()
    {
        var saw = await CallAsync("status");
        Assert.Equal("FAILED_PRECONDITION", saw.GetProperty("code").GetString());
        Assert.Equal("hết hạn 100%", saw.GetProperty("details").GetString());
        Assert.Equal("late", ValueIn(saw, "trailers", "reason"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("throw", "UNKNOWN", true)]
    [InlineData("missing method", "UNIMPLEMENTED", false)]
    [InlineData("deflate", "UNIMPLEMENTED", false)]
    [InlineData("too long", "RESOURCE_EXHAUSTED", false)]
    public async Task A_refusal(string @case, string code, bool expectsErrors)
    {
        var saw = await CallAsync(@case, expectsErrors);
        Assert.Equal(code, saw.GetProperty("code").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deadline_reaches_the_service()
    {
        var saw = await CallAsync("deadline");
        Assert.Equal("DEADLINE_EXCEEDED", saw.GetProperty("code").GetString());
        await _cancelled.Task;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cancellation_reaches_the_service()
    {
        var saw = await CallAsync("cancel");
        Assert.Equal("CANCELLED", saw.GetProperty("code").GetString());
        await _cancelled.Task;
    }

    private async Task<JsonElement> CallAsync(string @case, bool expectsErrors = false)
    {
        await using var host = await CounterHost.StartAsync(Behaves(), expectsErrors: expectsErrors);
        await using var peer = await PeerProcess.PythonAsync("counter_client.py", host.Address.Authority, @case);
        var saw = JsonElement.Parse(await peer.ReadLineAsync(TimeSpan.FromSeconds(30)));
        if (@case is "deadline" or "cancel") await _cancelled.Task; // before the host stops, which would cancel it too
        return saw;
    }

    private Behaviour Behaves() => new()
    {
        One = async (ask, context) =>
        {
            switch (ask.Text)
            {
                case "status":
                    throw new RpcException(new Status(StatusCode.FailedPrecondition, "hết hạn 100%"), new Metadata { { "reason", "late" } });
                case "throw":
                    throw new InvalidOperationException("inner text");
                case "sleep":
                    await UntilCancelled(Task.Delay(Timeout.Infinite, context.CancellationToken));
                    break;
                default:
                    var token = context.RequestHeaders.GetValueBytes("token-bin") ?? [];
                    await context.WriteResponseHeadersAsync(new Metadata { { "seen", context.RequestHeaders.GetValue("organ") ?? "" }, { "seen-bin", token } });
                    context.ResponseTrailers.Add("trailing-bin", token);
                    break;
            }

            return Behaviour.Echo(ask);
        },
        Talk = (asks, answers, context) => UntilCancelled(new Behaviour().Talk(asks, answers, context)),
    };

    private async Task UntilCancelled(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }

    private static string? ValueIn(JsonElement saw, string part, string key) =>
        saw.GetProperty(part).EnumerateArray().Single(pair => pair[0].GetString() == key)[1].GetString();
}
