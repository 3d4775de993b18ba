using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Signing;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>Takes due deliveries for each connector and runs them, some at once. Woken by commits; polls in case a bell was not heard.</summary>
public sealed partial class DeliveryWorker : BackgroundService
{
    private readonly ExchangeLedger _ledger;
    private readonly IReadOnlyList<IPartnerConnector> _connectors;
    private readonly DeliveryAttempt _attempt;
    private readonly DeliveryOptions _options;
    private readonly string _node;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeliveryWorker> _logger;

    /// <param name="ledger">Where the work is.</param>
    /// <param name="bodies">Attachments.</param>
    /// <param name="signer">Makes seals.</param>
    /// <param name="evidence">Makes evidence.</param>
    /// <param name="statuses">What outcomes cause.</param>
    /// <param name="connectors">The roads, each name once.</param>
    /// <param name="options">Times and numbers.</param>
    /// <param name="node">This node's name, for people who look at leases.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="random">Jitter.</param>
    /// <param name="logger">Takes outcomes.</param>
    public DeliveryWorker(
        ExchangeLedger ledger,
        BodyStore bodies,
        HubSigner signer,
        HubEvidence evidence,
        Statuses statuses,
        IEnumerable<IPartnerConnector> connectors,
        DeliveryOptions options,
        string node,
        TimeProvider clock,
        Random random,
        ILogger<DeliveryWorker> logger)
    {
        (_ledger, _options, _node, _clock, _logger) = (ledger, options, node, clock, logger);
        _connectors = [.. connectors];
        _attempt = new DeliveryAttempt(ledger, bodies, signer, evidence, statuses, new PartnerPipelines(options, clock), new BackOff(options, random), options, clock, logger);
    }

    /// <summary>The work itself, on the caller's context; the host's start puts it on the thread pool.</summary>
    internal Task ServeAsync(CancellationToken stopping) => Task.WhenAll(_connectors.Select(connector => ServeAsync(connector, stopping)));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ServeAsync(stoppingToken);

    private async Task ServeAsync(IPartnerConnector connector, CancellationToken stopping)
    {
        using var bell = _ledger.Changes.Subscribe(LedgerChanges.WorkFor(connector.Name));
        var slots = new SemaphoreSlim(_options.Concurrency);
        try
        {
            while (true)
            {
                var free = await TakeSlotsAsync(slots, stopping);
                var leases = await TakeWorkAsync(connector, free, stopping);
                if (leases.Count < free) slots.Release(free - leases.Count);
                foreach (var lease in leases) _ = RunAsync(lease, connector, () => slots.Release(), stopping);
                if (leases.Count == 0) await bell.WaitAsync(await UntilNextAsync(connector, stopping), _clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What runs puts its delivery back; wait for it.
            for (var slot = 0; slot < _options.Concurrency; slot++) await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task<int> TakeSlotsAsync(SemaphoreSlim slots, CancellationToken stopping)
    {
        await slots.WaitAsync(stopping);
        var free = 1;
        while (free < _options.Concurrency && await slots.WaitAsync(0, CancellationToken.None)) free++;
        return free;
    }

    private async Task<IReadOnlyList<LeasedDelivery>> TakeWorkAsync(IPartnerConnector connector, int free, CancellationToken stopping)
    {
        try
        {
            // A look costs no flush, a lease does. The look may take its time too, and the lease begins after it.
            return await _ledger.NextDueAsync(connector.Name, CancellationToken.None) <= _clock.GetUtcNow()
                ? await _ledger.LeaseAsync(connector.Name, _node, free, _clock.GetUtcNow() + _options.Lease, stopping)
                : [];
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            LogLedgerFailed(_logger, failed, connector.Name);
            return [];
        }
    }

    private async Task<TimeSpan> UntilNextAsync(IPartnerConnector connector, CancellationToken stopping)
    {
        try
        {
            var wait = await _ledger.NextDueAsync(connector.Name, stopping) - _clock.GetUtcNow();
            return wait is { } known && known < _options.Poll ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(known.TotalMilliseconds))) : _options.Poll;
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            return _options.Poll;
        }
    }

    private async Task RunAsync(LeasedDelivery lease, IPartnerConnector connector, Action release, CancellationToken stopping)
    {
        try
        {
            await Task.Yield();
            await _attempt.RunAsync(lease, connector, stopping);
        }
        catch (Exception failed)
        {
            // Nothing was recorded: the lease runs out, and the delivery comes again.
            LogAttemptFailed(_logger, failed, lease.Delivery);
        }
        finally
        {
            release();
        }
    }

    [LoggerMessage(2311, LogLevel.Error, "The ledger gave no work for {Connector}")]
    private static partial void LogLedgerFailed(ILogger logger, Exception failed, string connector);

    [LoggerMessage(2312, LogLevel.Error, "{Delivery}: the attempt ended without a record")]
    private static partial void LogAttemptFailed(ILogger logger, Exception failed, DeliveryId delivery);
}
