using System.Globalization;
using System.Text;

namespace Vss.Interlink.EdXml;

/// <summary>
/// Writes a tree as the bytes that exclusive canonicalisation would give for it (W3C xml-exc-c14n, without comments). Written by hand because the tree
/// has no comments, prefixes or white space to lose, so the whole of the algorithm is order, escapes and where a namespace is declared.
/// </summary>
internal static class CanonicalXml
{
    private const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    private static readonly Dictionary<string, string> NoPrefixes = [];

    public static byte[] Bytes(EdXmlElement root) => Encoding.UTF8.GetBytes(Text(root));

    /// <summary>The canonical form of an element as if it were the root.</summary>
    public static string Text(EdXmlElement element)
    {
        var text = new StringBuilder();
        Element(text, element, "", NoPrefixes);
        return text.ToString();
    }

    private static void Element(StringBuilder text, EdXmlElement element, string defaultNamespace, Dictionary<string, string> prefixes)
    {
        var uri = element.Namespace;
        text.Append('<').Append(element.Name);
        if (uri != defaultNamespace) Attribute(text, "xmlns", uri);
        prefixes = Attributes(text, element.Attributes, prefixes);
        text.Append('>');
        Escaped(text, Values.Clean(LineEnds(element.Text ?? "")) ?? "", attribute: false);
        foreach (var child in element.Children)
            Element(text, child, uri, prefixes);
        text.Append("</").Append(element.Name).Append('>');
    }

    /// <summary>
    /// Attributes stand only on extensions. Their prefixes are not kept by the model, so they are named anew, n1, n2, … in the order of the namespaces,
    /// declared where first used, sorted as C14N sorts: declarations by prefix, attributes by namespace and name.
    /// </summary>
    private static Dictionary<string, string> Attributes(
        StringBuilder text, IReadOnlyList<EdXmlAttribute> attributes, Dictionary<string, string> prefixes)
    {
        if (attributes.Count == 0) return prefixes;
        var sorted = attributes.OrderBy(one => one.Namespace, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal).ToList();
        var scope = new Dictionary<string, string>(prefixes, StringComparer.Ordinal);
        SortedDictionary<string, string> declared = new(StringComparer.Ordinal);
        foreach (var uri in sorted.Select(one => one.Namespace).Distinct(StringComparer.Ordinal))
        {
            if (uri is "" or XmlNamespace || scope.ContainsKey(uri)) continue;
            var prefix = string.Create(CultureInfo.InvariantCulture, $"n{scope.Count + 1}");
            scope.Add(uri, prefix);
            declared.Add(prefix, uri);
        }
        foreach (var (prefix, uri) in declared) Attribute(text, $"xmlns:{prefix}", uri);
        foreach (var attribute in sorted) Attribute(text, Qualified(attribute, scope), LineEnds(attribute.Value));
        return scope;
    }

    private static string Qualified(EdXmlAttribute attribute, Dictionary<string, string> scope) => attribute.Namespace switch
    {
        "" => attribute.Name,
        XmlNamespace => $"xml:{attribute.Name}",
        var uri => $"{scope[uri]}:{attribute.Name}",
    };

    private static string LineEnds(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private static void Attribute(StringBuilder text, string name, string value)
    {
        text.Append(' ').Append(name).Append("=\"");
        Escaped(text, value, attribute: true);
        text.Append('"');
    }

    /// <summary>Canonical XML 1.0 §2.3: what is escaped in text and in attribute values.</summary>
    private static void Escaped(StringBuilder text, string value, bool attribute)
    {
        foreach (var character in value)
        {
            var escaped = (character, attribute) switch
            {
                ('&', _) => "&amp;",
                ('<', _) => "&lt;",
                ('>', false) => "&gt;",
                ('\r', _) => "&#xD;",
                ('"', true) => "&quot;",
                ('\t', true) => "&#x9;",
                ('\n', true) => "&#xA;",
                _ => null,
            };
            if (escaped is null) text.Append(character);
            else text.Append(escaped);
        }
    }
}
