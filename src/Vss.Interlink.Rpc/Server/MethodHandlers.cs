using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

// The four shapes of a method. Without interceptors nothing is made but the call itself.

internal sealed class UnaryHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method, Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke)
    : MethodHandler<TService>(settings, method.FullName[1..]) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors)
    {
        var request = await call.ReadSingleAsync(method.RequestMarshaller);
        var response = await (interceptors.Count == 0 ? invoke(service, request, call) : Through(service, interceptors)(request, call));
        call.WriteSingle(response, method.ResponseMarshaller);
    }

    private UnaryServerMethod<TRequest, TResponse> Through(TService service, IReadOnlyList<Interceptor> interceptors) =>
        Through<UnaryServerMethod<TRequest, TResponse>>(interceptors, (request, context) => invoke(service, request, context),
            static (interceptor, inner) => (request, context) => interceptor.UnaryServerHandler(request, context, inner));
}

internal sealed class ClientStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke)
    : MethodHandler<TService>(settings, method.FullName[1..]) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors)
    {
        var requests = new RequestStream<TRequest>(call, method.RequestMarshaller);
        var response = await (interceptors.Count == 0 ? invoke(service, requests, call) : Through(service, interceptors)(requests, call));
        call.WriteSingle(response, method.ResponseMarshaller);
    }

    private ClientStreamingServerMethod<TRequest, TResponse> Through(TService service, IReadOnlyList<Interceptor> interceptors) =>
        Through<ClientStreamingServerMethod<TRequest, TResponse>>(interceptors, (requests, context) => invoke(service, requests, context),
            static (interceptor, inner) => (requests, context) => interceptor.ClientStreamingServerHandler(requests, context, inner));
}

internal sealed class ServerStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : MethodHandler<TService>(settings, method.FullName[1..]) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors)
    {
        var request = await call.ReadSingleAsync(method.RequestMarshaller);
        var responses = new ResponseStream<TResponse>(call, method.ResponseMarshaller);
        await (interceptors.Count == 0 ? invoke(service, request, responses, call) : Through(service, interceptors)(request, responses, call));
    }

    private ServerStreamingServerMethod<TRequest, TResponse> Through(TService service, IReadOnlyList<Interceptor> interceptors) =>
        Through<ServerStreamingServerMethod<TRequest, TResponse>>(
            interceptors, (request, responses, context) => invoke(service, request, responses, context),
            static (interceptor, inner) => (request, responses, context) => interceptor.ServerStreamingServerHandler(request, responses, context, inner));
}

internal sealed class DuplexHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : MethodHandler<TService>(settings, method.FullName[1..]) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => true;

    protected override ValueTask InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors)
    {
        var requests = new RequestStream<TRequest>(call, method.RequestMarshaller);
        var responses = new ResponseStream<TResponse>(call, method.ResponseMarshaller);
        return new(interceptors.Count == 0 ? invoke(service, requests, responses, call) : Through(service, interceptors)(requests, responses, call));
    }

    private DuplexStreamingServerMethod<TRequest, TResponse> Through(TService service, IReadOnlyList<Interceptor> interceptors) =>
        Through<DuplexStreamingServerMethod<TRequest, TResponse>>(
            interceptors, (requests, responses, context) => invoke(service, requests, responses, context),
            static (interceptor, inner) => (requests, responses, context) => interceptor.DuplexStreamingServerHandler(requests, responses, context, inner));
}
