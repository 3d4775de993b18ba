using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>Our client calls a server of Debian's grpcio.</summary>
public sealed class ForeignServerTests : IAsyncLifetime
{
    private PeerProcess? _peer;
    private GrpcChannel? _channel;
    private Counter.CounterClient? _client;

    private Counter.CounterClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _peer = await PeerProcess.PythonAsync("counter_server.py");
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await _peer.ReadLineAsync(TimeSpan.FromSeconds(30))}");
        _client = new Counter.CounterClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_peer is not null) await _peer.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_unary_call_and_its_metadata()
    {
        var metadata = new Metadata { { "organ", "g22" }, { "token-bin", [0, 255, 1] } };
        using var call = Client.OneAsync(new Ask { Text = "xin chào", Payload = ByteString.CopyFrom(new byte[300_000]) }, metadata, In(TimeSpan.FromSeconds(30)));
        var answer = await call;
        var headers = await call.ResponseHeadersAsync;
        Assert.Equal(("xin chào", 300_000), (answer.Text, answer.Payload.Length));
        Assert.Equal("g22", headers.GetValue("seen"));
        Assert.Equal([0, 255, 1], headers.GetValueBytes("seen-bin")!);
        Assert.Equal("1", call.GetTrailers().GetValue("left"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_stream()
    {
        using var call = Client.Gather();
        foreach (var word in (string[])["one", "two", "three"]) await call.RequestStream.WriteAsync(new Ask { Text = word });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(new Answer { Text = "one two three", Count = 3 }, await call);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(50)]
    public async Task A_server_stream(int count)
    {
        using var call = Client.Spread(new Ask { Count = count });
        Assert.Equal(Enumerable.Range(1, count), await call.ResponseStream.ReadAllAsync().Select(answer => answer.Count).ToListAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_duplex_call()
    {
        using var call = Client.Talk();
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_status_with_detail_and_trailers()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Client.OneAsync(new Ask { Text = "status" }));
        Assert.Equal(new Status(StatusCode.FailedPrecondition, "hết hạn 100%"), failure.Status);
        Assert.Equal("late", failure.Trailers.GetValue("reason"));
        Assert.Equal([0, 255, 1], failure.Trailers.GetValueBytes("detail-bin")!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_method_it_does_not_serve_is_UNIMPLEMENTED()
    {
        var method = new Method<string, string>(MethodType.Unary, "no.Such", "Service", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _channel!.CreateCallInvoker().AsyncUnaryCall(method, null, default, "x"));
        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deadline_ends_the_call_on_both_sides()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Client.OneAsync(new Ask { Text = "sleep" }, deadline: In(TimeSpan.FromSeconds(1))));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(1, (await Client.OneAsync(new Ask { Text = "was cancelled" })).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cancelled_call_is_reset_at_the_server()
    {
        var call = Client.OneAsync(new Ask { Text = "sleep" });
        await Task.Delay(200);
        call.Dispose();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        Assert.Equal(1, (await Client.OneAsync(new Ask { Text = "was cancelled" })).Count);
    }

    private static DateTime In(TimeSpan time) => TimeProvider.System.GetUtcNow().UtcDateTime + time;
}
