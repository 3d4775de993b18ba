using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using HealthClient = Grpc.Health.V1.Health.HealthClient;

namespace Vss.Interlink.Rpc.Tests.Health;

public sealed class HealthTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(HealthStatus.Healthy, ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, ServingStatus.NotServing)]
    public async Task The_whole_server_is_as_its_worst_check(HealthStatus says, ServingStatus expected)
    {
        await using var host = await PulseHost.StartAsync(new() { ["good"] = new Pulse(HealthStatus.Healthy), ["other"] = new Pulse(says) });
        Assert.Equal(expected, await CheckAsync(host, ""));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_service_is_as_its_own_checks()
    {
        await using var host = await PulseHost.StartAsync(new() { ["well"] = new Pulse(HealthStatus.Healthy), ["ill"] = new Pulse(HealthStatus.Unhealthy) });
        Assert.Equal(ServingStatus.Serving, await CheckAsync(host, "well"));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(host, "ill"));
        var list = await new HealthClient(host.Channel).ListAsync(new HealthListRequest());
        Assert.Equal(
            [("", ServingStatus.NotServing), ("ill", ServingStatus.NotServing), ("well", ServingStatus.Serving)],
            list.Statuses.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value.Status)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_service_that_is_not_mapped_is_not_found()
    {
        await using var host = await PulseHost.StartAsync([]);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(host, "nobody"));
        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_no_check_speaks_the_status_is_unknown()
    {
        await using var host = await PulseHost.StartAsync([]);
        Assert.Equal(ServingStatus.Unknown, await CheckAsync(host, ""));
    }

    [Fact(Timeout = 30_000)]
    public async Task More_services_than_a_list_may_have_are_refused()
    {
        await using var host = await PulseHost.StartAsync([], options: health =>
        {
            for (var i = 0; i < 100; i++) health.Services.Map($"s{i}", _ => true);
        });
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new HealthClient(host.Channel).ListAsync(new HealthListRequest()));
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_check_that_cannot_be_made_does_not_serve()
    {
        await using var host = await CounterHost.StartAsync(
            services: services => services.AddGrpcHealthChecks().Add(new HealthCheckRegistration("broken", _ => throw new InvalidOperationException("no"), null, null)),
            endpoints: app => app.MapGrpcHealthChecksService(),
            expectsErrors: true);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(host, ""));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_flood_of_checks_runs_each_check_once_and_again_only_after_a_second()
    {
        var clock = new SteppedClock();
        var done = new TaskCompletionSource();
        var pulse = new Pulse(HealthStatus.Healthy) { Until = done.Task };
        await using var host = await PulseHost.StartAsync(new() { ["slow"] = pulse }, clock, endpoints: StopPublishing);
        var flood = Enumerable.Range(0, 300).Select(call => CheckAsync(host, call % 2 == 0 ? "" : "slow")).ToList();
        await Task.Delay(300, TestContext.Current.CancellationToken); // the calls are there and wait
        Assert.Equal(1, pulse.Runs);
        done.SetResult();
        Assert.All(await Task.WhenAll(flood), status => Assert.Equal(ServingStatus.Serving, status));

        await CheckAsync(host, "slow");
        Assert.Equal(1, pulse.Runs);
        clock.Step(TimeSpan.FromSeconds(1));
        await CheckAsync(host, "slow");
        Assert.Equal(2, pulse.Runs);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_check_that_hangs_keeps_its_callers_until_their_deadline_and_nobody_else()
    {
        var hanging = new Pulse(HealthStatus.Healthy) { Until = new TaskCompletionSource().Task };
        await using var host = await PulseHost.StartAsync(new() { ["hangs"] = hanging, ["well"] = new Pulse(HealthStatus.Healthy) }, endpoints: StopPublishing);
        var late = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(host, "hangs", TimeSpan.FromMilliseconds(300)));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(host, "well"));
    }

    private static async Task<ServingStatus> CheckAsync(CounterHost host, string service, TimeSpan? patience = null)
    {
        var deadline = patience is null ? (DateTime?)null : TimeProvider.System.GetUtcNow().UtcDateTime + patience;
        return (await new HealthClient(host.Channel).CheckAsync(new HealthCheckRequest { Service = service }, deadline: deadline)).Status;
    }

    // So that the calls alone run the checks.
    private static void StopPublishing(WebApplication app) =>
        app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckPublisherOptions>>().Value.Delay = TimeSpan.FromHours(1);

    /// <summary>Stopwatch time by hand, the rest as it is.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);
    }
}
