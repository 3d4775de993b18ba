using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>A header block, as far as the hub looks at it.</summary>
/// <param name="Name">Its qualified name.</param>
/// <param name="Role">The actor or role attribute; empty when absent.</param>
/// <param name="MustUnderstand">The mustUnderstand attribute; empty when absent.</param>
internal sealed record HeaderBlock(XmlQualifiedName Name, string Role, string MustUnderstand)
{
    /// <summary>All text in it. Only of WS-Addressing blocks, whose texts are the only ones that are used.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>All text in its first Address; null when it has none.</summary>
    public StringBuilder? Address { get; set; }
}

/// <summary>A child of the document's root.</summary>
internal sealed record OutlinedPart(XmlQualifiedName Name)
{
    public List<HeaderBlock> Elements { get; } = [];

    /// <summary>Whether other text than white space stands between them.</summary>
    public bool HasText { get; set; }
}

/// <summary>Where an attachment belongs.</summary>
/// <param name="Href">The attribute that names the part.</param>
/// <param name="Start">Octets of the document before the xop:Include.</param>
internal sealed record XopInclude(string Href, long Start)
{
    /// <summary>Octets up to the end of its end tag.</summary>
    public long End { get; set; }

    /// <summary>Whether nothing stands beside it in its element.</summary>
    public bool IsOnlyChild { get; set; }
}

/// <summary>The outermost three levels of a document that should be an envelope, and where attachments belong in it. One pass; what lies deeper is not looked at, let alone held.</summary>
internal sealed class EnvelopeOutline
{
    /// <summary>Longest text of a header block that is gathered; what is longer is refused by whoever looks at it.</summary>
    public const int MaxTextLength = 4096;

    private readonly char[] _piece = new char[512];
    private HeaderBlock? _block;
    private bool _isInAddress;
    private XopInclude? _include;    // the one that is open
    private int _includeDepth;
    private bool _isAfterInclude;
    private bool _isFirstInParent;

    private EnvelopeOutline() { }

    public XmlQualifiedName Root { get; private set; } = XmlQualifiedName.Empty;

    public List<OutlinedPart> Parts { get; } = [];

    /// <summary>Whether other text than white space stands between the parts.</summary>
    public bool HasText { get; private set; }

    /// <summary>Whether there is a processing instruction anywhere.</summary>
    public bool HasInstruction { get; private set; }

    /// <summary>In their order.</summary>
    public List<XopInclude> Includes { get; } = [];

    /// <summary>Reads a well-formed document in the character set that was declared.</summary>
    /// <exception cref="ExchangeFault">MALFORMED, FORBIDDEN_CONSTRUCT, LIMIT_EXCEEDED, UNSUPPORTED_CHARSET, TRUNCATED.</exception>
    public static EnvelopeOutline Read(ReadOnlyMemory<byte> octets, string? charset, XmlLimits limits)
    {
        RefuseOtherCharset(octets.Span, charset);
        var outline = new EnvelopeOutline();
        try
        {
            using var reader = SafeXml.Reader(octets, limits);
            while (reader.Read()) outline.Accept(reader);
            return outline;
        }
        catch (XmlException broken)
        {
            throw FaultOf(SafeXml.Refusal(broken));
        }
    }

