using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Documents;

/// <summary>What a generated document is made of, before it is written. Numbers choose among what is possible at the place, so that every choice gives a well-formed document.</summary>
internal abstract record Part
{
    internal sealed record Element(int Prefix, int Name, Declaration[] Declarations, Attribute[] Attributes, Part[] Content, int Layout) : Part;

    internal sealed record Text(string Source) : Part;

    internal sealed record Raw(string Source) : Part;
}

internal sealed record Declaration(int Prefix, int Namespace);

internal sealed record Attribute(int Prefix, int Name, string Value);

/// <summary>A document in parts.</summary>
/// <param name="Before">Misc in front of the root.</param>
/// <param name="After">Misc behind it.</param>
internal sealed record DocumentParts(string Declaration, Part[] Before, Part.Element Root, Part[] After)
{
    internal static readonly string[] Prefixes = ["", "a", "b", "n0", "ns-long.prefix", "ă"];
    internal static readonly string[] Namespaces = ["urn:a", "urn:b", "http://x.example/?p=1&amp;q=2", "urn:quote:&#39;", "http://www.w3.org/2000/09/xmldsig#", "urn:B"];
    private static readonly string[] Names = ["a", "b", "A", "z9", "é", "chữ-ký", "x.y", "Id", "_"];
    private static readonly string[] XmlNames = ["lang", "space", "id", "base", "other"];
    private static readonly string[][] XmlValues = [["vi", "en-GB"], ["preserve", "default"], ["id1"], ["../x/", "http://x.example/a/b", "c/d", "/e", "f", "g/"], ["&amp;", " "]];
    private static readonly string[] White = ["", " ", "\n", "\r\n", "\t ", "\r", "", "  "];
    private static readonly string[] Equal = ["=", "=", "=", " =", "=\r\n", " = "];

    /// <summary>The document as text.</summary>
    public string Write()
    {
        var text = new StringBuilder(Declaration);
        foreach (var part in Before) Write(text, part, []);
        Write(text, Root, new Dictionary<string, int> { [""] = -1 });
        foreach (var part in After) Write(text, part, []);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Part part, Dictionary<string, int> scope)
    {
        switch (part)
        {
            case Part.Element element:
                Write(text, element, new Dictionary<string, int>(scope));
                break;
            case Part.Text { Source: var source }:
                text.Append(source.Replace("]]>", "]]&gt;", StringComparison.Ordinal));
                if (text.Length > 1 && text[^1] == ']') text.Append(' ');   // the next part may begin with ">"
                break;
            case Part.Raw raw:
                text.Append(raw.Source);
                break;
        }
    }

    // The scope maps prefixes to indexes of Namespaces; -1 is no namespace.
    private static void Write(StringBuilder text, Part.Element element, Dictionary<string, int> scope)
    {
        List<string> inTag = [];
        HashSet<string> taken = [];
        var equal = Equal[element.Layout / 3 % Equal.Length];
        foreach (var declaration in element.Declarations)
        {
            var prefix = Prefixes[declaration.Prefix % Prefixes.Length];
            var bound = declaration.Namespace % (Namespaces.Length + 1) - 1;
            if ((prefix.Length > 0 && bound < 0) || !taken.Add(prefix)) continue;
            scope[prefix] = bound;
            inTag.Add($"{(prefix.Length > 0 ? "xmlns:" + prefix : "xmlns")}{equal}'{(bound < 0 ? "" : Namespaces[bound])}'");
        }

        var prefixes = scope.Keys.Order(StringComparer.Ordinal).ToArray();
        taken.Clear();
        foreach (var attribute in element.Attributes)
        {
            if (attribute.Prefix % 5 == 4)
            {
                var name = attribute.Name % XmlNames.Length;
                var values = XmlValues[name];
                if (taken.Add("xml:" + name)) inTag.Insert(attribute.Name % (inTag.Count + 1), $"xml:{XmlNames[name]}{equal}\"{values[attribute.Prefix % values.Length]}\"");
                continue;
            }

            var prefix = prefixes[attribute.Prefix % prefixes.Length];
            var local = Names[attribute.Name % Names.Length];
            if (!taken.Add($"{(prefix.Length > 0 ? scope[prefix] : -1)} {local}")) continue;
            var quote = attribute.Name % 2 == 0 ? '"' : '\'';
            var value = attribute.Value.Replace("<", "&lt;", StringComparison.Ordinal).Replace(quote.ToString(), quote == '"' ? "&quot;" : "&apos;", StringComparison.Ordinal);
            inTag.Insert(attribute.Prefix % (inTag.Count + 1), $"{Named(prefix, local)}{equal}{quote}{value}{quote}");
        }

        var elementName = Named(prefixes[element.Prefix % prefixes.Length], Names[element.Name % Names.Length]);
        var white = White[element.Layout % White.Length];
        text.Append('<').Append(elementName);
        foreach (var attribute in inTag) text.Append(white.Length > 0 ? white : " ").Append(attribute);
        text.Append(white);
        if (element.Content.Length == 0 && element.Layout % 2 == 0)
        {
            text.Append("/>");
            return;
        }

        text.Append('>');
        foreach (var part in element.Content) Write(text, part, scope);
        text.Append("</").Append(elementName).Append(white).Append('>');
    }

    private static string Named(string prefix, string local) => prefix.Length > 0 ? $"{prefix}:{local}" : local;
}
