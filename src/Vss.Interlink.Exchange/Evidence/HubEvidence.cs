using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Makes the hub's signed evidence.</summary>
public sealed partial class HubEvidence(HubSigner signer, OrganId hub, ILogger<HubEvidence> logger)
{
    /// <summary>The receipt of an acceptance.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public Task<byte[]> AcceptanceAsync(ExchangeId id, Submission submission, DateTimeOffset at, CancellationToken cancellation) =>
        SignAsync(EvidenceXml.Acceptance(hub, id, submission, at), cancellation);

    /// <summary>Evidence that a receiver, or the relay before him, has the delivery.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> TakenOverAsync(
        ExchangeRecord exchange, DeliveryId delivery, OrganId receiver, DeliveryPurpose purpose, bool byRelay, string externalId, DateTimeOffset at, CancellationToken cancellation)
    {
        var type = byRelay ? EvidenceType.RelayAcceptance : EvidenceType.Delivery;
        return new NewEvidence(type, await SignAsync(EvidenceXml.Outcome(type, hub, exchange, delivery, receiver, purpose, externalId, null, at), cancellation));
    }

    /// <summary>Evidence that a receiver, or the relay before him, refused the delivery for good.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> RefusedAsync(
        ExchangeRecord exchange, DeliveryId delivery, OrganId receiver, DeliveryPurpose purpose, bool byRelay, (Fault Fault, string Detail) reason, DateTimeOffset at, CancellationToken cancellation)
    {
        var type = byRelay ? EvidenceType.RelayRejection : EvidenceType.NonDelivery;
        return new NewEvidence(type, await SignAsync(EvidenceXml.Outcome(type, hub, exchange, delivery, receiver, purpose, "", reason, at), cancellation));
    }

    private async Task<byte[]> SignAsync(byte[] document, CancellationToken cancellation)
    {
        try
        {
            return await signer.SignEvidenceAsync(document, cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            LogFailed(logger, failed);
            throw new ExchangeFault(Fault.SealingFailed, "The hub's key did not sign.");
        }
    }

    [LoggerMessage(2102, LogLevel.Error, "The hub's key did not sign a piece of evidence")]
    private static partial void LogFailed(ILogger logger, Exception failed);
}
