using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>
/// A verified dossier in canonical form, its attachments in the body store: what intake takes. Only the translators of this folder make one, and they
/// read nothing but the verified octets.
/// </summary>
public sealed class Submission
{
    internal Submission(VerifiedDocument document, Dossier dossier, IReadOnlyDictionary<string, StoredBody> attachments, string edge, bool answeredByStatus, OrganId? onlyTo = null)
    {
        var wellFormed = DossierRules.Check(dossier);
        (Document, Dossier, Attachments, Edge) = (document, dossier, attachments, edge);
        (Sender, MessageId) = (wellFormed.Sender, wellFormed.MessageId);
        DeliverTo = onlyTo is { } one ? [.. wellFormed.Receivers.Where(receiver => receiver == one)] : wellFormed.Receivers;
        if (DeliverTo.Count == 0) throw new ExchangeFault(Fault.UnknownReceiver, $"The dossier is not addressed to {onlyTo}.", "route.receiver");

        // A status is never answered by a status, or two hubs would thank each other for ever.
        AnsweredByStatus = answeredByStatus && dossier.Kind != DossierKind.Status;
        Digest = DossierDigest.Of(dossier);
    }

    public VerifiedDocument Document { get; }

    /// <summary>As translated; each attachment has size and SHA-256 of its content.</summary>
    public Dossier Dossier { get; }

    /// <summary>By attachment id; one for each attachment of the dossier.</summary>
    public IReadOnlyDictionary<string, StoredBody> Attachments { get; }

    /// <summary>Where it came in: <c>soap</c>, <c>edxml</c> or <c>inside</c>.</summary>
    public string Edge { get; }

    public OrganId Sender { get; }

    public MessageId MessageId { get; }

    /// <summary>At least one, each once, in the dossier's order; of a relayed packet only the one for whom the relay held it.</summary>
    public IReadOnlyList<OrganId> DeliverTo { get; }

    /// <summary>Whether the sender hears of the dossier by edXML status packets.</summary>
    public bool AnsweredByStatus { get; }

    /// <summary>What makes a repeat the same: see <see cref="DossierDigest"/>.</summary>
    public ContentDigest Digest { get; }
}
