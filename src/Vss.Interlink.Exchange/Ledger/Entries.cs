using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Everything that one acceptance writes, in one transaction.</summary>
/// <param name="Id">The exchange.</param>
/// <param name="Sender">With <paramref name="MessageId"/> unique for ever.</param>
/// <param name="MessageId">The sender's id.</param>
/// <param name="Digest">Of the content, by <see cref="Translation.DossierDigest"/>.</param>
/// <param name="Dossier">As translated; attachments carry size and digest.</param>
/// <param name="Parts">The attachments' contents by id.</param>
/// <param name="Assurance">What stands behind it.</param>
/// <param name="SignedBy">Subject of the signer's certificate, or null.</param>
/// <param name="AnsweredByStatus">Whether the sender hears of it by edXML status packets.</param>
/// <param name="AcceptedAt">To the millisecond.</param>
/// <param name="Receipt">The signed receipt: evidence SUBMISSION_ACCEPTANCE.</param>
/// <param name="Edge">Where it came in, as <c>soap</c>.</param>
/// <param name="Deliveries">At least one.</param>
/// <param name="Seal">Digest of a detached seal: unique per sender, so that a document that comes again under another transport id is the same again.</param>
public sealed record NewExchange(
    ExchangeId Id,
    OrganId Sender,
    MessageId MessageId,
    ContentDigest Digest,
    Dossier Dossier,
    IReadOnlyDictionary<string, StoredBody> Parts,
    Assurance Assurance,
    string? SignedBy,
    bool AnsweredByStatus,
    DateTimeOffset AcceptedAt,
    byte[] Receipt,
    string Edge,
    IReadOnlyList<NewDelivery> Deliveries,
    byte[]? Seal = null)
{
    /// <summary>What was found of attached documents, a sentence each for the audit.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];
}

/// <summary>One delivery to be queued.</summary>
/// <param name="Id">The delivery, and the idempotency key of its attempts.</param>
/// <param name="Receiver">To whom.</param>
/// <param name="Connector">By which road.</param>
/// <param name="Purpose">Dossier or status.</param>
/// <param name="About">For a status, the delivery of the dossier that it tells of.</param>
/// <param name="Text">For a status, its description.</param>
public sealed record NewDelivery(DeliveryId Id, OrganId Receiver, string Connector, DeliveryPurpose Purpose, DeliveryId? About = null, string Text = "")
{
    /// <summary>Whether it waits until what came before it from the same organ for the same receiver is out of the hub's hands.</summary>
    public bool Ordered { get; init; }

    /// <summary>The deadline, or null.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it is said that the deadline is near; null: not at all.</summary>
    public DateTimeOffset? WarnAt { get; init; }
}

/// <summary>What the ledger says to (sender, message id, digest). It has the last word.</summary>
public abstract record Claim
{
    private Claim() { }

    /// <summary>Written now.</summary>
    public sealed record First : Claim;

    /// <summary>This very content was accepted before.</summary>
    public sealed record SameAgain(AcceptedExchange Earlier) : Claim;

    /// <summary>Other content was accepted under the id; it stays.</summary>
    public sealed record Conflict(AcceptedExchange Earlier) : Claim;
}

/// <summary>What a repeat is answered with.</summary>
public sealed record AcceptedExchange(ExchangeId Id, DateTimeOffset AcceptedAt, ContentDigest Digest, byte[] Receipt);

/// <summary>A delivery in the hands of one worker until the lease ends.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Exchange">Its exchange.</param>
/// <param name="Fence">Fencing token: grows with every lease, and only the last one may complete.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="LeaseUntil">When somebody else may take it.</param>
/// <param name="Receiver">To whom.</param>
/// <param name="Connector">By which road.</param>
/// <param name="Purpose">Dossier or status.</param>
/// <param name="About">Receiver of the dossier that a status tells of; null for a dossier.</param>
/// <param name="Text">Description of a status.</param>
/// <param name="CreatedAt">When it was queued: the time of a status.</param>
/// <param name="Seal">The seal made at an earlier attempt, or null.</param>
public sealed record LeasedDelivery(
    DeliveryId Delivery,
    ExchangeId Exchange,
    long Fence,
    int Attempt,
    DateTimeOffset LeaseUntil,
    OrganId Receiver,
    string Connector,
    DeliveryPurpose Purpose,
    OrganId? About,
    string Text,
    DateTimeOffset CreatedAt,
    byte[]? Seal)
{
    /// <summary>When the present round of attempts began: with the acceptance, or when a person gave it new ones.</summary>
    public DateTimeOffset QueuedAt { get; init; } = CreatedAt;

    /// <summary>Whether it is the one that finds out if a resting partner is back.</summary>
    public bool Probe { get; init; }
}

