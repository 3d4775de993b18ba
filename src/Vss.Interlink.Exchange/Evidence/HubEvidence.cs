using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Makes the hub's signed evidence.</summary>
public sealed partial class HubEvidence
{
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> _sign;
    private readonly OrganId _hub;
    private readonly ILogger<HubEvidence> _logger;

    /// <param name="signer">Signs.</param>
    /// <param name="hub">The hub's own organ.</param>
    /// <param name="logger">Takes failures of the key.</param>
    public HubEvidence(HubSigner signer, OrganId hub, ILogger<HubEvidence> logger) : this(signer.SignEvidenceAsync, hub, logger) { }

    /// <summary>With another way to sign a document, as the simulation of many nodes has.</summary>
    internal HubEvidence(Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> sign, OrganId hub, ILogger<HubEvidence> logger) => (_sign, _hub, _logger) = (sign, hub, logger);

    /// <summary>The receipt of an acceptance.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public Task<byte[]> AcceptanceAsync(ExchangeId id, Submission submission, DateTimeOffset at, CancellationToken cancellation) =>
        SignAsync(EvidenceXml.Acceptance(_hub, id, submission, at), cancellation);

    /// <summary>Evidence that a receiver, or the relay before him, has the delivery.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> TakenOverAsync(
        ExchangeRecord exchange, DeliveryId delivery, OrganId receiver, DeliveryPurpose purpose, bool byRelay, string externalId, DateTimeOffset at, CancellationToken cancellation)
    {
        var type = byRelay ? EvidenceType.RelayAcceptance : EvidenceType.Delivery;
        return new NewEvidence(type, await SignAsync(EvidenceXml.Outcome(type, _hub, exchange, delivery, receiver, purpose, externalId, null, at), cancellation));
    }

    /// <summary>Evidence that a receiver, or the relay before him, refused the delivery for good.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> RefusedAsync(
        ExchangeRecord exchange, DeliveryId delivery, OrganId receiver, DeliveryPurpose purpose, bool byRelay, (Fault Fault, string Detail) reason, DateTimeOffset at, CancellationToken cancellation)
    {
        var type = byRelay ? EvidenceType.RelayRejection : EvidenceType.NonDelivery;
        return new NewEvidence(type, await SignAsync(EvidenceXml.Outcome(type, _hub, exchange, delivery, receiver, purpose, "", reason, at), cancellation));
    }

    private async Task<byte[]> SignAsync(byte[] document, CancellationToken cancellation)
    {
        try
        {
            return await _sign(document, cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            LogFailed(_logger, failed);
            throw new ExchangeFault(Fault.SealingFailed, "The hub's key did not sign.");
        }
    }

    [LoggerMessage(2102, LogLevel.Error, "The hub's key did not sign a piece of evidence")]
    private static partial void LogFailed(ILogger logger, Exception failed);
}
