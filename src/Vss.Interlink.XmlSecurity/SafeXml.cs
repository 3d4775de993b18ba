using System.Xml;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity;

/// <summary>Why foreign octets did not become a document.</summary>
public enum XmlRefusalKind
{
    NotWellFormed,
    ForbiddenConstruct,
    LimitExceeded,
    UnsupportedEncoding,
    Truncated,

    /// <summary>The document is in order, but what was asked of it is not there: no such element, or all of it is left out.</summary>
    NothingSelected,
}

/// <summary>A refusal by <see cref="SafeXml"/>.</summary>
/// <param name="Kind">The rule that was broken.</param>
/// <param name="Detail">One sentence that names the limit or the construct.</param>
/// <param name="At">The place, as "line 3, column 17, octet 245"; empty where there is none.</param>
public sealed record XmlRefusal(XmlRefusalKind Kind, string Detail, string At);

/// <summary>The one door for foreign XML: no DTD, no external entity, limits counted while reading, UTF-8 and UTF-16 only.</summary>
public static class SafeXml
{
    /// <summary>A forward reader; no document is ever held. Throws <see cref="XmlException"/>; see <see cref="Refusal"/>.</summary>
    public static XmlReader Reader(Stream input, XmlLimits limits) => new TokenXmlReader(new XmlTokenizer(input, limits));

    /// <inheritdoc cref="Reader(Stream, XmlLimits)"/>
    public static XmlReader Reader(ReadOnlyMemory<byte> octets, XmlLimits limits) => new TokenXmlReader(new XmlTokenizer(octets, limits));

    /// <summary>Which octets of the document, as it came, the tag takes that a reader of <see cref="Reader(Stream, XmlLimits)"/> stands on.</summary>
    /// <exception cref="ArgumentException">The reader is another one, or stands on no tag of an element.</exception>
    public static (long Start, long End) TagOctets(XmlReader reader) =>
        reader is TokenXmlReader { NodeType: XmlNodeType.Element or XmlNodeType.EndElement } own ? own.TagOctets : throw new ArgumentException("Only readers of this class know places, and only those of tags.", nameof(reader));

    /// <summary>What an exception of <see cref="Reader(Stream, XmlLimits)"/> means to the sender.</summary>
    public static XmlRefusal Refusal(XmlException thrown)
    {
        if (thrown is XmlRefusedException known) return known.ToRefusal();

        // Not of the reader but of who uses it, as when an element stands where text is asked for. The platform's texts quote the document.
        var at = thrown.LineNumber > 0 ? $"line {thrown.LineNumber}, column {thrown.LinePosition}" : "";
        return new XmlRefusal(XmlRefusalKind.NotWellFormed, "the document is not what is expected here", at);
    }
}
