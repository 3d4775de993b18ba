using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>The one door: a submission becomes an exchange, or a refusal. Before the answer the sender owns the message, after it the hub does.</summary>
public sealed partial class DossierIntake
{
    private readonly ExchangeLedger _ledger;
    private readonly HubEvidence _evidence;
    private readonly Func<PartnerPolicies> _policies;
    private readonly AttachmentJudge _attachments;
    private readonly SubmissionRoads _roads;
    private readonly DeliveryProfiles _profiles;
    private readonly IReadOnlySet<OrganId> _insideOrgans;
    private readonly AuditTrail _audit;
    private readonly TimeProvider _clock;
    private readonly PartnerGate _gate;
    private readonly MessageClaims _claims;
    private readonly IntakeRoom _room;
    private readonly BodyStore _bodies;
    private readonly TimeSpan _longest;
    private readonly ILogger<DossierIntake> _logger;

    /// <param name="ledger">Where exchanges are.</param>
    /// <param name="evidence">Signs receipts.</param>
    /// <param name="policies">The policies at this moment; asked once per submission.</param>
    /// <param name="attachments">Judges attached documents.</param>
    /// <param name="roads">Who can be reached, and with what.</param>
    /// <param name="profiles">Order and deadline of what is queued.</param>
    /// <param name="insideOrgans">Organs that VSS's own services may send as.</param>
    /// <param name="audit">Takes refusals.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="gate">Holds senders to their limits.</param>
    /// <param name="claims">Tells repeats.</param>
    /// <param name="room">Whether there is room for more.</param>
    /// <param name="bodies">Where the attachments of submissions are.</param>
    /// <param name="longest">How long ago an attachment may have been stored.</param>
    /// <param name="logger">Takes acceptances.</param>
    public DossierIntake(
        ExchangeLedger ledger,
        HubEvidence evidence,
        Func<PartnerPolicies> policies,
        AttachmentJudge attachments,
        SubmissionRoads roads,
        DeliveryProfiles profiles,
        IReadOnlySet<OrganId> insideOrgans,
        AuditTrail audit,
        TimeProvider clock,
        PartnerGate gate,
        MessageClaims claims,
        IntakeRoom room,
        BodyStore bodies,
        TimeSpan longest,
        ILogger<DossierIntake> logger)
    {
        (_ledger, _evidence, _policies, _attachments, _roads, _profiles) = (ledger, evidence, policies, attachments, roads, profiles);
        (_insideOrgans, _audit, _clock, _gate, _claims, _room, _bodies, _longest, _logger) = (insideOrgans, audit, clock, gate, claims, room, bodies, longest, logger);
    }

    /// <summary>Accepts the submission or refuses it. When this returns, exchange, deliveries and evidence are on the disk.</summary>
    /// <exception cref="ExchangeFault">The refusal, audited, with its reference number; nothing was queued.</exception>
    public async Task<Acceptance> AcceptAsync(Submission submission, CancellationToken cancellation)
    {
        var authenticated = false;
        try
        {
            CheckPolicy(submission.Sender, submission.Document.Assurance, submission.Document.SignedBy);                      // 1 may he speak for this organ
            authenticated = submission.Document.Assurance != Assurance.InformationOnly;
            await using var entered = await _gate.EnterAsync(submission.Sender, cancellation);                                // 2 is he within his limits
            CheckSuspension(submission.Sender, submission.Document.Assurance);                                                //   asked when it is known who he is: nobody else learns of it, and he gets evidence
            await using var claim = await _claims.TakeAsync(submission.Sender, submission.MessageId, submission.Digest, cancellation); // 3 first, the same again, or a conflict
            if (claim.Earlier is { } earlier) return Answer(earlier, submission);
            var deliveries = _roads.Of(submission);                                                                           // 4 can everybody be reached, and with this; who was when it first came need not be now
            await _room.RequireAsync(cancellation);                                                                           //   a repeat has its place already
            var attachments = await JudgeAttachmentsAsync(submission, cancellation);                                          // 5 what is attached; a repeat is not judged again, its receipt stands
            var (id, at) = (ExchangeId.New(_clock), _clock.GetUtcNow().ToTheMillisecond());
            var receipt = await _evidence.AcceptanceAsync(id, submission, at, cancellation);                                  // 6 the receipt, signed
            var exchange = Exchange(id, at, submission, receipt, [.. deliveries.Select(delivery => _profiles.Bind(delivery, at))]) with { Attachments = attachments };
            if (await _ledger.AcceptAsync(exchange, RequireBodies, cancellation) is var last and not Claim.First) return Answer(last, submission);   // 7 one transaction; the ledger has the last word
            await claim.AcceptedAsync(id);
            LogAccepted(_logger, id, submission.MessageId, submission.Sender, deliveries.Count);
            return new Acceptance(id, at, receipt, Repeated: false, submission.Digest);                                       // 8 now it is ours
        }
        catch (ExchangeFault refused) when (refused.Fault is not (Fault.Overloaded or Fault.TimeStampsUnavailable))   // one who floods the hub must not fill the ledger
        {
            if (!authenticated || FaultCatalogue.Meaning(refused.Fault).Passing || !await ProveAsync(refused, submission))
                await AuditAsync(refused, submission);
            throw;
        }

        // Asked in the transaction: what is named now cannot be collected, also when this node stood still on the way there.
        void RequireBodies() => _bodies.RequireStoredWithin(_longest, submission.Attachments.Values);
    }