    /// <summary>Whether octets are UTF-16, and of which order.</summary>
    public static (bool IsUtf16, bool IsBigEndian) EncodingOf(ReadOnlySpan<byte> octets) =>
        (octets is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, 0x3C, ..] or [0x3C, 0, ..], octets is [0xFE, 0xFF, ..] or [0, 0x3C, ..]);

    private void Accept(XmlReader reader)
    {
        if (_isAfterInclude)
        {
            _isAfterInclude = false;
            if (reader.NodeType != XmlNodeType.EndElement) Includes[^1].IsOnlyChild = false;
        }

        var isFirstInParent = _isFirstInParent;
        _isFirstInParent = reader is { NodeType: XmlNodeType.Element, IsEmptyElement: false };
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                Enter(reader, isFirstInParent);
                break;
            case XmlNodeType.EndElement when _include is not null && reader.Depth == _includeDepth:
                Close(reader);
                break;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                Text(reader, reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA);
                break;
            case XmlNodeType.ProcessingInstruction:
                HasInstruction = true;
                break;
        }
    }

    private void Enter(XmlReader reader, bool isFirstInParent)
    {
        var name = new XmlQualifiedName(reader.LocalName, reader.NamespaceURI);
        switch (reader.Depth)
        {
            case 0:
                Root = name;
                break;
            case 1:
                Parts.Add(new OutlinedPart(name));
                break;
            case 2:
                _block = new HeaderBlock(name, Attribute("actor") + Attribute("role"), Attribute("mustUnderstand"));
                Parts[^1].Elements.Add(_block);
                break;
            case 3:
                _isInAddress = _block!.Address is null && name is { Name: "Address", Namespace: SoapNames.Addressing };
                if (_isInAddress) _block.Address = new StringBuilder();
                break;
        }

        if (name is not { Name: "Include", Namespace: SoapNames.Xop }) return;
        var include = new XopInclude(reader.GetAttribute("href") ?? "", SafeXml.TagOctets(reader).Start) { IsOnlyChild = isFirstInParent && _include is null };
        Includes.Add(include);
        if (_include is not null) return;   // one inside the other is refused, for it is no only child
        (_include, _includeDepth) = (include, reader.Depth);
        if (reader.IsEmptyElement) Close(reader);

        // Each version has its own of the two; the other's means nothing.
        string Attribute(string local) => local == (Root.Namespace == SoapNames.Soap11 ? "role" : "actor") ? "" : reader.GetAttribute(local, Root.Namespace)?.Trim() ?? "";
    }

    private void Close(XmlReader reader)
    {
        _include!.End = SafeXml.TagOctets(reader).End;
        _isAfterInclude = ReferenceEquals(_include, Includes[^1]);
        _include = null;
    }

    private void Text(XmlReader reader, bool isText)
    {
        switch (reader.Depth)
        {
            case 1:
                HasText |= isText;
                break;
            case 2:
                Parts[^1].HasText |= isText;
                break;
            case > 2 when _block is { Name.Namespace: SoapNames.Addressing }:
                int read;
                while (_block.Text.Length <= MaxTextLength && (read = reader.ReadValueChunk(_piece, 0, _piece.Length)) > 0)
                {
                    _block.Text.Append(_piece, 0, read);
                    if (_isInAddress && reader.Depth > 3) _block.Address!.Append(_piece, 0, read);
                }

                break;
        }
    }

    // RFC 7303 §3: two statements about one character set must agree, or two readers would see two documents.
    private static void RefuseOtherCharset(ReadOnlySpan<byte> octets, string? charset)
    {
        if (charset is null) return;
        var (isUtf16, isBigEndian) = EncodingOf(octets);
        var agrees = charset.ToLowerInvariant() switch
        {
            "utf-8" => !isUtf16,
            "utf-16" => isUtf16,
            "utf-16be" => isUtf16 && isBigEndian,
            "utf-16le" => isUtf16 && !isBigEndian,
            _ => throw new ExchangeFault(Fault.UnsupportedCharset, "the charset of the Content-Type is neither UTF-8 nor UTF-16", "http.charset"),
        };
        if (!agrees) throw new ExchangeFault(Fault.UnsupportedCharset, "the charset of the Content-Type is not the one the document is in", "http.charset");
    }

    private static ExchangeFault FaultOf(XmlRefusal refusal)
    {
        var fault = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => Fault.ForbiddenConstruct,
            XmlRefusalKind.LimitExceeded => Fault.LimitExceeded,
            XmlRefusalKind.UnsupportedEncoding => Fault.UnsupportedCharset,
            XmlRefusalKind.Truncated => Fault.Truncated,
            _ => Fault.Malformed,
        };
        return new ExchangeFault(fault, refusal.At.Length == 0 ? refusal.Detail : $"{refusal.Detail} ({refusal.At})", "xml.read");
    }
}
