using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// What the server tells OpenTelemetry: the duration of each call, and the call's method and status on the host's own activity
/// (OpenTelemetry semantic conventions for gRPC, and the tags of the official package).
/// </summary>
internal static class ServerTelemetry
{
    /// <summary>The name of the meter, and the category of the log.</summary>
    public const string Name = "Grpc.AspNetCore.Server";

    /// <summary>The method of calls nobody serves: their names are a stranger's, and without number.</summary>
    public const string UnknownMethod = "_OTHER";

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram("rpc.server.call.duration", "s", "Duration of incoming calls.", advice: RpcTelemetry.DurationBuckets);

    /// <param name="method">"package.Service/Method".</param>
    public static void Ended(HttpContext http, string method, StatusCode status, TimeSpan took)
    {
        var isError = IsError(status);
        if (Duration.Enabled) Duration.Record(took.TotalSeconds, RpcTelemetry.TagsOf(method, status, isError));
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { } activity) RpcTelemetry.Describe(activity, method, status, isError);
    }

    // Semantic conventions for gRPC, Server: what the caller did wrong is no error of the server.
    private static bool IsError(StatusCode status) => status is
        StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.Unimplemented or StatusCode.Internal or StatusCode.Unavailable or StatusCode.DataLoss;
}
