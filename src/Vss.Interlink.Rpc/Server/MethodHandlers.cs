using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What the handlers of a host share.</summary>
internal sealed record ServerSettings(GrpcServiceOptions Options, TimeProvider Clock, ILogger Logger);

/// <summary>One method of a service at its endpoint: checks the request, makes the service, runs the method, ends the call.</summary>
internal abstract class MethodHandler<TService>(ServerSettings settings) where TService : class
{
    private static readonly ObjectFactory<TService> Create = ActivatorUtilities.CreateFactory<TService>([]);

    protected abstract bool IsRequestStreaming { get; }

    public async Task HandleAsync(HttpContext http)
    {
        if (!IsCall(http)) return;
        LiftLimits(http);
        await using var call = new ServerCall(http, settings.Options);
        try
        {
            call.Begin(settings.Clock);
            await InvokeOnServiceAsync(call);
            await call.EndAsync();
        }
        catch (Exception exception)
        {
            if (await call.EndAsync(exception, settings.Options.EnableDetailedErrors ?? false))
                ServerLog.HandlerThrew(settings.Logger, call.Method, exception);
            else
                ServerLog.Ended(settings.Logger, call.Method, call.Status.StatusCode);
        }
    }

    protected abstract Task InvokeAsync(TService service, ServerCall call);

    // A registered service belongs to the container; one we made for the call is ours to dispose.
    private async Task InvokeOnServiceAsync(ServerCall call)
    {
        var services = call.Http.RequestServices;
        if (services.GetService<TService>() is { } registered)
        {
            await InvokeAsync(registered, call);
            return;
        }

        var made = Create(services, null);
        try
        {
            await InvokeAsync(made, call);
        }
        finally
        {
            if (made is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (made as IDisposable)?.Dispose();
        }
    }

    private bool IsCall(HttpContext http)
    {
        var refusal =
            !HttpProtocol.IsHttp2(http.Request.Protocol) ? StatusCodes.Status426UpgradeRequired :
            // PROTOCOL-HTTP2.md, Requests: other content types get 415, so that no HTTP client takes a gRPC error (HTTP 200) for success.
            !WireNames.IsGrpc(http.Request.ContentType) ? StatusCodes.Status415UnsupportedMediaType : 0;
        if (refusal == 0) return true;
        http.Response.StatusCode = refusal;
        ServerLog.NotGrpc(settings.Logger, http.Request.Path, http.Request.Protocol, http.Request.ContentType);
        return false;
    }

    // Each message is limited by its own size, not the whole body; and a stream may be silent for as long as it likes.
    private void LiftLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (IsRequestStreaming && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }
}

internal sealed class UnaryHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method, Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke)
    : MethodHandler<TService>(settings) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => false;

    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        var request = await call.ReadSingleAsync(method.RequestMarshaller);
        var response = await invoke(service, request, call);
        await SingleResponse.WriteAsync(call, response, method.ResponseMarshaller);
    }
}

internal sealed class ClientStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke)
    : MethodHandler<TService>(settings) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => true;

    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        var response = await invoke(service, new RequestStream<TRequest>(call, method.RequestMarshaller), call);
        await SingleResponse.WriteAsync(call, response, method.ResponseMarshaller);
    }
}

internal sealed class ServerStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : MethodHandler<TService>(settings) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => false;

    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        var request = await call.ReadSingleAsync(method.RequestMarshaller);
        await invoke(service, request, new ResponseStream<TResponse>(call, method.ResponseMarshaller), call);
    }
}

internal sealed class DuplexHandler<TService, TRequest, TResponse>(
    ServerSettings settings, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : MethodHandler<TService>(settings) where TService : class where TRequest : class where TResponse : class
{
    protected override bool IsRequestStreaming => true;

    protected override Task InvokeAsync(TService service, ServerCall call) =>
        invoke(service, new RequestStream<TRequest>(call, method.RequestMarshaller), new ResponseStream<TResponse>(call, method.ResponseMarshaller), call);
}

internal static class SingleResponse
{
    // Left unflushed, so that headers, message and trailers leave together. A failed call has no message.
    public static Task WriteAsync<T>(ServerCall call, T? response, Marshaller<T> marshaller) where T : class =>
        call.Status.StatusCode != StatusCode.OK ? Task.CompletedTask :
        response is null ? throw new RpcException(new Status(StatusCode.Internal, "The service returned no response.")) :
        call.WriteAsync(response, marshaller, flush: false, CancellationToken.None);
}
