using System.Xml;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>What every dossier has to keep, whatever protocol it came over: the rules of dossier.proto and interlink-v1.xsd that no parser checks by itself.</summary>
internal static class DossierRules
{
    public const int MaxTextLength = 100_000;
    public const int MaxReceivers = 1_000;
    public const int MaxAttachments = 1_000;

    /// <summary>The ids of a dossier that keeps the rules.</summary>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION or LIMIT_EXCEEDED, naming the element.</exception>
    public static (OrganId Sender, MessageId MessageId, IReadOnlyList<OrganId> Receivers) Check(Dossier dossier)
    {
        CheckTexts(dossier, nameof(Dossier));
        if (!MessageId.TryParse(dossier.MessageId, out var messageId)) throw Violation("Dossier/MessageId", "must have 1 to 128 of A-Z a-z 0-9 . _ : / , -");
        if (dossier.Kind == DossierKind.Unspecified || !Enum.IsDefined(dossier.Kind)) throw Violation("Dossier/Kind", "must be one of NEW, REPLY, UPDATE, REPLACEMENT, REVOCATION, STATUS");
        if (!OrganId.TryParse(dossier.Sender?.Id, out var sender)) throw Violation("Dossier/Sender/Id", "must be an organ code: 1 to 35 letters, digits and dots");
        if ((dossier.Kind == DossierKind.Status) != (dossier.Status is not null)) throw Violation("Dossier/Status", "must be there for kind STATUS and for no other");
        if (dossier.Status is { Code.Length: 0 }) throw Violation("Dossier/Status/Code", "is missing");
        CheckAttachments(dossier);
        return (sender, messageId, Receivers(dossier));
    }

    public static ExchangeFault Violation(string element, string what) => new(Fault.SchemaViolation, $"{element} {what}.", "schema." + element[(element.LastIndexOf('/') + 1)..]);

    private static List<OrganId> Receivers(Dossier dossier)
    {
        if (dossier.Receivers.Count == 0) throw Violation("Dossier/Receiver", "is missing");
        if (dossier.Receivers.Count > MaxReceivers) throw new ExchangeFault(Fault.LimitExceeded, $"A dossier may have {MaxReceivers} receivers.", "limit.receivers");
        List<OrganId> receivers = [];
        foreach (var organ in dossier.Receivers)
        {
            if (!OrganId.TryParse(organ.Id, out var receiver)) throw Violation("Dossier/Receiver/Id", "must be an organ code: 1 to 35 letters, digits and dots");
            if (!receivers.Contains(receiver)) receivers.Add(receiver);
        }

        return receivers;
    }

    private static void CheckAttachments(Dossier dossier)
    {
        if (dossier.Attachments.Count > MaxAttachments) throw new ExchangeFault(Fault.LimitExceeded, $"A dossier may have {MaxAttachments} attachments.", "limit.attachments");
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (var attachment in dossier.Attachments)
        {
            if (!MessageId.TryParse(attachment.Id, out _)) throw Violation("Dossier/Attachment/Id", "must have 1 to 128 of A-Z a-z 0-9 . _ : / , -");
            if (!ids.Add(attachment.Id)) throw Violation("Dossier/Attachment/Id", $"'{attachment.Id}' stands twice");
        }
    }

    // Every text leaves in XML some day, so what XML cannot carry is refused at the door, not at delivery.
    private static void CheckTexts(IMessage message, string at)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.String or FieldType.Message)) continue;
            var place = $"{at}/{field.JsonName}";
            switch (field.Accessor.GetValue(message))
            {
                case string text: CheckText(text, place); break;
                case IMessage section: CheckTexts(section, place); break;
                case System.Collections.IList { Count: > 0 } list:
                    foreach (var item in list)
                    {
                        if (item is string text) CheckText(text, place);
                        else CheckTexts((IMessage)item, place);
                    }

                    break;
            }
        }
    }

    private static void CheckText(string text, string at)
    {
        if (text.Length > MaxTextLength) throw new ExchangeFault(Fault.LimitExceeded, $"{at} may have {MaxTextLength} characters.", "limit.text");
        try
        {
            XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException)
        {
            throw Violation(at, "has a character that XML 1.0 cannot carry");
        }
    }
}
