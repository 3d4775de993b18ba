using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Fuzz;

/// <summary>Identifiers of a document as any receiver might take them, found without the product's index.</summary>
internal static class Identifiers
{
    /// <summary>How many elements have each.</summary>
    public static Dictionary<string, int> Of(byte[] document)
    {
        Dictionary<string, int> elements = new(StringComparer.Ordinal);
        using var xml = SafeXml.Reader(new MemoryStream(document, writable: false), VerifierTarget.Limits);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            HashSet<string> own = new(StringComparer.Ordinal);
            while (xml.MoveToNextAttribute())
            {
                if (xml.Name is "Id" or "ID" or "id" or "xml:id" || (xml.LocalName == "Id" && xml.NamespaceURI.EndsWith("wss-wssecurity-utility-1.0.xsd", StringComparison.Ordinal))) own.Add(xml.Value.Trim(' '));
            }

            foreach (var id in own) elements[id] = elements.GetValueOrDefault(id) + 1;
        }

        return elements;
    }

    /// <summary>The identifier that a URI refers to; null for none.</summary>
    public static string? In(string uri) =>
        uri.StartsWith("#xpointer(id('", StringComparison.Ordinal) && uri.EndsWith("'))", StringComparison.Ordinal) ? uri["#xpointer(id('".Length..^3]
        : uri.Length > 1 && uri[0] == '#' && !uri.Contains('(', StringComparison.Ordinal) ? uri[1..] : null;
}
