using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Inside;
using Vss.Interlink.Exchange.Delivery;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>
/// How a hub stops (SIGTERM) so that whoever works with it need not notice: health turns red while both edges serve on, so that a load balancer sends everything new to other nodes; meanwhile no packet is fetched from the axis and no delivery leased any
/// more, what waits goes back, streams to inside services end when their answers are in. Then what is still under way is handed back; the edges close last, and finish what they are at.
/// </summary>
internal sealed partial class OrderlyStop(DeliveryWorker worker, InsideConnector inside, IOptions<EdgeOptions> options, TimeProvider clock, ILogger<OrderlyStop> logger) : IHostedLifecycleService
{
    /// <summary>Before the host stops anything: health is red by now.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Begins(logger, options.Value.StopNotice);
        worker.Drain();
        inside.Close();
        await Task.Delay(options.Value.StopNotice, clock, cancellationToken);
        await worker.StopAsync(cancellationToken);
        HandedBack(logger);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(3031, LogLevel.Information, "The hub stops. It serves on for {Notice}, leases no more deliveries and fetches no more packets from the axis.")]
    private static partial void Begins(ILogger logger, TimeSpan notice);

    [LoggerMessage(3032, LogLevel.Information, "No delivery is leased by this node any more; the edges close.")]
    private static partial void HandedBack(ILogger logger);
}

/// <summary>The parts of the orderly stop that callers see.</summary>
internal static class OrderlyStopRegistration
{
    public static IServiceCollection AddOrderlyStop(this IServiceCollection services) => services.AddHostedService<OrderlyStop>();

    /// <summary>
    /// While the hub stops, each answer is the last one of its connection: HTTP/1.1 says so in a header, HTTP/2 by GOAWAY. Callers that keep connections would else meet the closing edge in the middle of their next request.
    /// </summary>
    public static void UseOrderlyStop(this WebApplication app)
    {
        var (options, stopping) = (app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value, app.Lifetime.ApplicationStopping);
        app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = options.StopNotice + options.StopPatience;
        app.Use((http, next) =>
        {
            if (stopping.IsCancellationRequested) http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return next(http);
        });
    }
}
