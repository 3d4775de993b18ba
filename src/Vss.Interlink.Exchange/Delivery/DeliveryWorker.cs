using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Trust.Signing;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>Takes due deliveries for each connector and runs them, some at once. Woken by commits; polls in case a bell was not heard.</summary>
public sealed partial class DeliveryWorker : BackgroundService
{
    // What another node holds at this moment may be due again, and what is behind it too.
    private static readonly TimeSpan AfterAnother = TimeSpan.FromMilliseconds(100);

    // By how much clocks of nodes may differ and none of them be called wrong: what another one holds must not be taken from it.
    internal static readonly TimeSpan ClocksDiffer = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookAheadEvery = TimeSpan.FromMinutes(1);

    private readonly ExchangeLedger _ledger;
    private readonly IReadOnlyList<IPartnerConnector> _connectors;
    private readonly DeliveryAttempt _attempt;
    private readonly DeliveryOptions _options;
    private readonly DeliveryProfiles _profiles;
    private readonly ReceiverRules _receivers;
    private readonly string _node;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeliveryWorker> _logger;
    private readonly CancellationTokenSource _draining = new();

    /// <param name="ledger">Where the work is.</param>
    /// <param name="bodies">Attachments.</param>
    /// <param name="signer">Makes seals.</param>
    /// <param name="evidence">Makes evidence.</param>
    /// <param name="statuses">What outcomes cause.</param>
    /// <param name="connectors">The roads, each name once.</param>
    /// <param name="options">Times and numbers of the node.</param>
    /// <param name="profiles">Times and numbers of each partner.</param>
    /// <param name="receivers">Who may be given something.</param>
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
        DeliveryProfiles profiles,
        ReceiverRules receivers,
        string node,
        TimeProvider clock,
        Random random,
        ILogger<DeliveryWorker> logger)
    {
        (_ledger, _options, _profiles, _receivers, _node, _clock, _logger) = (ledger, options, profiles, receivers, node, clock, logger);
        _connectors = [.. connectors];
        _attempt = new DeliveryAttempt(ledger, bodies, signer, evidence, statuses, new PartnerTimeOuts(clock), new BackOff(random), profiles, receivers, options.Lease, new LeaseHeart(options.Lease, clock), clock.GetUtcNow().ToTheMillisecond(), clock, logger);
    }

    /// <summary>From here on this node leases nothing more. What is under way goes on until the worker is stopped, and is handed back then.</summary>
    public void Drain() => _draining.Cancel();

    public override void Dispose()
    {
        _draining.Dispose();
        base.Dispose();
    }

    /// <summary>The work itself, on the caller's context; the host's start puts it on the thread pool.</summary>
    internal Task ServeAsync(CancellationToken stopping) => Task.WhenAll(_connectors.Select(connector => ServeAsync(connector, stopping)));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ServeAsync(stoppingToken);

    private async Task ServeAsync(IPartnerConnector connector, CancellationToken stopping)
    {
        using var bell = _ledger.Changes.Subscribe(LedgerChanges.WorkFor(connector.Name));
        var slots = new PartnerSlots(_options.Concurrency, _profiles);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _draining.Token);
        connector.PlacesAdded += bell.Ring;
        long? lookedAhead = null;
        try
        {
            while (true)
            {
                if (lookedAhead is not { } at || _clock.GetElapsedTime(at) >= LookAheadEvery)
                {
                    lookedAhead = _clock.GetTimestamp();
                    await BringForwardAsync(connector.Name, ending.Token);
                }

                var (began, next) = await TakeWorkAsync(connector, slots, lease => _ = RunAsync(lease, connector, Free, stopping), ending.Token);
                if (!began) await bell.WaitAsync(Until(next), _clock, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // What runs ends as it likes, or puts its delivery back when the worker stops; wait for it.
            await slots.CloseAsync();
        }
        finally
        {
            connector.PlacesAdded -= bell.Ring;
        }

        void Free(LeasedDelivery lease)
        {
            slots.Release(lease.Receiver);
            bell.Ring();   // somebody may wait for the place
        }
    }

    // What a clock that was ahead put off, or leased, would else lie there until its date.
    private async Task BringForwardAsync(string connector, CancellationToken stopping)
    {
        try
        {
            var put = _profiles.Furthest > _options.Lease ? _profiles.Furthest : _options.Lease;
            if (await _ledger.BringForwardAsync(connector, put + ClocksDiffer, stopping) is > 0 and var moved) LogBroughtForward(_logger, moved, connector);
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            LogLedgerFailed(_logger, failed, connector);
        }
    }

    // A look costs no flush, a lease does.
    private async Task<(bool Began, DateTimeOffset? Next)> TakeWorkAsync(IPartnerConnector connector, PartnerSlots slots, Action<LeasedDelivery> begin, CancellationToken stopping)
    {
        var began = false;
        DateTimeOffset? next = null;
        if (connector.Places == 0) return (began, next);
        try
        {
            foreach (var partner in await _ledger.ListDueAsync(connector.Name, stopping))
            {
                var now = _clock.GetUtcNow();
                if (partner.DueAt > now)
                {
                    next ??= partner.DueAt;   // the list is in the order of time
                    continue;
                }

                if (_receivers.Of(partner.Receiver) == ReceiverStanding.Waits) continue;   // not leased, so that a queue that stands still costs nothing
                if (await TakeWorkAsync(connector, partner, slots, stopping) is not { } some) continue;
                if (some.Count == 0) next = now + AfterAnother;
                foreach (var lease in some) begin(lease);   // at once: whatever happens to the next partner, this one's lease is in somebody's hands
                began |= some.Count > 0;
            }
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            LogLedgerFailed(_logger, failed, connector.Name);
        }

        return (began, next);
    }

    // Null when there is no place for the partner: one that gets free rings the bell. Nothing when another node was faster.
    private async Task<IReadOnlyList<LeasedDelivery>?> TakeWorkAsync(IPartnerConnector connector, PartnerDue partner, PartnerSlots slots, CancellationToken stopping)
    {
        var places = slots.Take(partner.Receiver, connector.Places, partner.RestingUntil is null ? _options.Concurrency : 1);
        if (places == 0) return null;
        IReadOnlyList<LeasedDelivery> taken = [];
        try
        {
            taken = partner.RestingUntil is null
                ? await _ledger.LeaseAsync(connector.Name, partner.Receiver, _node, places, _options.Lease, stopping)
                : await _ledger.ProbeAsync(connector.Name, partner, _node, _profiles.For(partner.Receiver).Breaker.Rest, _options.Lease, stopping) is { } probe ? [probe] : [];
            return taken;
        }
        finally
        {
            slots.Release(partner.Receiver, places - taken.Count);
        }
    }

    private TimeSpan Until(DateTimeOffset? next)
    {
        var wait = next - _clock.GetUtcNow();
        return wait is { } known && known < _options.Poll ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(known.TotalMilliseconds))) : _options.Poll;
    }

    private async Task RunAsync(LeasedDelivery lease, IPartnerConnector connector, Action<LeasedDelivery> free, CancellationToken stopping)
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
            free(lease);
        }
    }

    [LoggerMessage(2311, LogLevel.Error, "The ledger gave no work for {Connector}")]
    private static partial void LogLedgerFailed(ILogger logger, Exception failed, string connector);

    [LoggerMessage(2313, LogLevel.Warning, "{Count} deliveries or rests of partners over {Connector} were dated further ahead than any hub puts them: a hub's clock is or was ahead. They are due now")]
    private static partial void LogBroughtForward(ILogger logger, int count, string connector);

    [LoggerMessage(2312, LogLevel.Error, "{Delivery}: the attempt ended without a record")]
    private static partial void LogAttemptFailed(ILogger logger, Exception failed, DeliveryId delivery);
}
