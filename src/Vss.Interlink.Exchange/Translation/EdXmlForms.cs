using System.Globalization;
using System.Text;
using System.Xml;
using Vss.Interlink.EdXml;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>Values between the forms of edXML and those of the canonical dossier. What cannot be read as a value stays the text it is.</summary>
internal static class EdXmlForms
{
    private const string IsoDate = "yyyy-MM-dd";
    private const string IsoTime = "yyyy-MM-dd'T'HH:mm:sszzz";

    private static readonly string[] IsoTimes = [IsoTime, "yyyy-MM-dd'T'HH:mm:ss.fffzzz", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    private static readonly XmlWriterSettings Writing = new() { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment, NewLineHandling = NewLineHandling.Entitize };
    private static readonly XmlReaderSettings Reading = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary><c>yyyy/MM/dd</c> to ISO 8601, where it is a day that exists.</summary>
    public static string DateFrom(string? text) => EdXmlDate.TryParse(text, out var date) ? date.ToString(IsoDate, CultureInfo.InvariantCulture) : text ?? "";

    public static string? DateTo(string text) =>
        DateOnly.TryParseExact(text, IsoDate, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? EdXmlDate.Format(date) : Filled(text);

    /// <summary><c>yyyy/MM/dd HH:mm:ss</c> to ISO 8601 with +07:00, where it is a time that exists.</summary>
    public static string TimeFrom(string? text) => EdXmlTime.TryParse(text, out var time) ? time.ToString(IsoTime, CultureInfo.InvariantCulture) : text ?? "";

    public static string? TimeTo(string text) =>
        DateTimeOffset.TryParseExact(text, IsoTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? EdXmlTime.Format(time) : Filled(text);

    /// <summary>The number, where writing it again gives the same text; so <c>01</c> is none.</summary>
    public static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Text(number) == text ? number : null;

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string? Filled(string text) => text.Length == 0 ? null : text;

    /// <summary>An element as XML text, without prefixes of the packet it stood in.</summary>
    public static string ToXml(EdXmlElement element)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, Writing)) Write(xml, element);
        return text.ToString();
    }

    /// <summary>The element back from <see cref="ToXml"/>; null when the text is no element.</summary>
    public static EdXmlElement? FromXml(string text)
    {
        try
        {
            using var xml = XmlReader.Create(new StringReader(text), Reading);
            return xml.MoveToContent() == XmlNodeType.Element ? Read(xml) : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static void Write(XmlWriter xml, EdXmlElement element)
    {
        xml.WriteStartElement("", element.Name, element.Namespace);
        foreach (var attribute in element.Attributes) xml.WriteAttributeString(attribute.Name, attribute.Namespace, attribute.Value);
        if (element.Text is not null) xml.WriteString(element.Text);
        foreach (var child in element.Children) Write(xml, child);
        xml.WriteEndElement();
    }

    // Recursion as deep as the packet reader and the XML limits let an element be.
    private static EdXmlElement Read(XmlReader xml)
    {
        var (name, ns, empty) = (xml.LocalName, xml.NamespaceURI, xml.IsEmptyElement);
        List<EdXmlAttribute> attributes = [];
        while (xml.MoveToNextAttribute())
            if (xml.NamespaceURI != "http://www.w3.org/2000/xmlns/") attributes.Add(new EdXmlAttribute(xml.LocalName, xml.NamespaceURI, xml.Value));
        xml.MoveToElement();
        xml.Read();
        var text = new StringBuilder();
        List<EdXmlElement> children = [];
        while (!empty && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                children.Add(Read(xml));
                continue;
            }

            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text.Append(xml.Value);
            xml.Read();
        }

        if (!empty) xml.Read();
        return new EdXmlElement(name, ns, text.Length == 0 ? null : text.ToString()) { Attributes = attributes, Children = children };
    }
}