/// <summary>What an attempt told of the partner himself.</summary>
public abstract record PartnerSign
{
    private PartnerSign() { }

    /// <summary>He answered, whatever he said: what waits for him is due at once if he was resting.</summary>
    public sealed record Answered : PartnerSign;

    /// <summary>He failed.</summary>
    /// <param name="RestAfter">So many failures without an answer between them put him to rest.</param>
    /// <param name="Within">When they are no further apart than this.</param>
    /// <param name="Rest">How long he is left in peace before one delivery probes.</param>
    public sealed record Failed(int RestAfter, TimeSpan Within, TimeSpan Rest) : PartnerSign;
}

/// <summary>What becomes of a leased delivery; written only while <see cref="Fence"/> is the last one.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Fence">The token of the lease under which the work was done.</param>
/// <param name="To">A state that <see cref="DeliveryStates.Transitions"/> lets follow LEASED.</param>
/// <param name="At">When.</param>
/// <param name="ExternalId">The partner's id, or null.</param>
/// <param name="Error">What went wrong, without personal data; or null.</param>
/// <param name="NotBefore">For PENDING: the next attempt.</param>
/// <param name="Attempted">False when nothing was tried, so that no attempt is counted.</param>
/// <param name="Evidence">To be kept with it, or null.</param>
/// <param name="FollowUp">Deliveries that this one causes, as a status back.</param>
public sealed record DeliveryOutcome(
    DeliveryId Delivery,
    long Fence,
    DeliveryState To,
    DateTimeOffset At,
    string? ExternalId = null,
    string? Error = null,
    DateTimeOffset? NotBefore = null,
    bool Attempted = true,
    NewEvidence? Evidence = null,
    IReadOnlyList<NewDelivery>? FollowUp = null)
{
    /// <summary>Evidence that must stand before <see cref="Evidence"/>, as a relay's failure before NON_DELIVERY.</summary>
    public NewEvidence? EarlierEvidence { get; init; }

    /// <summary>What it tells of the partner; null: nothing.</summary>
    public PartnerSign? Partner { get; init; }

    /// <summary>For the audit: who did it, and why.</summary>
    public string Note { get; init; } = "";
}

/// <summary>A signed piece of evidence.</summary>
/// <param name="Type">ETSI REM event, as <c>DELIVERY</c>: one of <see cref="Vss.Interlink.Exchange.Evidence.EvidenceType.All"/>.</param>
/// <param name="Document">Signed XML.</param>
public sealed record NewEvidence(string Type, byte[] Document);

/// <summary>An exchange as it was accepted: what deliveries are made from.</summary>
public sealed record ExchangeRecord(
    ExchangeId Id,
    OrganId Sender,
    MessageId MessageId,
    ContentDigest Digest,
    Dossier Dossier,
    Assurance Assurance,
    string? SignedBy,
    bool AnsweredByStatus,
    DateTimeOffset AcceptedAt,
    byte[] Receipt)
{
    /// <summary>Whether it has left the tables: then claim and receipt are left of it, and the dossier is empty.</summary>
    public bool IsArchived => Dossier.MessageId.Length == 0;
}

/// <summary>One delivery as its receiver sees it.</summary>
public sealed record BoxItem(
    DeliveryId Delivery,
    ExchangeId Exchange,
    OrganId Sender,
    MessageId MessageId,
    DossierKind Kind,
    string DocumentId,
    string Subject,
    DeliveryState State,
    DateTimeOffset ChangedAt,
    byte[]? Seal);

/// <summary>A delivery as the hub's staff see it.</summary>
public sealed record DeliveryRecord(
    DeliveryId Delivery,
    ExchangeId Exchange,
    OrganId Sender,
    MessageId MessageId,
    OrganId Receiver,
    string Connector,
    DeliveryPurpose Purpose,
    DeliveryState State,
    long Fence,
    DateTimeOffset QueuedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? WatchAt);

/// <summary>A partner for whom something is due.</summary>
/// <param name="Receiver">The partner.</param>
/// <param name="DueAt">When the first delivery may be taken.</param>
/// <param name="RestingUntil">He rests until then, and one delivery probes; null: he does not.</param>
public sealed record PartnerDue(OrganId Receiver, DateTimeOffset DueAt, DateTimeOffset? RestingUntil);

/// <summary>A refusal that is proved to its sender.</summary>
/// <param name="Sender">The authenticated sender.</param>
/// <param name="MessageId">His id for it.</param>
/// <param name="Digest">Of the content that was refused.</param>
/// <param name="Fault">Why.</param>
/// <param name="Rule">The rule that refused.</param>
public sealed record RejectedSubmission(OrganId Sender, MessageId MessageId, ContentDigest Digest, Fault Fault, string Rule);
