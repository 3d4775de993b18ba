using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Names of OpenTelemetry's semantic conventions for gRPC, which both sides use.</summary>
internal static class RpcTelemetry
{
    // In the order of their numbers.
    private static readonly ImmutableArray<string> StatusNames =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>In seconds (semantic conventions for RPC metrics).</summary>
    public static InstrumentAdvice<double> DurationBuckets { get; } =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    public static TagList TagsOf(string method, StatusCode status, bool isError)
    {
        var name = NameOf(status);
        var tags = new TagList { { "rpc.system.name", "grpc" }, { "rpc.method", method }, { "rpc.response.status_code", name } };
        if (isError) tags.Add("error.type", name);
        return tags;
    }

    public static void Describe(Activity activity, string method, StatusCode status, bool isError)
    {
        activity.DisplayName = method;
        foreach (var tag in TagsOf(method, status, isError)) activity.SetTag(tag.Key, tag.Value);
        activity.SetTag("grpc.method", $"/{method}");
        activity.SetTag("grpc.status_code", ((int)status).ToString());
        if (isError) activity.SetStatus(ActivityStatusCode.Error);
    }

    private static string NameOf(StatusCode status) => (int)status is var number and >= 0 && number < StatusNames.Length ? StatusNames[number] : ((int)status).ToString();
}
