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

    /// <summary>The proof of a refusal for good.</summary>
    /// <param name="submission">What was refused.</param>
    /// <param name="reference">The number under which the audit holds the refusal.</param>
    /// <param name="reason">Why.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Stops before the signature.</param>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public Task<byte[]> RejectionAsync(Submission submission, string reference, EvidenceReason reason, DateTimeOffset at, CancellationToken cancellation) =>
        SignAsync(EvidenceXml.Rejection(hub, submission, reference, reason, at), cancellation);

    /// <summary>Evidence of what became of a delivery.</summary>
    /// <param name="type">One of <see cref="EvidenceType"/>.</param>
    /// <param name="about">The delivery.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Stops before the signature.</param>
    /// <param name="reason">For what is negative.</param>
    /// <param name="externalId">The partner's id, or empty.</param>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> OutcomeAsync(string type, EvidenceSubject about, DateTimeOffset at, CancellationToken cancellation, EvidenceReason? reason = null, string externalId = "") =>
        new(type, await SignAsync(EvidenceXml.Outcome(type, hub, about, externalId, reason, at), cancellation));

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

/// <summary>The delivery that a piece of evidence is about.</summary>
public sealed record EvidenceSubject(ExchangeRecord Exchange, DeliveryId Delivery, OrganId Receiver, DeliveryPurpose Purpose);
