using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>An envelope of the one shape that is accepted: at most one Header, then exactly one Body with exactly one element in it, and nothing else.</summary>
/// <param name="Version">By the envelope's namespace.</param>
/// <param name="Document">The whole.</param>
/// <param name="HeaderBlocks">Children of Header, in order.</param>
/// <param name="Request">The Body's one child.</param>
internal sealed record SoapEnvelope(SoapVersion Version, XmlDocument Document, IReadOnlyList<XmlElement> HeaderBlocks, XmlElement Request)
{
    /// <summary>Octets to a well-formed document in the character set that was declared.</summary>
    /// <exception cref="ExchangeFault">MALFORMED, FORBIDDEN_CONSTRUCT, LIMIT_EXCEEDED, UNSUPPORTED_CHARSET, TRUNCATED.</exception>
    public static XmlDocument Load(byte[] octets, string? charset, XmlLimits limits)
    {
        RefuseOtherCharset(octets, charset);
        using var input = new MemoryStream(octets, writable: false);
        var read = SafeXml.Load(input, limits);
        if (read.TryGetDocument(out var document)) return document;
        var refusal = read.Refusal!;
        var fault = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => Fault.ForbiddenConstruct,
            XmlRefusalKind.LimitExceeded => Fault.LimitExceeded,
            XmlRefusalKind.UnsupportedEncoding => Fault.UnsupportedCharset,
            XmlRefusalKind.Truncated => Fault.Truncated,
            _ => Fault.Malformed,
        };
        throw new ExchangeFault(fault, refusal.At.Length == 0 ? refusal.Detail : $"{refusal.Detail} ({refusal.At})", "xml.read");
    }

    /// <summary>The version to answer in: the envelope's own, 1.1 for an unknown one (SOAP 1.2 part 1 appendix A), null for a document that is no envelope.</summary>
    public static SoapVersion? AnswerVersion(XmlDocument document) =>
        document.DocumentElement is { LocalName: "Envelope" } root ? SoapVersion.OfNamespace(root.NamespaceURI) ?? SoapVersion.V11 : null;

    /// <summary>A document to an envelope.</summary>
    /// <exception cref="ExchangeFault">VERSION_MISMATCH, MALFORMED.</exception>
    public static SoapEnvelope Of(XmlDocument document)
    {
        var root = document.DocumentElement!;
        if (root.LocalName != "Envelope") throw Malformed("the document is no SOAP envelope", "soap.envelope");
        var version = SoapVersion.OfNamespace(root.NamespaceURI) ?? throw new ExchangeFault(Fault.VersionMismatch, "the envelope's namespace is neither that of SOAP 1.1 nor that of SOAP 1.2", "soap.version");
        RefuseInstructions(document);

        var children = ElementsOnly(root, "the Envelope");
        var header = children.Count > 0 && Is(children[0], version, "Header") ? children[0] : null;
        var rest = header is null ? children : children.Skip(1).ToList();
        if (rest.Count == 0 || !Is(rest[0], version, "Body")) throw Malformed("the envelope has no Body where it must stand", "soap.body");
        if (rest.Count > 1) throw Malformed("something follows the Body; there must be exactly one Body, and it must be the last", "soap.body");
        var content = ElementsOnly(rest[0], "the Body");
        if (content.Count != 1) throw Malformed("the Body must have exactly one element", "soap.body.one");
        return new SoapEnvelope(version, document, header is null ? [] : ElementsOnly(header, "the Header"), content[0]);
    }

    // RFC 7303 §3: two statements about one character set must agree, or two readers would see two documents.
    private static void RefuseOtherCharset(byte[] octets, string? charset)
    {
        if (charset is null) return;
        var isUtf16 = octets is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, 0x3C, ..] or [0x3C, 0, ..];
        var bigEndian = octets is [0xFE, 0xFF, ..] or [0, 0x3C, ..];
        var agrees = charset.ToLowerInvariant() switch
        {
            "utf-8" => !isUtf16,
            "utf-16" => isUtf16,
            "utf-16be" => isUtf16 && bigEndian,
            "utf-16le" => isUtf16 && !bigEndian,
            _ => throw new ExchangeFault(Fault.UnsupportedCharset, "the charset of the Content-Type is neither UTF-8 nor UTF-16", "http.charset"),
        };
        if (!agrees) throw new ExchangeFault(Fault.UnsupportedCharset, "the charset of the Content-Type is not the one the document is in", "http.charset");
    }

    // SOAP 1.1 §3, SOAP 1.2 part 1 §5: no processing instruction anywhere.
    // Node by node and forward only: XPath looks back over adjacent texts.
    private static void RefuseInstructions(XmlDocument document)
    {
        XmlNode? node = document.FirstChild;
        while (node is not null && node.NodeType != XmlNodeType.ProcessingInstruction)
        {
            var next = node.FirstChild;
            for (XmlNode? at = node; next is null && at is not null; at = at.ParentNode) next = at.NextSibling;
            node = next;
        }

        if (node is not null) throw Malformed("a SOAP message must not contain processing instructions", "soap.instruction");
    }

    private static List<XmlElement> ElementsOnly(XmlElement parent, string name)
    {
        List<XmlElement> elements = [];
        foreach (XmlNode child in parent.ChildNodes)
        {
            if (child is XmlElement element) elements.Add(element);
            else if (child is XmlText or XmlCDataSection) throw Malformed($"text stands in {name}, where only elements may", "soap.text");
        }

        return elements;
    }

    private static bool Is(XmlElement element, SoapVersion version, string name) => element.LocalName == name && element.NamespaceURI == version.Namespace;

    private static ExchangeFault Malformed(string detail, string rule) => new(Fault.Malformed, detail, rule);
}
