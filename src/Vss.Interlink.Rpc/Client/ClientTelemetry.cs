using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>What the client tells OpenTelemetry: an activity and a duration for each call (OpenTelemetry semantic conventions for gRPC; names of the official package).</summary>
internal static class ClientTelemetry
{
    private const string Name = "Grpc.Net.Client";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram("rpc.client.call.duration", "s", "Duration of outgoing calls.", advice: RpcTelemetry.DurationBuckets);

    /// <summary>The activity of a call, current from here on; null when nobody listens.</summary>
    public static Activity? Start() => Source.StartActivity("Grpc.Net.Client.GrpcOut", ActivityKind.Client);

    /// <param name="target">The channel's authority.</param>
    /// <param name="method">"package.Service/Method".</param>
    public static void Ended(Activity? activity, string target, string method, StatusCode status, TimeSpan took)
    {
        var isError = status != StatusCode.OK;
        if (Duration.Enabled)
        {
            var tags = RpcTelemetry.TagsOf(method, status, isError);
            tags.Add("server.address", target);
            Duration.Record(took.TotalSeconds, tags);
        }

        if (activity is null) return;
        RpcTelemetry.Describe(activity, method, status, isError);
        activity.SetTag("server.address", target);
        activity.Stop();
    }
}
