using System.Diagnostics.CodeAnalysis;
using System.Xml;

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
/// <param name="At">Line and column, as "line 3, column 17"; empty where there is none.</param>
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
        try
        {
            using var reader = Reader(input, limits);
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

    /// <inheritdoc cref="Load(Stream, XmlLimits)"/>
    public static XmlRead Load(ReadOnlyMemory<byte> octets, XmlLimits limits)
    {
        using var input = new MemoryStream(octets.ToArray(), writable: false);
        return Load(input, limits);
    }

    /// <summary>A forward reader under the same rules, for documents that are not held. Throws <see cref="XmlException"/>; see <see cref="Refusal"/>.</summary>
    public static XmlReader Reader(Stream input, XmlLimits limits)
    {
        var sniffed = SniffedStream.Over(input, limits.MaxBytes);
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CheckCharacters = true,
            ConformanceLevel = ConformanceLevel.Document,
            CloseInput = false,
        };
        return new BoundedXmlReader(XmlReader.Create(sniffed, settings), sniffed.IsUtf16, limits);
    }

    /// <summary>What an exception of <see cref="Reader"/> means to the sender.</summary>
    public static XmlRefusal Refusal(XmlException thrown)
    {
        var at = thrown.LineNumber > 0 ? $"line {thrown.LineNumber}, column {thrown.LinePosition}" : "";
        if (thrown is XmlRefusedException known) return new XmlRefusal(known.Kind, thrown.Message, at);

        // The platform's reader has one exception type and tells the cases apart by text only; a test holds each of these.
        var kind = thrown.Message switch
        {
            var text when text.Contains("DTD", StringComparison.Ordinal) => XmlRefusalKind.ForbiddenConstruct,
            var text when text.Contains("Unexpected end of file", StringComparison.Ordinal) => XmlRefusalKind.Truncated,
            var text when text.Contains("encoding", StringComparison.OrdinalIgnoreCase) || text.Contains("switch to", StringComparison.Ordinal) => XmlRefusalKind.UnsupportedEncoding,
            _ => XmlRefusalKind.NotWellFormed,
        };
        return new XmlRefusal(kind, kind == XmlRefusalKind.ForbiddenConstruct ? "a document type declaration is not allowed" : WithoutContent(thrown.Message), at);
    }

    // Messages of the platform quote names and characters of the document; enough of a personal number could stand there.
    private static string WithoutContent(string message)
    {
        var sentence = message.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
        var quoted = System.Text.RegularExpressions.Regex.Replace(sentence, "'[^']{24,}'", "'…'");
        return quoted.Length <= 200 ? quoted : quoted[..200] + "…";
    }
}
