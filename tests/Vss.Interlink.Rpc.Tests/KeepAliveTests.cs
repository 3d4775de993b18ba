using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>A peer that is gone without a word is noticed by pings, on either side (gRPC keepalive.md).</summary>
public sealed class KeepAliveTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_client_that_pings_learns_that_its_server_is_gone()
    {
        await using var host = await CounterHost.StartAsync(Waiting(out _, out _));
        await using var relay = new SilentRelay(host.Address);
        using var channel = GrpcChannel.ForAddress(relay.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1) },
            DisposeHttpClient = true,
        });
        using var call = new Counter.CounterClient(channel).Talk();
        await call.RequestStream.WriteAsync(new Ask());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        relay.FallSilent();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_pings_ends_the_calls_of_a_client_that_is_gone()
    {
        var behaviour = Waiting(out var begun, out var ended);
        await using var host = await CounterHost.StartAsync(behaviour, services: services => services.Configure<KestrelServerOptions>(kestrel =>
            (kestrel.Limits.Http2.KeepAlivePingDelay, kestrel.Limits.Http2.KeepAlivePingTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))));
        await using var relay = new SilentRelay(host.Address);
        using var channel = GrpcChannel.ForAddress(relay.Address);
        using var call = new Counter.CounterClient(channel).Talk();
        await call.RequestStream.WriteAsync(new Ask());
        await begun.Task;
        relay.FallSilent();
        await ended.Task;
    }

    // Answers the first request, then waits for the next.
    private static Behaviour Waiting(out TaskCompletionSource begun, out TaskCompletionSource ended)
    {
        var (first, last) = (new TaskCompletionSource(), new TaskCompletionSource());
        (begun, ended) = (first, last);
        return new Behaviour
        {
            Talk = async (asks, answers, context) =>
            {
                context.CancellationToken.Register(() => last.TrySetResult());
                await foreach (var ask in asks.ReadAllAsync())
                {
                    await answers.WriteAsync(Behaviour.Echo(ask));
                    first.TrySetResult();
                }
            },
        };
    }
}
