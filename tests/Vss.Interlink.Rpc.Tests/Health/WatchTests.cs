using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using HealthClient = Grpc.Health.V1.Health.HealthClient;

namespace Vss.Interlink.Rpc.Tests.Health;

public sealed class WatchTests
{
    private readonly Pulse _pulse = new(HealthStatus.Healthy);
    private IHostApplicationLifetime? _lifetime;

    [Fact(Timeout = 30_000)]
    public async Task A_watcher_is_told_the_status_at_once_and_then_each_change_in_order()
    {
        await using var host = await StartAsync();
        using var watch = Watch(host, "pulse");
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        foreach (var (says, expected) in new[]
        {
            (HealthStatus.Unhealthy, ServingStatus.NotServing), (HealthStatus.Degraded, ServingStatus.Serving), (HealthStatus.Unhealthy, ServingStatus.NotServing),
        })
        {
            _pulse.Says = says;
            Assert.Equal(expected, await NextAsync(watch));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_watcher_is_not_told_what_is_no_change()
    {
        await using var host = await StartAsync();
        using var watch = Watch(host, "pulse");
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        var runs = _pulse.Runs;
        _pulse.Says = HealthStatus.Degraded; // still serves
        var next = NextAsync(watch);
        while (_pulse.Runs < runs + 2) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        _pulse.Says = HealthStatus.Unhealthy;
        Assert.Equal(ServingStatus.NotServing, await next);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_first_status_is_of_a_check_made_for_it()
    {
        await using var host = await StartAsync();
        Assert.Equal(ServingStatus.Serving, await NextAsync(Watch(host, "pulse")));
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken); // no result is good for longer
        _pulse.Says = HealthStatus.Unhealthy;
        Assert.Equal(ServingStatus.NotServing, await NextAsync(Watch(host, "pulse")));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_service_that_is_not_mapped_is_unknown_and_the_watch_goes_on_until_the_host_stops()
    {
        await using var host = await StartAsync();
        using var watch = Watch(host, "nobody");
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
        var next = NextAsync(watch);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        _lifetime!.StopApplication();
        Assert.Equal(ServingStatus.NotServing, await next);
        Assert.False(await watch.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact(Timeout = 30_000)]
    public async Task At_the_hosts_stop_every_watch_is_told_not_serving_and_ends()
    {
        await using var host = await StartAsync();
        var watches = Enumerable.Range(0, 20).Select(_ => Watch(host, "")).ToList();
        foreach (var watch in watches) Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        _lifetime!.StopApplication();
        foreach (var watch in watches)
        {
            Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
            Assert.False(await watch.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(StatusCode.OK, watch.GetStatus().StatusCode);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Grpcio_checks_and_watches()
    {
        await using var host = await StartAsync();
        await using var peer = await PeerProcess.PythonAsync("health_client.py", host.Address.Authority, Path.Combine(AppContext.BaseDirectory, "Protos"), "pulse");
        var asked = JsonElement.Parse(await peer.ReadLineAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("SERVING", asked.GetProperty("check").GetString());
        Assert.Equal("NOT_FOUND", asked.GetProperty("nobody").GetString());
        Assert.Equal("SERVICE_UNKNOWN", asked.GetProperty("watch nobody").GetString());
        Assert.Equal(2, asked.GetProperty("list").EnumerateObject().Count());

        Assert.Equal("SERVING", await peer.ReadLineAsync(TimeSpan.FromSeconds(10)));
        _pulse.Says = HealthStatus.Unhealthy;
        Assert.Equal("NOT_SERVING", await peer.ReadLineAsync(TimeSpan.FromSeconds(10)));
        _pulse.Says = HealthStatus.Healthy;
        Assert.Equal("SERVING", await peer.ReadLineAsync(TimeSpan.FromSeconds(10)));
        _lifetime!.StopApplication();
        Assert.Equal("NOT_SERVING", await peer.ReadLineAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("ended OK", await peer.ReadLineAsync(TimeSpan.FromSeconds(10)));
    }

    private Task<CounterHost> StartAsync() => PulseHost.StartAsync(new() { ["pulse"] = _pulse }, endpoints: app => _lifetime = app.Lifetime);

    private static AsyncServerStreamingCall<HealthCheckResponse> Watch(CounterHost host, string service) =>
        new HealthClient(host.Channel).Watch(new HealthCheckRequest { Service = service });

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        return watch.ResponseStream.Current.Status;
    }
}
