using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Audit;

/// <summary>The closed set of what the audit records.</summary>
public enum AuditEvent
{
    /// <summary>A dossier was accepted.</summary>
    Accepted = 1,

    /// <summary>Something was refused.</summary>
    Refused = 2,

    /// <summary>A delivery changed its state.</summary>
    Delivery = 3,

    /// <summary>A trust anchor came, or came with other words.</summary>
    AnchorAdded = 4,

    /// <summary>A trust anchor went.</summary>
    AnchorRemoved = 5,

    /// <summary>The signatures of an attached document were judged.</summary>
    AttachmentJudged = 6,

    /// <summary>An exchange left the tables for an archive, except for its claim and its receipt.</summary>
    Archived = 7,

    /// <summary>An exchange was put under legal hold.</summary>
    HoldPlaced = 8,

    /// <summary>A legal hold was lifted.</summary>
    HoldReleased = 9,

    /// <summary>A person gave a dead delivery new attempts.</summary>
    Redriven = 10,

    /// <summary>A person gave a dead delivery up.</summary>
    Discarded = 11,

    /// <summary>A delivery's deadline is near.</summary>
    ExpiresSoon = 12,

    /// <summary>A delivery met a body that cannot be read, and was put off.</summary>
    BodyUnreadable = 20,

    /// <summary>All bodies were read and verified.</summary>
    BodiesScrubbed = 21,

    /// <summary>Bodies were encrypted anew under the current key.</summary>
    BodiesRekeyed = 22,

    /// <summary>Bodies that no exchange names were removed.</summary>
    BodiesCollected = 23,
}

/// <summary>One line of the audit. It is never changed, and holds no personal data.</summary>
/// <param name="Reference">Its number; a refused caller is told it.</param>
/// <param name="At">When.</param>
/// <param name="Event">What.</param>
/// <param name="Edge">Where: an edge as <c>soap</c>, or a connector.</param>
/// <param name="Exchange">The exchange, where there is one.</param>
/// <param name="Delivery">The delivery, where there is one.</param>
/// <param name="Sender">The organ that it came from, or claims to; null when not known.</param>
/// <param name="Fault">For a refusal.</param>
/// <param name="Rule">For a refusal, the rule.</param>
/// <param name="Detail">What was found, without personal data.</param>
public sealed record AuditLine(
    string Reference,
    DateTimeOffset At,
    AuditEvent Event,
    string Edge,
    ExchangeId? Exchange,
    DeliveryId? Delivery,
    OrganId? Sender,
    Fault? Fault,
    string Rule,
    string Detail)
{
    /// <summary>A line with a number of its own and nothing else yet. The number says nothing about how many there are.</summary>
    public static AuditLine New(DateTimeOffset at, AuditEvent what, string edge) =>
        new("r-" + Guid.CreateVersion7(at).ToString("N"), at, what, edge, null, null, null, null, "", "");
}
