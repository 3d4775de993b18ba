using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Evidence;

internal static partial class EvidenceXml
{
    private const string Signature = "http://www.w3.org/2000/09/xmldsig#";

    // A document was held to the same limits when it was signed.
    private static readonly XmlLimits s_limits = new();

    /// <summary>Reads an evidence document, signed or not: the elements and attributes that are written above, in their order, and nothing else. Whether the signature holds is asked elsewhere.</summary>
    /// <exception cref="InvalidDataException">It is no evidence document; the message names the element.</exception>
    public static EvidenceWords Read(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var xml = SafeXml.Reader(document, s_limits);
            var at = new SchemaReader(xml, Namespace);
            at.Enter("Evidence");
            var type = at.Required("Type");
            var rule = EvidenceType.All.FirstOrDefault(rule => rule.Type == type) ?? throw new InvalidDataException("Evidence/Type is none.");
            at.Required("Hub");
            var words = type switch
            {
                EvidenceType.SubmissionAcceptance => ReadAcceptance(at, type),
                EvidenceType.SubmissionRejection => ReadRejection(at, type),
                _ => ReadOutcome(at, rule),
            };
            if (xml.MoveToContent() == XmlNodeType.Element && xml.NamespaceURI == Signature) xml.Skip();
            at.Leave();
            return words;
        }
        catch (ExchangeFault violation)
        {
            throw new InvalidDataException(violation.Detail, violation);
        }
        catch (XmlException broken)
        {
            throw new InvalidDataException("It is not well-formed XML.", broken);
        }
    }

    // Object initialisers run in the order in which they are written, which is that of the document.
    private static EvidenceWords ReadAcceptance(SchemaReader at, string type) => ReadContent(at, type, at.Required("ExchangeId"), "") with
    {
        Receivers = [.. at.Many("Receiver")],
        Assurance = at.Required("Assurance"),
        SignedBy = at.IsNext("Signer") ? Attributes(at, "Signer", "Subject", "CertificateSha256")[0] : null,
        At = at.Required("AcceptedAt"),
    };

    private static EvidenceWords ReadRejection(SchemaReader at, string type) => ReadContent(at, type, "", at.Required("Reference")) with
    {
        Receivers = [.. at.Many("Receiver")],
        Fault = ReadReason(at),
        At = at.Required("At"),
    };

    private static EvidenceWords ReadOutcome(SchemaReader at, EvidenceRule rule) => ReadContent(at, rule.Type, at.Required("ExchangeId"), "") with
    {
        DeliveryId = at.Required("DeliveryId"),
        Receivers = [at.Required("Receiver")],
        Purpose = at.Required("Purpose"),
        ExternalId = at.Optional("ExternalId"),
        Fault = rule.Positive ? "" : ReadReason(at),
        At = at.Required("At"),
    };

    private static EvidenceWords ReadContent(SchemaReader at, string type, string exchange, string reference)
    {
        var words = new EvidenceWords
        {
            Type = type,
            ExchangeId = exchange,
            Reference = reference,
            Sender = at.Required("Sender"),
            MessageId = at.Required("MessageId"),
            Kind = at.Required("Kind"),
            DocumentId = at.Required("DocumentId"),
            Content = Attributes(at, "Content", "Algorithm", "Sha256") is [DossierDigest.Algorithm, var sha256] ? sha256 : throw new InvalidDataException("Evidence/Content is by another algorithm."),
            Attachments = [],
            Receivers = [],
            At = "",
        };
        List<AttachmentWords> attachments = [];
        while (at.IsNext("Attachment"))
        {
            var values = Attributes(at, "Attachment", "Id", "Size", "Sha256");
            attachments.Add(new AttachmentWords(values[0], values[1], values[2]));
        }

        return words with { Attachments = attachments };
    }

    private static string ReadReason(SchemaReader at)
    {
        if (!at.IsNext("Reason")) throw at.Missing("Reason");
        var fault = at.Xml.GetAttribute("Fault") ?? "";
        if (at.Xml.GetAttribute("Code") is null || at.Xml.AttributeCount != (fault.Length > 0 ? 2 : 1)) throw new InvalidDataException("Evidence/Reason has other attributes.");
        at.Xml.ReadElementContentAsString();
        return fault;
    }

    /// <summary>The values of an empty element's attributes, which has these and no others.</summary>
    private static string[] Attributes(SchemaReader at, string element, params ReadOnlySpan<string> names)
    {
        if (!at.IsNext(element)) throw at.Missing(element);
        var values = new string[names.Length];
        for (var number = 0; number < names.Length; number++) values[number] = at.Xml.GetAttribute(names[number]) ?? throw at.Missing($"{element}/@{names[number]}");
        if (at.Xml.AttributeCount != names.Length) throw new InvalidDataException($"Evidence/{element} has other attributes.");
        at.EnterAny(element);
        at.Leave();
        return values;
    }
}
