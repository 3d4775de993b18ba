using Google.Protobuf;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>What VSS's own services submit: the octets are the serialised dossier itself, the attachments came beside it.</summary>
public static class InsideDossier
{
    private const string Edge = "inside";

    /// <param name="document">Octets: a serialised <see cref="Dossier"/>.</param>
    /// <param name="attachments">Contents by attachment id, stored already.</param>
    /// <exception cref="ExchangeFault">MALFORMED, SCHEMA_VIOLATION or ATTACHMENT_MISMATCH.</exception>
    public static Submission Read(VerifiedDocument document, IReadOnlyDictionary<string, StoredBody> attachments)
    {
        var dossier = Parse(document.Octets.Span);

        // What this version does not know cannot be carried on to other protocols, so it is refused instead of dropped.
        if (Dossier.Parser.WithDiscardUnknownFields(true).ParseFrom(document.Octets.Span).CalculateSize() != dossier.CalculateSize())
            throw DossierRules.Violation("Dossier", "has fields that this version of the hub does not know");
        foreach (var attachment in dossier.Attachments)
        {
            if (!attachments.TryGetValue(attachment.Id, out var body)) throw Mismatch($"Attachment '{attachment.Id}' is named by the dossier and did not come.");
            AttachmentRules.Complete(attachment, body, attachment.Size == 0 ? null : attachment.Size, attachment.Sha256.Span);
        }

        if (attachments.Keys.FirstOrDefault(id => dossier.Attachments.All(attachment => attachment.Id != id)) is { } stray) throw Mismatch($"Content came for '{stray}', which the dossier does not name.");
        return new Submission(document, dossier, attachments, Edge, answeredByStatus: false);
    }

    /// <summary>What the serialised dossier says of its sender and message id, before anything is believed.</summary>
    /// <exception cref="ExchangeFault">MALFORMED.</exception>
    public static (string? Sender, string MessageId) KeyOf(ReadOnlySpan<byte> octets)
    {
        var dossier = Parse(octets);
        return (dossier.Sender?.Id, dossier.MessageId);
    }

    private static Dossier Parse(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Dossier.Parser.ParseFrom(octets);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new ExchangeFault(Fault.Malformed, "The dossier is no serialised interlink.v1.Dossier.");
        }
    }

    private static ExchangeFault Mismatch(string detail) => new(Fault.AttachmentMismatch, detail, "attachment.present");
}
