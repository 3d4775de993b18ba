using Google.Protobuf;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

public sealed class SizeLimitTests
{
    private static readonly Ask Long = new() { Payload = ByteString.CopyFrom(new byte[2000]) };

    [Fact(Timeout = 20_000)]
    public async Task A_request_longer_than_the_server_takes_is_RESOURCE_EXHAUSTED()
    {
        await using var host = await CounterHost.StartAsync(options: options => options.MaxReceiveMessageSize = 1000);
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(host.Client.OneAsync(Long)));
        await host.Client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[900]) });
    }

    [Fact(Timeout = 20_000)]
    public async Task The_server_takes_four_megabytes_unless_told_otherwise()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => Task.FromResult(new Answer()) });
        await host.Client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[(4 * 1024 * 1024) - 10]) });
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(host.Client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[4 * 1024 * 1024]) })));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_response_longer_than_the_server_sends_is_RESOURCE_EXHAUSTED()
    {
        await using var host = await CounterHost.StartAsync(options: options => options.MaxSendMessageSize = 1000);
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(host.Client.OneAsync(Long)));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_request_longer_than_the_client_sends_is_RESOURCE_EXHAUSTED()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        using var channel = host.ChannelWith(options => options.MaxSendMessageSize = 1000);
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(new Counter.CounterClient(channel).OneAsync(Long)));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_long_message_refused_in_a_stream_leaves_the_stream_usable()
    {
        await using var host = await CounterHost.StartAsync();
        using var channel = host.ChannelWith(options => options.MaxSendMessageSize = 1000);
        using var call = new Counter.CounterClient(channel).Gather();
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(Long));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        await call.RequestStream.WriteAsync(new Ask { Text = "short" });
        await call.RequestStream.CompleteAsync();
        Assert.Equal("short", (await call).Text);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_response_longer_than_the_client_takes_is_RESOURCE_EXHAUSTED()
    {
        await using var host = await CounterHost.StartAsync();
        using var channel = host.ChannelWith(options => options.MaxReceiveMessageSize = 1000);
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(new Counter.CounterClient(channel).OneAsync(Long)));
    }

    private static async Task<StatusCode> StatusOf(AsyncUnaryCall<Answer> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode;
}
