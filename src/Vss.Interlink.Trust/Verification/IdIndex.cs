using System.Xml;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Every id of a document, in whatever attribute ids are written, gathered in one pass.</summary>
internal sealed class IdIndex
{
    private const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string Xml = "http://www.w3.org/XML/1998/namespace";

    private readonly Dictionary<string, List<XmlElement>> _elements = new(StringComparer.Ordinal);

    public IdIndex(XmlDocument document)
    {
        // Iterative: the depth of the document is the sender's choice.
        for (XmlNode? node = document.DocumentElement; node is not null; node = Next(node))
        {
            if (node is XmlElement { HasAttributes: true } element) Add(element);
        }
    }

    /// <summary>The elements with this id: one, none, or several when the document is ambiguous.</summary>
    public IReadOnlyList<XmlElement> Find(string id) => _elements.GetValueOrDefault(id) ?? [];

    private void Add(XmlElement element)
    {
        foreach (XmlAttribute attribute in element.Attributes)
        {
            var isId = (attribute.LocalName, attribute.NamespaceURI) is ("Id", Utility) or ("id", Xml) or ("Id", "") or ("ID", "") or ("AssertionID", "");
            if (!isId) continue;
            if (_elements.TryGetValue(attribute.Value, out var others))
            {
                if (!others.Contains(element)) others.Add(element);
            }
            else
            {
                _elements[attribute.Value] = [element];
            }
        }
    }

    private static XmlNode? Next(XmlNode node)
    {
        if (node.FirstChild is { } child) return child;
        for (XmlNode? at = node; at is not null; at = at.ParentNode)
        {
            if (at.NextSibling is { } sibling) return sibling;
        }

        return null;
    }
}
