using System.Diagnostics.CodeAnalysis;
using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>An attribute of an <see cref="EdXmlElement"/>; namespace declarations are none.</summary>
public sealed record EdXmlAttribute(string Name, string Namespace, string Value);

/// <summary>
/// An element that the model has no field for, kept whole: name, namespace, attributes, text and children. Comments, processing instructions and
/// prefixes are not kept; in mixed content the text comes before the children. Elements in either packet namespace are reported in <see cref="EdXmlNames.Qcvn"/>.
/// </summary>
public sealed record EdXmlElement(string Name, string Namespace, string? Text = null)
{
    /// <summary>In document order.</summary>
    public IReadOnlyList<EdXmlAttribute> Attributes { get; init; } = [];

    /// <summary>In document order.</summary>
    public IReadOnlyList<EdXmlElement> Children { get; init; } = [];

    /// <summary>The element as XML of its own, without prefixes, in exclusive canonical form: to be kept as text and read back by <see cref="TryRead"/>.</summary>
    public string ToXml() => CanonicalXml.Text(this);

    /// <summary>Reads an element; false when it is not well-formed or over the limits.</summary>
    /// <param name="xml">Made safe by the caller, as for <see cref="EdXmlReader"/>.</param>
    /// <param name="element">The whole element, or null.</param>
    /// <param name="limits">The defaults where null.</param>
    public static bool TryRead(XmlReader xml, [NotNullWhen(true)] out EdXmlElement? element, EdXmlLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(xml);
        try
        {
            var elements = new ElementReader(xml, limits ?? new EdXmlLimits(), EdXmlNames.Reported);
            element = xml.MoveToContent() == XmlNodeType.Element ? elements.Element(xml.LocalName) : null;
            while (xml.Read())
            {
                // To the end of the document: only then is it known to be well-formed.
            }
        }
        catch (Exception bad) when (bad is XmlException or EdXmlRefusalException)
        {
            element = null;
        }
        return element is not null;
    }

    internal bool IsField(string name) => Name == name && Namespace == EdXmlNames.Qcvn;

    internal bool IsEmpty => Text is null && Children.Count == 0 && Attributes.Count == 0;

    /// <summary>The element without the empty ones in it; null when nothing is left. The axis drops empty elements, so they mean nothing.</summary>
    internal EdXmlElement? WithoutEmpty()
    {
        var kept = this with { Text = Values.Clean(Text), Children = [.. Children.Select(child => child.WithoutEmpty()).OfType<EdXmlElement>()] };
        return kept.IsEmpty ? null : kept;
    }

    internal string? Attribute(string name)
    {
        foreach (var attribute in Attributes)
            if (attribute.Name == name) return Values.Clean(attribute.Value);
        return null;
    }

    /// <summary>Writes the element; those in the packet's namespace get <paramref name="prefix"/>, which may be empty, and others a default declaration.</summary>
    internal void WriteTo(XmlWriter xml, string prefix)
    {
        WriteOpenTo(xml, prefix);
        xml.WriteEndElement();
    }

    /// <summary>The same without the end tag, for an element that gets more children.</summary>
    internal void WriteOpenTo(XmlWriter xml, string prefix)
    {
        xml.WriteStartElement(Namespace == EdXmlNames.Qcvn ? prefix : "", Name, Namespace);
        foreach (var attribute in Attributes) xml.WriteAttributeString(attribute.Name, attribute.Namespace, attribute.Value);
        if (Text is not null) xml.WriteString(Text);
        foreach (var child in Children) child.WriteTo(xml, prefix);
    }
}

/// <summary>The one normalisation of values: no white space around them, and an empty value is no value.</summary>
internal static class Values
{
    private static readonly char[] XmlWhiteSpace = [' ', '\t', '\r', '\n'];

    public static string? Clean(string? text)
    {
        var value = text?.Trim(XmlWhiteSpace);
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
