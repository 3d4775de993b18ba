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
internal sealed record ServerSettings(GrpcServiceOptions Options, TimeProvider Clock, ILogger Logger);

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

        ServerTelemetry.Ended(http, name, call.Status.StatusCode, settings.Clock.GetElapsedTime(started));
    }

    /// <summary>Runs the method on a service, through the interceptors when there are any.</summary>
    protected abstract Task InvokeAsync(TService service, ServerCall call, IReadOnlyList<Interceptor> interceptors);

    /// <summary>The method as the first interceptor's continuation chain: the one registered first is the outermost.</summary>
    protected static TMethod Through<TMethod>(IReadOnlyList<Interceptor> interceptors, TMethod method, Func<Interceptor, TMethod, TMethod> around) =>
        interceptors.Reverse().Aggregate(method, (inner, interceptor) => around(interceptor, inner));

    // A registered service belongs to the container; one we made for the call is ours to dispose.
    private async Task InvokeOnServiceAsync(ServerCall call)
    {
        var services = call.Http.RequestServices;
        var registered = services.GetService<TService>();
        var service = registered ?? Create(services, null);
        var interceptors = settings.Options.Interceptors.Activate(services);
        try
        {
            await InvokeAsync(service, call, interceptors.Instances);
        }
        finally
        {
            foreach (var made in interceptors.Made) await DisposeAsync(made);
            if (registered is null) await DisposeAsync(service);
        }
    }

    private static async ValueTask DisposeAsync(object made)
    {
        if (made is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
        else (made as IDisposable)?.Dispose();
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
