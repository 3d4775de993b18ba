using System.Globalization;
using System.Text;
using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>
/// Takes elements off an XML reader that the caller made safe, as trees that are bounded in size and depth over the whole packet.
/// Every method begins on a start tag and ends behind the end tag that belongs to it.
/// </summary>
/// <param name="xml">DTD processing off; white space and comments may or may not be reported.</param>
/// <param name="limits">Bounds; the budget of characters is shared by all elements read here.</param>
/// <param name="namespaceOf">Turns a namespace as written into the one reported.</param>
internal sealed class ElementReader(XmlReader xml, EdXmlLimits limits, Func<string, string> namespaceOf)
{
    // What an element costs in memory beyond its characters, so that a million empty tags do not pass for nothing.
    private const int ElementCost = 16;

    private readonly char[] _chunk = new char[4096];
    private int _characters;

    public bool IsPacketElement => namespaceOf(xml.NamespaceURI) == EdXmlNames.Qcvn;

    /// <summary>Calls <paramref name="visit"/> on each child element of the current one; it must consume the child.</summary>
    public void Children(string place, Action<string> visit)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }
        xml.ReadStartElement();
        while (xml.MoveToContent() != XmlNodeType.EndElement)
        {
            if (xml.NodeType == XmlNodeType.Element) visit(xml.LocalName);
            else if (xml.NodeType == XmlNodeType.None) return;
            else throw Refusal(EdXmlFault.BadValue, place, "Text stands where elements are expected.", "Write elements only.");
        }
        xml.ReadEndElement();
    }

    /// <summary>The current element as a tree.</summary>
    public EdXmlElement Element(string place) => Element(place, 1);

    /// <summary>The text of the current element in pieces, so that it is never held. Child elements are refused.</summary>
    public void Text(string place, ReadOnlySpanAction text)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }
        xml.ReadStartElement();
        while (xml.NodeType != XmlNodeType.EndElement)
        {
            if (IsText) Chunks(text);
            else if (xml.NodeType is XmlNodeType.Element or XmlNodeType.None)
                throw Refusal(EdXmlFault.BadValue, place, "An element stands where text is expected.", "Write the content as text.");
            xml.Read();
        }
        xml.ReadEndElement();
    }

    internal delegate void ReadOnlySpanAction(ReadOnlySpan<char> text);

    private bool IsText =>
        xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace;

    private EdXmlElement Element(string place, int depth)
    {
        if (depth > limits.Depth)
            throw Refusal(EdXmlFault.TooLarge, place, $"Elements are nested deeper than {limits.Depth} levels.", "Flatten the section.");
        var name = xml.LocalName;
        var uri = namespaceOf(xml.NamespaceURI);
        Spend(ElementCost + name.Length, place);
        var attributes = Attributes(place);
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return new EdXmlElement(name, uri) { Attributes = attributes };
        }

        var text = new StringBuilder();
        List<EdXmlElement> children = [];
        xml.ReadStartElement();
        while (xml.NodeType is not (XmlNodeType.EndElement or XmlNodeType.None))
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                children.Add(Element($"{place}/{xml.LocalName}", depth + 1));
                continue;
            }
            if (IsText)
            {
                Chunks(chunk =>
                {
                    Spend(chunk.Length, place);
                    text.Append(chunk);
                });
            }
            xml.Read();
        }
        xml.ReadEndElement();
        return new EdXmlElement(name, uri, Values.Clean(text.ToString())) { Attributes = attributes, Children = children };
    }

    private List<EdXmlAttribute> Attributes(string place)
    {
        List<EdXmlAttribute> attributes = [];
        while (xml.MoveToNextAttribute())
        {
            if (xml.NamespaceURI == "http://www.w3.org/2000/xmlns/") continue;
            Spend(ElementCost + xml.LocalName.Length + xml.Value.Length, place);
            attributes.Add(new EdXmlAttribute(xml.LocalName, xml.NamespaceURI, xml.Value));
        }
        xml.MoveToElement();
        return attributes;
    }

    private void Chunks(ReadOnlySpanAction text)
    {
        if (!xml.CanReadValueChunk)
        {
            text(xml.Value);
            return;
        }
        int read;
        while ((read = xml.ReadValueChunk(_chunk, 0, _chunk.Length)) > 0) text(_chunk.AsSpan(0, read));
    }

    private void Spend(int characters, string place)
    {
        _characters += characters;
        if (_characters > limits.HeaderCharacters)
            throw Refusal(EdXmlFault.TooLarge, place, $"Header, manifest and names are longer than {limits.HeaderCharacters} characters.", "Move content into an attachment.");
    }

    private EdXmlRefusalException Refusal(EdXmlFault fault, string place, string message, string remedy)
    {
        var line = xml is IXmlLineInfo info && info.HasLineInfo() ? string.Create(CultureInfo.InvariantCulture, $"Line {info.LineNumber}: ") : "";
        return new EdXmlRefusalException(new EdXmlError(fault, place, line + message, remedy));
    }
}
