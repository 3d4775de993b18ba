using System.Xml;
using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>
/// edXML packets to and from the canonical dossier; dossier.proto names the element of each field. A value that does not fit its field (a number that
/// is none) and every element that the dossier does not know travel in extensions of source <see cref="Source"/> and come back to their place; business fields and
/// other protocols' extensions travel in the header as elements of <see cref="DossierXml.Namespace"/>.
/// </summary>
public static partial class EdXmlDossier
{
    /// <summary><see cref="Extension.Source"/> of what only edXML has.</summary>
    public const string Source = "edxml";

    /// <summary><see cref="Extension.Source"/> of what stood beside the sealed part of a signed packet: anybody on the way could have written it.</summary>
    public const string UnsealedSource = "edxml-unsealed";

    private const string Edge = "edxml";

    /// <summary>A document packet.</summary>
    /// <param name="document">Octets: the header projection, and header and business part are read from nothing else. Parts: the attachments' digests.</param>
    /// <param name="packet">Labels that stand beside what is verified: names and types of attachments, trace headers, elements outside the header.</param>
    /// <param name="attachments">Contents by content id, as many as the document has parts; without the seal.</param>
    /// <param name="messageId">The transport's id of the packet, as the axis's docId: edXML itself has none.</param>
    /// <param name="receiver">For whom the transport held the packet. Its other receivers are the transport's affair: passing it on to them would send it twice.</param>
    /// <exception cref="ExchangeFault">MALFORMED, SCHEMA_VIOLATION, UNKNOWN_RECEIVER or ATTACHMENT_MISMATCH.</exception>
    public static Submission Read(VerifiedDocument document, EdXmlPacket packet, IReadOnlyDictionary<string, StoredBody> attachments, MessageId messageId, OrganId receiver)
    {
        using var xml = SafeXml.Reader(document.Octets, new XmlLimits());
        var (header, bussiness) = HeaderProjection.Read(xml) switch
        {
            ProjectionReadResult.Read read => (read.Header, read.Bussiness),
            ProjectionReadResult.Refused refused => throw Refused(refused.Errors),
            _ => throw new InvalidOperationException("Not a reading of a projection."),
        };
        var beside = document.Assurance == Assurance.Signed ? UnsealedSource : Source;
        var dossier = FromPacket(packet with { Header = header, Bussiness = bussiness }, messageId, beside);
        Attach(dossier, packet, document.Parts, attachments, beside);
        return new Submission(document, dossier, attachments, Edge, answeredByStatus: true, receiver);
    }

    /// <summary>A status packet. It is not answered by a status.</summary>
    /// <param name="document">Octets: the status packet.</param>
    /// <param name="messageId">The transport's id of the packet.</param>
    /// <param name="receiver">For whom the transport held it.</param>
    /// <exception cref="ExchangeFault">MALFORMED, SCHEMA_VIOLATION or UNKNOWN_RECEIVER.</exception>
    public static Submission ReadStatus(VerifiedDocument document, MessageId messageId, OrganId receiver)
    {
        using var xml = SafeXml.Reader(document.Octets, new XmlLimits());
        return EdXmlReader.Read(xml, _ => Stream.Null) switch
        {
            EdXmlReadResult.Status(var status) => new Submission(document, FromStatus(status, messageId), new Dictionary<string, StoredBody>(), Edge, answeredByStatus: false, receiver),
            EdXmlReadResult.Document => throw DossierRules.Violation("MessageHeader/StatusCode", "is missing"),
            EdXmlReadResult.Refused(var errors) => throw Refused(errors),
            _ => throw new InvalidOperationException("Not a reading of a packet."),
        };
    }

    private static void Attach(Dossier dossier, EdXmlPacket packet, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, IReadOnlyDictionary<string, StoredBody> attachments, string beside)
    {
        foreach (var info in packet.Attachments)
        {
            if (!attachments.TryGetValue(info.ContentId, out var body)) continue;
            if (!parts.TryGetValue(info.ContentId, out var digest)) throw Mismatch($"Attachment '{info.ContentId}' is not among the verified ones.");
            var reference = packet.ReferenceOf(info);
            var attachment = new Attachment
            {
                Id = info.ContentId,
                Name = FileName(info.AttachmentName ?? reference?.AttachmentName ?? info.ContentId),
                ContentType = reference?.ContentType ?? info.ContentType ?? "",
                Description = info.Description ?? reference?.Description ?? "",
            };
            AttachmentRules.Complete(attachment, body, null, digest.Span);
            dossier.Attachments.Add(attachment);
            AddAttachmentExtensions(dossier, info, reference, beside);
        }

        if (parts.Keys.FirstOrDefault(id => dossier.Attachments.All(one => one.Id != id)) is { } missing) throw Mismatch($"Attachment '{missing}' is verified and did not come.");
        if (dossier.Attachments.Count != attachments.Count) throw Mismatch("Content came that the packet does not name.");
    }

    // A name for people, and no path: it stands outside the seal, and somebody may save a file under it.
    private static string FileName(string name) => name[(name.LastIndexOfAny(['/', '\\']) + 1)..] is { Length: > 0 } last && last is not ("." or "..") ? last : "attachment";

    private static ExchangeFault Mismatch(string detail) => new(Fault.AttachmentMismatch, detail, "attachment.present");

    /// <summary>What the errors of a packet are in the catalogue.</summary>
    public static ExchangeFault Refused(IReadOnlyList<EdXmlError> errors)
    {
        var first = errors[0];
        var fault = first.Fault switch
        {
            EdXmlFault.NotWellFormed or EdXmlFault.NotEdXml => Fault.Malformed,
            EdXmlFault.TooLarge => Fault.LimitExceeded,
            EdXmlFault.AttachmentMissing => Fault.AttachmentMismatch,
            _ => Fault.SchemaViolation,
        };
        return new ExchangeFault(fault, string.Join(' ', errors.Take(5).Select(error => $"{error.Place}: {error.Message}")), "edxml." + first.Fault);
    }
}