    // Whoever is told "never" gets a signature under it; a hub whose key is away still refuses.
    private async Task<bool> ProveAsync(ExchangeFault refused, Submission submission)
    {
        var rejected = new RejectedSubmission(submission.Sender, submission.MessageId, submission.Digest, refused.Fault, refused.Rule);
        var reason = EvidenceReason.Of(refused.Fault, refused.Detail);
        try
        {
            await _audit.RejectedAsync(
                refused,
                submission.Edge,
                rejected,
                (reference, at) => _evidence.RejectionAsync(submission, reference, reason, at.ToTheMillisecond(), CancellationToken.None),
                CancellationToken.None);
            return true;
        }
        catch (ExchangeFault unsigned) when (unsigned.Fault == Fault.SealingFailed)
        {
            return false;
        }
    }

    private Task AuditAsync(ExchangeFault refused, Submission submission) => submission.Document.Assurance == Assurance.AuthenticatedChannel
        ? _audit.RefusedAsync(refused, submission.Edge, submission.Sender, CancellationToken.None)
        : _audit.RefusedAsync(refused, submission.Edge, submission.Sender, submission.Document.SignedBy, CancellationToken.None);

    private void CheckPolicy(OrganId sender, Assurance assurance, Signatory? signedBy)
    {
        if (assurance == Assurance.AuthenticatedChannel)
        {
            if (!_insideOrgans.Contains(sender)) throw new ExchangeFault(Fault.NotPermitted, $"Inside services may not send as {sender}.", "policy.inside");
            return;
        }

        var policies = _policies();
        var policy = policies.Find(sender.ToString()) ?? throw new ExchangeFault(Fault.UnknownOrgan, $"{sender} is no partner of this hub.", "policy.organ");
        if (assurance == Assurance.InformationOnly && policy.Policy.Unsigned != UnsignedRule.InformationOnly)
            throw new ExchangeFault(Fault.SignatureMissing, $"{sender} must sign what it sends.", "policy.unsigned");
        if (assurance == Assurance.Signed && !policies.MaySign(sender.ToString(), signedBy))
            throw new ExchangeFault(Fault.SignerNotAuthorised, $"The signer is not registered for {sender}.", "policy.signer");
    }

    private void CheckSuspension(OrganId sender, Assurance assurance)
    {
        if (assurance != Assurance.AuthenticatedChannel && _policies().SuspensionOf(sender.ToString()) is not null)
            throw new ExchangeFault(Fault.NotPermitted, $"{sender} is suspended at this hub.", "policy.suspended");
    }

    private async Task<IReadOnlyList<string>> JudgeAttachmentsAsync(Submission submission, CancellationToken cancellation) =>
        submission.Document.Assurance != Assurance.AuthenticatedChannel && _policies().Find(submission.Sender.ToString()) is { } partner ? await _attachments.JudgeAsync(submission, partner, cancellation) : [];

    private static NewExchange Exchange(ExchangeId id, DateTimeOffset at, Submission submission, byte[] receipt, IReadOnlyList<NewDelivery> deliveries) => new(
        id,
        submission.Sender,
        submission.MessageId,
        submission.Digest,
        submission.Dossier,
        submission.Attachments,
        submission.Document.Assurance,
        submission.Document.SignedBy?.Subject,
        submission.AnsweredByStatus,
        at,
        receipt,
        submission.Edge,
        deliveries,
        submission.Document.Seal.Length > 0 ? submission.Document.Seal.ToArray() : null);

    private static Acceptance Answer(Claim claim, Submission submission) => claim switch
    {
        Claim.SameAgain same => Repeated(same),
        Claim.Conflict(var earlier) => throw new ExchangeFault(
            Fault.MessageIdReused,
            $"{submission.MessageId} was accepted with content {earlier.Digest}; this has {submission.Digest}. The first one stays.",
            "claim.conflict"),
        _ => throw new InvalidOperationException("A first claim is answered where it is written."),
    };

    [LoggerMessage(2001, LogLevel.Information, "Accepted {ExchangeId}: {MessageId} of {Sender}, {Deliveries} deliveries")]
    private static partial void LogAccepted(ILogger logger, ExchangeId exchangeId, MessageId messageId, OrganId sender, int deliveries);
}
