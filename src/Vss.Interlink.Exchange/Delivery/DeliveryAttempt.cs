using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>One leased delivery from the lease to the record: hand over while the heart beats, then write what became of it, with evidence.</summary>
internal sealed partial class DeliveryAttempt(
    ExchangeLedger ledger,
    BodyStore bodies,
    HubSigner signer,
    HubEvidence evidence,
    Statuses statuses,
    PartnerTimeOuts timeOuts,
    BackOff backOff,
    DeliveryProfiles profiles,
    ReceiverRules receivers,
    TimeSpan leaseTime,
    LeaseHeart heart,
    DateTimeOffset started,
    TimeProvider clock,
    ILogger logger)
{
    private static readonly TimeSpan ForNewerNode = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntilARelayKnows = TimeSpan.FromSeconds(10);

    /// <param name="lease">The delivery.</param>
    /// <param name="connector">Its road.</param>
    /// <param name="stopping">The hub stops: the delivery goes back for another node.</param>
    public async Task RunAsync(LeasedDelivery lease, IPartnerConnector connector, CancellationToken stopping)
    {
        var record = await ledger.FindRecordAsync(lease.Exchange, CancellationToken.None) ?? throw new InvalidDataException($"{lease.Exchange} has deliveries and is not there.");
        var work = new DeliveryWork(lease, record, ledger, bodies, signer);
        var result = PartnerWords.Bounded(await HandOverAsync(work, connector, stopping));
        if (work.Unreadable is { } unreadable && result is not HandOver.Delivered) result = await PutOffAsync(work, connector, unreadable);
        var outcome = await OutcomeAsync(work, connector, result) with { Partner = SignOf(result, profiles.For(lease.Receiver)) };
        var written = await ledger.CompleteAsync(outcome, CancellationToken.None);
        if (written) LogOutcome(logger, lease.Delivery, lease.Purpose, lease.Receiver, connector.Name, lease.Attempt, outcome.To, outcome.Error ?? "");
        else LogLeaseLost(logger, lease.Delivery, lease.Attempt);
    }

    private async Task<HandOver> HandOverAsync(DeliveryWork work, IPartnerConnector connector, CancellationToken stopping)
    {
        // Leases that ended without a record count too: a delivery that kills its worker each time must come to rest.
        if (work.Attempt > profiles.For(work.Receiver).MaxAttempts) return new HandOver.NotNow("Earlier attempts ended without a record.") { SaysNothing = true };
        if (NotToBeGiven(work) is { } withheld) return withheld;
        using var leased = CancellationTokenSource.CreateLinkedTokenSource(stopping);
#pragma warning disable CA2025 // awaited in the finally below, before it is disposed
        var beating = BeatAsync(work, leased);
#pragma warning restore CA2025
        try
        {
            return await timeOuts.RunAsync(profiles.For(work.Receiver).HandOverTimeout, token => CallAsync(work, connector, token), leased.Token);
        }
        catch (OperationCanceledException) when (leased.IsCancellationRequested)
        {
            // What was cut off a relay may still be working on: whoever looks there for it at once would not find it.
            return new HandOver.NotNow("The hub stopped or the lease was lost meanwhile.", connector.Relays ? UntilARelayKnows : TimeSpan.Zero, Attempted: false);
        }
        finally
        {
            await leased.CancelAsync();

            // The ledger cannot be written: nothing could be recorded either, so the hand-over was stopped rather than made under a lease that runs out.
            if (await beating is { } failed) LogFailed(logger, failed, work.DeliveryId, "ledger");
        }
    }

    // Routes are read at the start. What was queued since then for an organ that this node has no route to was taken in by a node that was started later, with newer ones, and is that node's to deliver.
    private HandOver? NotToBeGiven(DeliveryWork work) => receivers.Of(work.Receiver) switch
    {
        ReceiverStanding.Unrouted when work.Lease.CreatedAt >= started => new HandOver.NotNow($"This node has no route to {work.Receiver}; the one that accepted the dossier has.", ForNewerNode, Attempted: false) { SaysNothing = true },
        ReceiverStanding.Unrouted or ReceiverStanding.SwitchedOff =>
            new HandOver.Refused(Fault.UnknownReceiver, $"{work.Receiver} was switched off at this hub after the dossier was accepted.") { ByHub = true },
        _ => null,
    };

    // The partner is not to blame, whatever he answered to half a dossier, and more attempts do not help: it waits, uncounted, for the body to be restored.
    private async Task<HandOver> PutOffAsync(DeliveryWork work, IPartnerConnector connector, ExchangeFault unreadable)
    {
        LogUnreadable(logger, work.DeliveryId, unreadable.Rule, unreadable.Detail);
        var line = AuditLine.New(clock.GetUtcNow(), AuditEvent.BodyUnreadable, connector.Name) with { Exchange = work.ExchangeId, Delivery = work.DeliveryId, Fault = unreadable.Fault, Rule = unreadable.Rule, Detail = unreadable.Detail };
        await ledger.WriteAuditAsync(line, CancellationToken.None);
        return new HandOver.NotNow($"{FaultCatalogue.Name(unreadable.Fault)}: {unreadable.Detail}", profiles.For(work.Receiver).LongestWait, Attempted: false) { SaysNothing = true };
    }

    private async ValueTask<HandOver> CallAsync(DeliveryWork work, IPartnerConnector connector, CancellationToken cancellation)
    {
        try
        {
            return await connector.HandOverAsync(work, cancellation);
        }
        catch (ExchangeFault fault)
        {
            return FaultCatalogue.Meaning(fault.Fault).Passing || fault.Fault == Fault.LeaseLost
                ? new HandOver.NotNow(fault.Detail) { SaysNothing = fault.Fault is Fault.SealingFailed or Fault.LeaseLost }
                : new HandOver.Refused(fault.Fault, fault.Detail);
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(logger, failed, work.DeliveryId, connector.Name);
            if (LedgerFailure.IsAway(failed)) return new HandOver.NotNow("The ledger did not answer.", Attempted: false) { SaysNothing = true };   // no partner's doing
            return new HandOver.NotNow($"The connector failed: {failed.GetType().Name}.");
        }
    }

    private Task<Exception?> BeatAsync(DeliveryWork work, CancellationTokenSource leased)
    {
        var age = leaseTime - (work.LeaseUntil - clock.GetUtcNow());
        return heart.BeatAsync(TimeSpan.FromTicks(Math.Clamp(age.Ticks, 0, leaseTime.Ticks)), RenewAsync, leased);

        async Task<bool> RenewAsync(CancellationToken cancellation)
        {
            if (await ledger.RenewAsync(work.DeliveryId, work.Lease.Fence, leaseTime, cancellation) is not { } until) return false;
            work.Extend(until);
            return true;
        }
    }

    // An answer is an answer, a refusal too; what was not tried or is the hub's own fault tells nothing of the partner.
    private static PartnerSign? SignOf(HandOver result, DeliveryProfile profile) => result switch
    {
        HandOver.NotNow { Attempted: true, SaysNothing: false } => profile.Breaker,
        HandOver.NotNow or HandOver.Refused { ByHub: true } => null,
        _ => new PartnerSign.Answered(),
    };

    private async Task<DeliveryOutcome> OutcomeAsync(DeliveryWork work, IPartnerConnector connector, HandOver result)
    {
        var (lease, record, at) = (work.Lease, work.Exchange, clock.GetUtcNow().ToTheMillisecond());
        var about = new EvidenceSubject(record, lease.Delivery, lease.Receiver, lease.Purpose);
        try
        {
            switch (result)
            {
                case HandOver.Delivered delivered:
                    var reached = connector.Relays ? EvidenceType.RelayAcceptance : EvidenceType.Delivery;
                    return new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Delivered, at, delivered.ExternalId)
                    {
                        Evidence = await evidence.OutcomeAsync(reached, about, at, CancellationToken.None, externalId: delivered.ExternalId),

                        // A relay has it, not the receiver: his own status comes over the relay.
                        FollowUp = lease.Purpose.IsDossier && !connector.Relays ? statuses.Received(record, lease.Delivery) : [],
                    };
                case HandOver.Available:
                    return new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, at)
                    {
                        Evidence = await evidence.OutcomeAsync(EvidenceType.Delivery, about, at, CancellationToken.None),
                    };
                case HandOver.Refused(var fault, var detail) refusal:
                    var refused = connector.Relays && !refusal.ByHub ? EvidenceType.RelayRejection : EvidenceType.NonDelivery;
                    return new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Refused, at, Error: $"{FaultCatalogue.Name(fault)}: {detail}")
                    {
                        Evidence = await evidence.OutcomeAsync(refused, about, at, CancellationToken.None, EvidenceReason.Of(fault, detail)),
                        FollowUp = lease.Purpose.IsDossier ? statuses.Refused(record, lease.Delivery, detail) : [],
                    };
                case HandOver.NotNow later:
                    return IsOver(lease, later, at) ? await DeadAsync(about, connector, lease, later, at) : PutOff(lease, later, at);
                default:
                    throw new InvalidOperationException($"{result.GetType().Name} is no hand-over.");
            }
        }
        catch (ExchangeFault unsigned) when (unsigned.Fault == Fault.SealingFailed)
        {
            // Without evidence nothing is recorded as done. The hand-over comes again under the same idempotency key.
            return PutOff(lease, new HandOver.NotNow("The evidence could not be signed."), at);
        }
    }

    private bool IsOver(LeasedDelivery lease, HandOver.NotNow later, DateTimeOffset at)
    {
        var profile = profiles.For(lease.Receiver);
        return later.Attempted && ((Counts(lease, later) && lease.Attempt >= profile.MaxAttempts) || at - lease.QueuedAt >= profile.GiveUpAfter);
    }

    // A partner who is down must not use up the attempts of what waits for him.
    private static bool Counts(LeasedDelivery lease, HandOver.NotNow later) => later.Attempted && !(lease.Probe && !later.SaysNothing);

    private async Task<DeliveryOutcome> DeadAsync(EvidenceSubject about, IPartnerConnector connector, LeasedDelivery lease, HandOver.NotNow later, DateTimeOffset at) =>
        new(lease.Delivery, lease.Fence, DeliveryState.Dead, at, Error: later.Detail)
        {
            // Without a relay a dead letter proves nothing yet: a person may still have it delivered.
            Evidence = connector.Relays
                ? await evidence.OutcomeAsync(EvidenceType.RelayFailure, about, at, CancellationToken.None, new EvidenceReason(EvidenceReason.Unreachable, later.Detail, Fault.PartnerUnavailable))
                : null,
        };

    private DeliveryOutcome PutOff(LeasedDelivery lease, HandOver.NotNow later, DateTimeOffset at) => new(
        lease.Delivery,
        lease.Fence,
        DeliveryState.Pending,
        at,
        Error: later.Detail,
        NotBefore: at + (later.RetryAfter ?? backOff.After(lease.Attempt, profiles.For(lease.Receiver))),
        Attempted: Counts(lease, later));

    [LoggerMessage(2301, LogLevel.Information, "{Delivery} ({Purpose}) to {Receiver} over {Connector}, attempt {Attempt}: {State} {Error}")]
    private static partial void LogOutcome(ILogger logger, DeliveryId delivery, DeliveryPurpose purpose, OrganId receiver, string connector, int attempt, DeliveryState state, string error);

    [LoggerMessage(2302, LogLevel.Warning, "{Delivery}, attempt {Attempt}: the lease was lost, nothing recorded")]
    private static partial void LogLeaseLost(ILogger logger, DeliveryId delivery, int attempt);

    [LoggerMessage(2304, LogLevel.Error, "{Delivery} is put off, by rule {Rule}: {Detail}")]
    private static partial void LogUnreadable(ILogger logger, DeliveryId delivery, string rule, string detail);

    [LoggerMessage(2303, LogLevel.Error, "{Delivery}: {Where} failed")]
    private static partial void LogFailed(ILogger logger, Exception failed, DeliveryId delivery, string where);
}
