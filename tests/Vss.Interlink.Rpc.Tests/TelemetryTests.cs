using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>Names of OpenTelemetry's semantic conventions for gRPC. Other tests run beside these, so each looks for calls of its own.</summary>
public sealed class TelemetryTests
{
    private const string Method = "interlink.rpc.tests.Counter/One";

    [Theory(Timeout = 20_000)]
    [InlineData(StatusCode.OK, "OK", false, false)]
    [InlineData(StatusCode.NotFound, "NOT_FOUND", false, true)]
    [InlineData(StatusCode.Internal, "INTERNAL", true, true)]
    public async Task Both_sides_record_the_duration_of_a_call_with_its_method_and_status(StatusCode code, string name, bool serverErrs, bool clientErrs)
    {
        await using var host = await CounterHost.StartAsync(Answering(code));
        var seen = new ConcurrentQueue<(string Instrument, string? Unit, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name is "Grpc.AspNetCore.Server" or "Grpc.Net.Client") listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            Assert.InRange(seconds, 0, 20);
            seen.Enqueue((instrument.Name, instrument.Unit, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
        });
        listener.Start();
        await CallAsync(host);

        var client = await FindAsync(() => seen.FirstOrDefault(one => one.Instrument == "rpc.client.call.duration" && host.Address.Authority.Equals(one.Tags["server.address"])));
        Assert.Equal(("s", "grpc", Method, name), (client.Unit, client.Tags["rpc.system.name"], client.Tags["rpc.method"], client.Tags["rpc.response.status_code"]));
        Assert.Equal(clientErrs, client.Tags.ContainsKey("error.type"));
        var server = await FindAsync(() => seen.FirstOrDefault(one => one.Instrument == "rpc.server.call.duration" && name.Equals(one.Tags["rpc.response.status_code"])));
        Assert.Equal(("s", "grpc"), (server.Unit, server.Tags["rpc.system.name"]));
        Assert.Equal(serverErrs, server.Tags.ContainsKey("error.type"));
    }

    [Fact(Timeout = 20_000)]
    public async Task The_trace_goes_from_the_caller_through_the_client_to_the_host_and_names_the_call()
    {
        await using var host = await CounterHost.StartAsync(Answering(StatusCode.Internal));
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Grpc.Net.Client" or "Microsoft.AspNetCore" or "tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("tests");
        using var caller = source.StartActivity("caller")!;
        await CallAsync(host);
        Assert.Same(caller, Activity.Current);

        var client = await FindAsync(() => ended.FirstOrDefault(activity => activity.OperationName == "Grpc.Net.Client.GrpcOut" && activity.ParentSpanId == caller.SpanId));
        Assert.Equal((Method, ActivityKind.Client, ActivityStatusCode.Error), (client.DisplayName, client.Kind, client.Status));
        Assert.Equal(("/" + Method, "13", "INTERNAL"), (client.GetTagItem("grpc.method"), client.GetTagItem("grpc.status_code"), client.GetTagItem("rpc.response.status_code")));
        var server = await FindAsync(() => ended.FirstOrDefault(activity => activity.Source.Name == "Microsoft.AspNetCore" && activity.TraceId == caller.TraceId));
        Assert.Equal((Method, "13"), (server.DisplayName, server.GetTagItem("grpc.status_code")));
    }

    private static Behaviour Answering(StatusCode code) =>
        new() { One = (_, _) => code == StatusCode.OK ? Task.FromResult(new Answer()) : throw new RpcException(new Status(code, "as asked")) };

    private static async Task CallAsync(CounterHost host)
    {
        try
        {
            await host.Client.OneAsync(new Ask());
        }
        catch (RpcException)
        {
            // as asked
        }
    }

    // The server records after the client has its answer.
    private static async Task<T> FindAsync<T>(Func<T?> find)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            if (find() is { } found && !found.Equals(default(T))) return found;
            await Task.Delay(20);
        }

        throw new TimeoutException("It was not recorded.");
    }
}
