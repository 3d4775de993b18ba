using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Evidence documents before they are signed: XML of namespace <see cref="Namespace"/>, UTF-8, elements in this order and nothing personal but the signer's name.</summary>
internal static partial class EvidenceXml
{
    public const string Namespace = "urn:vss:interlink:evidence:1";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>What the sender is given.</summary>
    public static byte[] Acceptance(OrganId hub, ExchangeId id, Submission submission, DateTimeOffset at) => Write(EvidenceType.SubmissionAcceptance, hub, xml =>
    {
        WriteExchange(xml, id, submission.Sender, submission.MessageId, submission.Dossier, submission.Digest);
        foreach (var receiver in submission.DeliverTo) Text(xml, "Receiver", receiver.ToString());
        Text(xml, "Assurance", AssuranceText.Of(submission.Document.Assurance));
        if (submission.Document.SignedBy is { } signatory) WriteSigner(xml, signatory);
        Text(xml, "AcceptedAt", VietnamTime.Format(at));
    });

    /// <summary>What a sender is given whose dossier is refused for good.</summary>
    /// <param name="hub">The hub's own organ.</param>
    /// <param name="submission">What was refused.</param>
    /// <param name="reference">The number under which the audit holds the refusal.</param>
    /// <param name="reason">Why.</param>
    /// <param name="at">When.</param>
    public static byte[] Rejection(OrganId hub, Submission submission, string reference, EvidenceReason reason, DateTimeOffset at) => Write(EvidenceType.SubmissionRejection, hub, xml =>
    {
        Text(xml, "Reference", reference);
        WriteContent(xml, submission.Sender, submission.MessageId, submission.Dossier, submission.Digest);
        foreach (var receiver in submission.DeliverTo) Text(xml, "Receiver", receiver.ToString());
        WriteReason(xml, reason);
        Text(xml, "At", VietnamTime.Format(at));
    });

    /// <summary>What became of one delivery.</summary>
    /// <param name="type">One of <see cref="EvidenceType"/>.</param>
    /// <param name="hub">The hub's own organ.</param>
    /// <param name="about">The delivery.</param>
    /// <param name="externalId">The partner's id, or empty.</param>
    /// <param name="reason">For what is negative.</param>
    /// <param name="at">When.</param>
    public static byte[] Outcome(string type, OrganId hub, EvidenceSubject about, string externalId, EvidenceReason? reason, DateTimeOffset at) => Write(type, hub, xml =>
    {
        var exchange = about.Exchange;
        WriteExchange(xml, exchange.Id, exchange.Sender, exchange.MessageId, exchange.Dossier, exchange.Digest);
        Text(xml, "DeliveryId", about.Delivery.ToString());
        Text(xml, "Receiver", about.Receiver.ToString());
        Text(xml, "Purpose", about.Purpose.ToString());
        if (externalId.Length > 0) Text(xml, "ExternalId", externalId);
        if (reason is not null) WriteReason(xml, reason);
        Text(xml, "At", VietnamTime.Format(at));
    });

    /// <summary>As documents have it: <c>NEW</c>.</summary>
    public static string KindText(DossierKind kind) => kind.ToString().ToUpperInvariant();

    private static byte[] Write(string type, OrganId hub, Action<XmlWriter> content)
    {
        using var octets = new MemoryStream();
        using (var xml = XmlWriter.Create(octets, Settings))
        {
            xml.WriteStartElement("Evidence", Namespace);
            Text(xml, "Type", type);
            Text(xml, "Hub", hub.ToString());
            content(xml);
            xml.WriteEndElement();
        }

        return octets.ToArray();
    }

    private static void WriteExchange(XmlWriter xml, ExchangeId id, OrganId sender, MessageId messageId, Dossier dossier, ContentDigest digest)
    {
        Text(xml, "ExchangeId", id.ToString());
        WriteContent(xml, sender, messageId, dossier, digest);
    }

    private static void WriteContent(XmlWriter xml, OrganId sender, MessageId messageId, Dossier dossier, ContentDigest digest)
    {
        Text(xml, "Sender", sender.ToString());
        Text(xml, "MessageId", messageId.ToString());
        Text(xml, "Kind", KindText(dossier.Kind));
        Text(xml, "DocumentId", dossier.DocumentId);
        xml.WriteStartElement("Content", Namespace);
        xml.WriteAttributeString("Algorithm", DossierDigest.Algorithm);
        xml.WriteAttributeString("Sha256", Convert.ToBase64String(digest.Octets));
        xml.WriteEndElement();
        foreach (var attachment in dossier.Attachments)
        {
            xml.WriteStartElement("Attachment", Namespace);
            xml.WriteAttributeString("Id", attachment.Id);
            xml.WriteAttributeString("Size", XmlConvert.ToString(attachment.Size));
            xml.WriteAttributeString("Sha256", attachment.Sha256.ToBase64());
            xml.WriteEndElement();
        }
    }

    private static void WriteReason(XmlWriter xml, EvidenceReason reason)
    {
        xml.WriteStartElement("Reason", Namespace);
        xml.WriteAttributeString("Code", reason.Code);
        if (reason.Fault is { } fault) xml.WriteAttributeString("Fault", Faults.FaultCatalogue.Name(fault));
        xml.WriteString(XmlText.Clean(reason.Detail));
        xml.WriteEndElement();
    }

    private static void WriteSigner(XmlWriter xml, Signatory signatory)
    {
        xml.WriteStartElement("Signer", Namespace);
        xml.WriteAttributeString("Subject", signatory.Subject);
        xml.WriteAttributeString("CertificateSha256", signatory.Sha256);
        xml.WriteEndElement();
    }

    private static void Text(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, value);
}
