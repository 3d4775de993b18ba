using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Deadlines;

/// <summary>
/// Says that a deadline is near, and expires what it has passed, with evidence. Any number of nodes may watch: each step is a compare-and-set in the ledger,
/// and evidence stands once. A node whose clock is off expires nothing: it would prove that something was not delivered while another node delivers it.
/// </summary>
/// <param name="ledger">Where deadlines are.</param>
/// <param name="ledgerClock">Whether this node's clock may be gone by.</param>
/// <param name="evidence">Makes evidence.</param>
/// <param name="statuses">What an expiry causes.</param>
/// <param name="connectors">Which roads are relays.</param>
/// <param name="every">How often it looks.</param>
/// <param name="clock">The one clock.</param>
/// <param name="logger">Takes expiries.</param>
public sealed partial class DeadlineWatch(
    ExchangeLedger ledger, LedgerClock ledgerClock, HubEvidence evidence, Statuses statuses, IEnumerable<IPartnerConnector> connectors, TimeSpan every, TimeProvider clock, ILogger<DeadlineWatch> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private readonly HashSet<string> _relays = [.. connectors.Where(connector => connector.Relays).Select(connector => connector.Name)];

    /// <summary>Looks once at all that is due.</summary>
    /// <returns>How many were warned of or expired.</returns>
    public async Task<int> LookAsync(CancellationToken cancellation)
    {
        if (await ledgerClock.TroubleAsync(cancellation) is { } trouble)
        {
            LogClock(logger, trouble);
            return 0;
        }

        var done = 0;
        DeliveryRecord? last = null;
        while (true)
        {
            var due = await ledger.ListWatchedAsync(AtOnce, last, cancellation);
            foreach (var delivery in due)
                if (await TryLookAsync(delivery, cancellation))
                    done++;
            if (due.Count < AtOnce) return done;
            last = due[^1];
        }
    }

    /// <summary>The work itself, on the caller's context; the host's start puts it on the thread pool.</summary>
    internal async Task ServeAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await LookAsync(stopping);
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                // The key or the ledger is away; what is due is still due the next time.
                LogFailed(logger, failed);
            }

            await Task.Delay(every, clock, stopping);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ServeAsync(stoppingToken);

    // What is damaged stays the longest overdue, and comes first each time: the others must not wait for it.
    private async Task<bool> TryLookAsync(DeliveryRecord delivery, CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(delivery, cancellation);
        }
        catch (Exception failed) when (failed is not (OperationCanceledException or DbException or ExchangeFault))   // the ledger or the key is away, for the next one too
        {
            LogPassedOver(logger, failed, delivery.Delivery);
            return false;
        }
    }

    private async Task<bool> LookAsync(DeliveryRecord delivery, CancellationToken cancellation)
    {
        var at = clock.GetUtcNow().ToTheMillisecond();
        return delivery.ExpiresAt > at ? await ledger.WarnAsync(delivery, at, cancellation) : await ExpireAsync(delivery, at, cancellation);
    }

    private async Task<bool> ExpireAsync(DeliveryRecord delivery, DateTimeOffset at, CancellationToken cancellation)
    {
        var record = await ledger.FindRecordAsync(delivery.Exchange, cancellation) ?? throw new InvalidDataException($"{delivery.Exchange} has deliveries and is not there.");
        var about = new EvidenceSubject(record, delivery.Delivery, delivery.Receiver, delivery.Purpose);
        var (type, detail) = delivery.State == DeliveryState.Available
            ? (EvidenceType.NonRetrieval, $"It lay in the receiver's box and was not taken over by {VietnamTime.Format(delivery.ExpiresAt!.Value)}.")
            : (EvidenceType.NonDelivery, $"It could not be delivered by {VietnamTime.Format(delivery.ExpiresAt!.Value)}.");
        var relayed = _relays.Contains(delivery.Connector);
        var reason = new EvidenceReason(relayed ? EvidenceReason.RelayTimeOut : EvidenceReason.DeliveryTimeOut, detail);
        var outcome = new DeliveryOutcome(delivery.Delivery, delivery.Fence, DeliveryState.Expired, at, Error: detail)
        {
            // Of a dead one the relay's failure was proved when it died.
            EarlierEvidence = relayed && delivery.State != DeliveryState.Dead ? await evidence.OutcomeAsync(EvidenceType.RelayFailure, about, at, cancellation, reason) : null,
            Evidence = await evidence.OutcomeAsync(type, about, at, cancellation, reason),
            FollowUp = delivery.Purpose.IsDossier ? statuses.Refused(record, delivery.Delivery, detail) : [],
        };
        var expired = await ledger.ExpireAsync(delivery, outcome, cancellation);
        if (expired) LogExpired(logger, delivery.Delivery, delivery.Receiver, delivery.State);
        return expired;
    }

    [LoggerMessage(2331, LogLevel.Warning, "{Delivery} to {Receiver} expired; it was {State}")]
    private static partial void LogExpired(ILogger logger, DeliveryId delivery, OrganId receiver, DeliveryState state);

    [LoggerMessage(2334, LogLevel.Error, "No deadline is looked at. {Trouble}")]
    private static partial void LogClock(ILogger logger, string trouble);

    [LoggerMessage(2332, LogLevel.Error, "Deadlines could not be looked at")]
    private static partial void LogFailed(ILogger logger, Exception failed);

    [LoggerMessage(2333, LogLevel.Error, "The deadline of {Delivery} has come and could not be dealt with; the others go on")]
    private static partial void LogPassedOver(ILogger logger, Exception failed, DeliveryId delivery);
}
