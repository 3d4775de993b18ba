using System.Globalization;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What the handlers of a service share.</summary>
/// <param name="MakesAlone">Whether the service is not registered and its only constructor takes nothing.</param>
internal sealed record ServerSettings(GrpcServiceOptions Options, bool MakesAlone, TimeProvider Clock, ILogger Logger);

/// <summary>One method of a service at its endpoint: checks the request, makes the service, runs the method, ends the call.</summary>
/// <param name="name">"package.Service/Method".</param>
internal abstract class MethodHandler<TService>(ServerSettings settings, string name) where TService : class
{
    private static readonly ObjectFactory<TService> Create = ActivatorUtilities.CreateFactory<TService>([]);

    protected abstract bool IsRequestStreaming { get; }

    public async Task HandleAsync(HttpContext http)
    {
        if (!IsCall(http)) return;
        LiftLimits(http);
        var started = settings.Clock.GetTimestamp();
        await using var call = new ServerCall(http, settings.Options);
        try
        {
            call.Begin(settings.Clock);
            await InvokeAsync(ServiceFor(http), call, settings.Options.Interceptors.ActivateFor(http));
            await call.EndAsync();
        }
        catch (Exception exception)
        {
            if (await call.EndAsync(exception, settings.Options.EnableDetailedErrors ?? false))
                ServerLog.HandlerThrew(settings.Logger, call.Method, exception);
            else
                ServerLog.Ended(settings.Logger, call.Method, call.Status.StatusCode);
        }

        ServerTelemetry.Ended(http, name, call.Status.StatusCode, settings.Clock.GetElapsedTime(started));
    }

    /// <summary>Runs the method on a service, through the interceptors when there are any.</summary>
    protected abstract ValueTask InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors);

    /// <summary>The method as the first interceptor's continuation chain: the one registered first is the outermost.</summary>
    protected static TMethod Through<TMethod>(IReadOnlyList<Interceptor> interceptors, TMethod method, Func<Interceptor, TMethod, TMethod> around) =>
        interceptors.Reverse().Aggregate(method, (inner, interceptor) => around(interceptor, inner));

    // A registered service belongs to the container; one we made for the call is ours to dispose.
    private TService ServiceFor(HttpContext http)
    {
        // The container makes a scope for a request that asks it anything; a service that needs nothing is spared it.
        if (settings.MakesAlone) return Made(http, Activator.CreateInstance<TService>());
        return http.RequestServices.GetService<TService>() ?? Made(http, Create(http.RequestServices, null));
    }

    private static TService Made(HttpContext http, TService service)
    {
        if (service is IAsyncDisposable asynchronous) http.Response.RegisterForDisposeAsync(asynchronous);
        else if (service is IDisposable disposable) http.Response.RegisterForDispose(disposable);
        return service;
    }

    private bool IsCall(HttpContext http)
    {
        var refusal =
            !HttpProtocol.IsHttp2(http.Request.Protocol) ? StatusCodes.Status426UpgradeRequired :
            // PROTOCOL-HTTP2.md, Requests: other content types get 415, so that no HTTP client takes a gRPC error (HTTP 200) for success.
            !WireNames.IsGrpc(http.Request.ContentType) ? StatusCodes.Status415UnsupportedMediaType :
            // The same clause: te tells of proxies that lose trailers, and with them the status of the call. Kestrel lets no other value through.
            http.Request.Headers.TE.Count == 0 ? StatusCodes.Status400BadRequest : 0;
        if (refusal == 0) return true;
        http.Response.StatusCode = refusal;
        if (refusal == StatusCodes.Status400BadRequest)
        {
            http.Response.Headers[WireNames.Status] = ((int)StatusCode.Internal).ToString(CultureInfo.InvariantCulture);
            http.Response.Headers[WireNames.Message] = "The request has no te: trailers; something between client and server lost it.";
        }

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
