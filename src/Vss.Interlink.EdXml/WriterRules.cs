using System.Globalization;
using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>
/// What the writer refuses. The rules of the reader are not repeated: what would be written is read back by them, so that nothing leaves that
/// we would not take ourselves. On top come those that only a strict writer has.
/// </summary>
internal static class WriterRules
{
    private const int MaxErrors = 50;

    public static IReadOnlyList<EdXmlError> Check(EdXmlPacket packet)
    {
        ErrorList errors = new(MaxErrors);
        var header = packet.Header.Write();
        MessageHeader.Read(new FieldReader(header, "MessageHeader", errors));
        Characters(header, "MessageHeader", errors);
        Date(packet.Header.PromulgationInfo.PromulgationDate, "MessageHeader/PromulgationInfo/PromulgationDate", errors);
        Date(packet.Header.DueDate, "MessageHeader/DueDate", errors);

        if (packet.Bussiness?.Write() is { } bussiness)
        {
            Bussiness.Read(new FieldReader(bussiness, "Bussiness", errors));
            Characters(bussiness, "Bussiness", errors);
        }
        if (packet.Kind == PacketKind.Unknown)
            errors.Add(Bad("Bussiness/BussinessDocType", "The BussinessDocType is not known.", "Write 0 new, 1 revocation, 2 update or 3 replacement."));

        foreach (var trace in packet.TraceHeaders) Characters(trace.Write(), "TraceHeader", errors);
        foreach (var reference in packet.Manifest) Characters(reference.Write(), "Reference", errors);
        foreach (var attachment in packet.Attachments)
        {
            Characters(attachment.Write(), "Attachment", errors);
            if (Values.Clean(attachment.ContentId) is null) errors.Add(Bad("Attachment/ContentId", "An attachment has no content id.", "Give each attachment a content id."));
            if (packet.ReferenceOf(attachment) is null)
                errors.Add(Bad("edXMLManifest", $"The attachment '{attachment.ContentId}' is not in the manifest.", "Add a reference for it."));
        }
        PacketRules.CheckAttachments(packet, errors);
        CheckExtensions(packet.Extensions, errors);
        foreach (var attribute in packet.TraceHeaderAttributes) Attribute(attribute, "TraceHeaderList", errors);
        return errors;
    }

    public static IReadOnlyList<EdXmlError> Check(EdXmlStatus status)
    {
        ErrorList errors = new(MaxErrors);
        var header = status.Write();
        EdXmlStatus.Read(new FieldReader(header, "MessageHeader", errors));
        Characters(header, "MessageHeader", errors);
        if (!EdXmlTime.TryParse(status.Timestamp, out _))
            errors.Add(Bad("MessageHeader/Timestamp", "The time of the status is not of the form.", "Write it as yyyy/MM/dd HH:mm:ss, Vietnam local time."));
        foreach (var trace in status.TraceHeaders) Characters(trace.Write(), "TraceHeader", errors);
        CheckExtensions(status.PacketExtensions, errors);
        return errors;
    }

    /// <summary>Everything in a tree can stand in XML: its characters, its names.</summary>
    public static void Characters(EdXmlElement? element, string place, ICollection<EdXmlError> errors)
    {
        if (element is null) return;
        Text(element.Text, place, errors);
        foreach (var attribute in element.Attributes) Attribute(attribute, place, errors);
        foreach (var child in element.Children)
        {
            var at = $"{place}/{child.Name}";
            if (!IsName(child.Name)) errors.Add(Bad(place, "An extension's name is no XML name.", "Use letters, digits, '-', '_' and '.'."));
            Text(child.Namespace, at, errors);
            Characters(child, at, errors);
        }
    }

    private static void CheckExtensions(PacketExtensions extensions, ErrorList errors)
    {
        // The wrapper is a fiction that lets the check see each extension as a child.
        Characters(Wrapped(extensions.Root), "edXML", errors);
        Characters(Wrapped(extensions.Envelope), "edXMLEnvelope", errors);
        Characters(Wrapped(extensions.Header), "edXMLHeader", errors);
        Characters(Wrapped(extensions.TraceHeaderList), "TraceHeaderList", errors);
        Characters(Wrapped(extensions.Body), "edXMLBody", errors);
        Characters(Wrapped(extensions.Manifest), "edXMLManifest", errors);
    }

    private static EdXmlElement Wrapped(IReadOnlyList<EdXmlElement> children) => new("Extensions", EdXmlNames.Qcvn) { Children = children };

    private static void Attribute(EdXmlAttribute attribute, string place, ICollection<EdXmlError> errors)
    {
        if (!IsName(attribute.Name) || attribute.Name == "xmlns") errors.Add(Bad(place, "An attribute's name is no XML name.", "Use letters, digits, '-', '_' and '.'."));
        Text(attribute.Namespace, place, errors);
        Text(attribute.Value, place, errors);
    }

    private static void Text(string? text, string place, ICollection<EdXmlError> errors)
    {
        if (text is null) return;
        for (var at = 0; at < text.Length; at++)
        {
            if (XmlConvert.IsXmlChar(text[at])) continue;
            if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at])) at++;
            else
            {
                var code = ((int)text[at]).ToString("X4", CultureInfo.InvariantCulture);
                errors.Add(Bad(place, $"The value holds the character U+{code}, which XML cannot carry.", "Take control characters out of the value."));
                return;
            }
        }
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || !XmlConvert.IsStartNCNameChar(name[0])) return false;
        return name.All(XmlConvert.IsNCNameChar);
    }

    private static void Date(string? text, string place, ErrorList errors)
    {
        if (Values.Clean(text) is { } value && !EdXmlDate.TryParse(value, out _))
            errors.Add(Bad(place, "The date is not of the form, or there is no such day.", "Write an existing day as yyyy/MM/dd."));
    }

    private static EdXmlError Bad(string place, string message, string remedy) => new(EdXmlFault.BadValue, place, message, remedy);
}
