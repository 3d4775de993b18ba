using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Answers UNIMPLEMENTED to gRPC calls that no endpoint took; other requests stay the host's own. It stands around the pipeline, as an endpoint for every
/// path would be weighed against the real one at each call, which costs more than the call's own bookkeeping.
/// </summary>
internal sealed class UnknownMethods(TimeProvider clock) : IStartupFilter
{
    private readonly HashSet<string> _known = [];

    /// <summary>Spares the calls of a method the detour. For the start of the host only.</summary>
    public void Know(string path) => _known.Add(path);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => http =>
            !WireNames.IsGrpc(http.Request.ContentType) || _known.Contains(http.Request.Path.Value ?? "") ? rest(http) : InvokeAsync(rest, http));
        next(app);
    };

    private async Task InvokeAsync(RequestDelegate rest, HttpContext http)
    {
        var started = clock.GetTimestamp();
        await rest(http);
        if (http.Response.StatusCode != StatusCodes.Status404NotFound || http.Response.HasStarted || http.GetEndpoint() is not null) return;
        // statuscodes.md: UNIMPLEMENTED, "method not found on server". HTTP 404 would say the same with less.
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = WireNames.ContentType;
        http.Response.Headers[WireNames.Status] = ((int)StatusCode.Unimplemented).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[WireNames.Message] = "No such service or method here.";
        ServerTelemetry.Ended(http, ServerTelemetry.UnknownMethod, StatusCode.Unimplemented, clock.GetElapsedTime(started));
    }
}
