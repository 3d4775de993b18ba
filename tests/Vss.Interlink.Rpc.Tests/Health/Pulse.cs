using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Rpc.Tests.Health;

/// <summary>A health check that says what the test wants, and counts how often it was asked.</summary>
internal sealed class Pulse(HealthStatus says) : IHealthCheck
{
    private int _runs;

    public HealthStatus Says { get; set; } = says;

    /// <summary>The check ends when this does.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    public int Runs => Volatile.Read(ref _runs);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _runs);
        await Until.WaitAsync(cancellationToken);
        return new HealthCheckResult(Says);
    }
}

internal static class PulseHost
{
    /// <summary>A host whose checks are the pulses, by name; each is also the only check of the service of that name. The publisher runs once a second.</summary>
    public static Task<CounterHost> StartAsync(
        Dictionary<string, Pulse> pulses, TimeProvider? clock = null, Action<GrpcHealthChecksOptions>? options = null, Action<WebApplication>? endpoints = null) =>
        CounterHost.StartAsync(
            services: services =>
            {
                services.AddLogging(log => log.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical)); // logs each unhealthy result
                if (clock is not null) services.AddSingleton(clock);
                services.Configure<HealthCheckPublisherOptions>(publisher => (publisher.Delay, publisher.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
                var checks = services.AddGrpcHealthChecks(health =>
                {
                    foreach (var name in pulses.Keys) health.Services.Map(name, check => check.Name == name);
                    options?.Invoke(health);
                });
                foreach (var (name, pulse) in pulses) checks.AddCheck(name, pulse);
            },
            endpoints: app =>
            {
                app.MapGrpcHealthChecksService();
                endpoints?.Invoke(app);
            });
}
