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

    /// <summary>The proof of a refusal for good.</summary>
    /// <param name="submission">What was refused.</param>
    /// <param name="reference">The number under which the audit holds the refusal.</param>
    /// <param name="reason">Why.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Stops before the signature.</param>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public Task<byte[]> RejectionAsync(Submission submission, string reference, EvidenceReason reason, DateTimeOffset at, CancellationToken cancellation) =>
        SignAsync(EvidenceXml.Rejection(_hub, submission, reference, reason, at), cancellation);

    /// <summary>Evidence of what became of a delivery.</summary>
    /// <param name="type">One of <see cref="EvidenceType"/>.</param>
    /// <param name="about">The delivery.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Stops before the signature.</param>
    /// <param name="reason">For what is negative.</param>
    /// <param name="externalId">The partner's id, or empty.</param>
    /// <exception cref="ExchangeFault">SEALING_FAILED.</exception>
    public async Task<NewEvidence> OutcomeAsync(string type, EvidenceSubject about, DateTimeOffset at, CancellationToken cancellation, EvidenceReason? reason = null, string externalId = "") =>
        new(type, await SignAsync(EvidenceXml.Outcome(type, _hub, about, externalId, reason, at), cancellation));

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

/// <summary>The delivery that a piece of evidence is about.</summary>
public sealed record EvidenceSubject(ExchangeRecord Exchange, DeliveryId Delivery, OrganId Receiver, DeliveryPurpose Purpose);
