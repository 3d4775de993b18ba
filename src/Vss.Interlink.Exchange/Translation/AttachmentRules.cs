using Google.Protobuf;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>Holds what a dossier says of an attachment against the content that came.</summary>
internal static class AttachmentRules
{
    /// <summary>Gives the attachment the size and digest of its content.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="body">What came.</param>
    /// <param name="size">What was stated, or null.</param>
    /// <param name="sha256">What was stated, or null.</param>
    /// <exception cref="ExchangeFault">ATTACHMENT_MISMATCH: something else was stated.</exception>
    public static void Complete(Attachment attachment, StoredBody body, long? size, ReadOnlySpan<byte> sha256)
    {
        if (size is { } stated && stated != body.Size)
            throw new ExchangeFault(Fault.AttachmentMismatch, $"Attachment '{attachment.Id}' has {body.Size} octets and states {stated}.", "attachment.size");
        if (!sha256.IsEmpty && !body.Digest.Octets.SequenceEqual(sha256))
            throw new ExchangeFault(Fault.AttachmentMismatch, $"Attachment '{attachment.Id}' has another SHA-256 than it states; the content has {body.Digest}.", "attachment.sha256");
        attachment.Size = body.Size;
        attachment.Sha256 = ByteString.CopyFrom(body.Digest.Octets);
    }
}
