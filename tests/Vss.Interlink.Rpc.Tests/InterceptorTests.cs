using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests;

public sealed class InterceptorTests
{
    [Fact(Timeout = 20_000)]
    public async Task Interceptors_of_the_client_see_every_kind_of_call_first_registered_first()
    {
        await using var host = await CounterHost.StartAsync();
        var seen = new List<string>();
        var client = new Counter.CounterClient(host.Channel.Intercept(new Recorder("a", seen), new Recorder("b", seen)));
        client.One(new Ask());
        await client.OneAsync(new Ask());
        using (var gather = client.Gather())
        {
            await gather.RequestStream.CompleteAsync();
            await gather;
        }

        using (var spread = client.Spread(new Ask { Count = 1 })) Assert.True(await spread.ResponseStream.MoveNext(CancellationToken.None));
        using (var talk = client.Talk()) await talk.RequestStream.CompleteAsync();
        Assert.Equal(["a Unary", "b Unary", "a Unary", "b Unary", "a ClientStreaming", "b ClientStreaming",
            "a ServerStreaming", "b ServerStreaming", "a DuplexStreaming", "b DuplexStreaming"], seen);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_interceptor_may_add_metadata_to_every_call()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (_, context) => Task.FromResult(new Answer { Text = $"{context.RequestHeaders.GetValue("organ")} {context.Host}" }),
        });
        var client = new Counter.CounterClient(host.Channel.Intercept(headers => new Metadata { { "organ", $"G01.{headers.Count}" } }));
        Assert.Equal($"G01.0 {host.Address.Authority}", (await client.OneAsync(new Ask())).Text);
        Assert.Equal("G01.1 other.test", (await client.WithHost("other.test").OneAsync(new Ask(), new Metadata { { "x", "y" } })).Text);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_interceptor_may_answer_in_place_of_the_server()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        var client = new Counter.CounterClient(host.Channel.Intercept(new Refusing()));
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await client.OneAsync(new Ask()))).StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task Interceptors_of_the_server_stand_around_every_kind_of_call_first_registered_outermost()
    {
        var seen = new List<string>();
        await using var host = await CounterHost.StartAsync(
            options: options =>
            {
                options.Interceptors.Add<Recorder>("a", seen);
                options.Interceptors.Add<Recorder>("b", seen);
            });
        await host.Client.OneAsync(new Ask());
        using (var gather = host.Client.Gather())
        {
            await gather.RequestStream.CompleteAsync();
            await gather;
        }

        using (var spread = host.Client.Spread(new Ask { Count = 1 })) await foreach (var _ in spread.ResponseStream.ReadAllAsync()) { }
        using (var talk = host.Client.Talk())
        {
            await talk.RequestStream.CompleteAsync();
            await foreach (var _ in talk.ResponseStream.ReadAllAsync()) { }
        }

        Assert.Equal(["a in", "b in", "b out", "a out"], seen.Take(4));
        Assert.Equal(16, seen.Count);
    }

    [Fact(Timeout = 20_000)]
    public async Task What_an_interceptor_throws_is_the_status_of_the_call()
    {
        await using var host = await CounterHost.StartAsync(
            new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") }, options => options.Interceptors.Add<Refusing>());
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()))).StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_interceptor_comes_from_the_container_when_registered_there_and_otherwise_lives_as_long_as_its_call()
    {
        var counts = new Counts();
        await using (var host = await CounterHost.StartAsync(options: options => options.Interceptors.Add<Counted>(), services: services => services.AddSingleton(counts)))
        {
            await host.Client.OneAsync(new Ask());
            await host.Client.OneAsync(new Ask());
        }

        Assert.Equal((2, 2), (counts.Made, counts.Disposed));
        counts = new Counts();
        await using (var host = await CounterHost.StartAsync(options: options => options.Interceptors.Add<Counted>(), services: services => services.AddSingleton(counts).AddSingleton<Counted>()))
        {
            await host.Client.OneAsync(new Ask());
            await host.Client.OneAsync(new Ask());
            Assert.Equal((1, 0), (counts.Made, counts.Disposed));
        }
    }

    [Fact(Timeout = 20_000)]
    public async Task Options_of_one_service_stand_over_those_of_every_service()
    {
        await using var host = await CounterHost.StartAsync(
            options: options => (options.MaxReceiveMessageSize, options.MaxSendMessageSize) = (10, 20),
            services: services => services.AddGrpc().AddServiceOptions<CounterService>(options => options.MaxReceiveMessageSize = 1000));
        var ask = new Ask { Text = new string('x', 100) };
        Assert.Contains("limit is 20", (await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(ask))).Status.Detail);
    }

    [Fact]
    public void Only_interceptors_can_be_registered() =>
        Assert.Throws<ArgumentException>(() => new GrpcServiceOptions().Interceptors.Add(typeof(string)));

    private sealed class Counts
    {
        public int Made;
        public int Disposed;
    }

    private sealed class Counted : Interceptor, IDisposable
    {
        private readonly Counts _counts;

        public Counted(Counts counts)
        {
            _counts = counts;
            _counts.Made++;
        }

        public void Dispose() => _counts.Disposed++;
    }

    private sealed class Refusing : Interceptor
    {
        private static RpcException Refusal => new(new Status(StatusCode.PermissionDenied, "not you"));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            new(Task.FromException<TResponse>(Refusal), Task.FromResult(Metadata.Empty), () => Refusal.Status, () => [], () => { });

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => throw Refusal;
    }

    private sealed class Recorder(string name, List<string> seen) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} {context.Method.Type}");
            return continuation(request, context);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} {context.Method.Type}");
            return continuation(request, context);
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} {context.Method.Type}");
            return continuation(request, context);
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} {context.Method.Type}");
            return continuation(context);
        }

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} {context.Method.Type}");
            return continuation(context);
        }

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} in");
            var response = await continuation(request, context);
            seen.Add($"{name} out");
            return response;
        }

        public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} in");
            var response = await continuation(requestStream, context);
            seen.Add($"{name} out");
            return response;
        }

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} in");
            await continuation(request, responseStream, context);
            seen.Add($"{name} out");
        }

        public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            seen.Add($"{name} in");
            await continuation(requestStream, responseStream, context);
            seen.Add($"{name} out");
        }
    }
}
