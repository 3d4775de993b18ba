using System.Diagnostics.CodeAnalysis;
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

/// <summary>A document or a refusal; exactly one of the two.</summary>
public sealed class XmlRead
{
    private XmlRead(XmlDocument? document, XmlRefusal? refusal) => (Document, Refusal) = (document, refusal);

    public XmlDocument? Document { get; }

    public XmlRefusal? Refusal { get; }

    internal static XmlRead Of(XmlDocument document) => new(document, null);

    internal static XmlRead Of(XmlRefusal refusal) => new(null, refusal);

    public bool TryGetDocument([NotNullWhen(true)] out XmlDocument? document) => (document = Document) is not null;
}

/// <summary>The one door for foreign XML: no DTD, no external entity, limits counted while reading, UTF-8 and UTF-16 only.</summary>
public static class SafeXml
{
    /// <summary>Reads a whole document. Nothing that a stranger sends makes this throw, except a failing <paramref name="input"/> itself (IOException).</summary>
    public static XmlRead Load(Stream input, XmlLimits limits)
    {
        using var reader = Reader(input, limits);
        return Load(reader);
    }

    /// <inheritdoc cref="Load(Stream, XmlLimits)"/>
    public static XmlRead Load(ReadOnlyMemory<byte> octets, XmlLimits limits)
    {
        using var reader = new TokenXmlReader(new XmlTokenizer(octets, limits), limits);
        return Load(reader);
    }

    /// <summary>A forward reader under the same rules, for documents that are not held. Throws <see cref="XmlException"/>; see <see cref="Refusal"/>.</summary>
    public static XmlReader Reader(Stream input, XmlLimits limits) => new TokenXmlReader(new XmlTokenizer(input, limits), limits);

    /// <summary>What an exception of <see cref="Reader"/> means to the sender.</summary>
    public static XmlRefusal Refusal(XmlException thrown)
    {
        if (thrown is XmlRefusedException known) return known.ToRefusal();

        // Not of the reader but of who uses it, as when an element stands where text is asked for. The platform's texts quote the document.
        var at = thrown.LineNumber > 0 ? $"line {thrown.LineNumber}, column {thrown.LinePosition}" : "";
        return new XmlRefusal(XmlRefusalKind.NotWellFormed, "the document is not what is expected here", at);
    }

    private static XmlRead Load(XmlReader reader)
    {
        try
        {
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
#pragma warning disable RS0030 // this is the door
            document.Load(reader);
#pragma warning restore RS0030
            return XmlRead.Of(document);
        }
        catch (XmlException refused)
        {
            return XmlRead.Of(Refusal(refused));
        }
    }
}
