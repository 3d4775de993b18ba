using System.Xml;

namespace Vss.Interlink.XmlSecurity;

/// <summary>Passes an <see cref="XmlReader"/> through and counts; the first breach of a limit ends the reading.</summary>
internal sealed class BoundedXmlReader(XmlReader inner, bool utf16, XmlLimits limits) : XmlReader, IXmlLineInfo
{
    private readonly Stack<int> _namespaces = new();
    private int _elements;
    private int _nodes;
    private int _texts;
    private int _inScope;

    public override XmlNodeType NodeType => inner.NodeType;

    public override string LocalName => inner.LocalName;

    public override string NamespaceURI => inner.NamespaceURI;

    public override string Prefix => inner.Prefix;

    public override string Value => inner.Value;

    public override int Depth => inner.Depth;

    public override string BaseURI => "";

    public override bool IsEmptyElement => inner.IsEmptyElement;

    public override int AttributeCount => inner.AttributeCount;

    public override bool EOF => inner.EOF;

    public override ReadState ReadState => inner.ReadState;

    public override XmlNameTable NameTable => inner.NameTable;

    public override XmlReaderSettings? Settings => inner.Settings;

    public override bool HasValue => inner.HasValue;

    public override string XmlLang => inner.XmlLang;

    public override XmlSpace XmlSpace => inner.XmlSpace;

    public override bool CanReadBinaryContent => inner.CanReadBinaryContent;

    public override bool CanReadValueChunk => inner.CanReadValueChunk;

    public int LineNumber => (inner as IXmlLineInfo)?.LineNumber ?? 0;

    public int LinePosition => (inner as IXmlLineInfo)?.LinePosition ?? 0;

    public override bool Read()
    {
        if (!inner.Read()) return false;
        Inspect();
        return true;
    }

    public override int ReadElementContentAsBase64(byte[] buffer, int index, int count)
    {
        var read = inner.ReadElementContentAsBase64(buffer, index, count);
        if (read == 0) Inspect();   // it moved on to the node behind the end tag
        return read;
    }

    public override int ReadContentAsBase64(byte[] buffer, int index, int count)
    {
        var read = inner.ReadContentAsBase64(buffer, index, count);
        if (read == 0) Inspect();
        return read;
    }

    public override int ReadValueChunk(char[] buffer, int index, int count) => inner.ReadValueChunk(buffer, index, count);

    public override string GetAttribute(int i) => inner.GetAttribute(i);

    public override string? GetAttribute(string name) => inner.GetAttribute(name);

    public override string? GetAttribute(string name, string? namespaceURI) => inner.GetAttribute(name, namespaceURI);

    public override string? LookupNamespace(string prefix) => inner.LookupNamespace(prefix);

    public override bool MoveToAttribute(string name) => inner.MoveToAttribute(name);

    public override bool MoveToAttribute(string name, string? ns) => inner.MoveToAttribute(name, ns);

    public override bool MoveToElement() => inner.MoveToElement();

    public override bool MoveToFirstAttribute() => inner.MoveToFirstAttribute();

    public override bool MoveToNextAttribute() => inner.MoveToNextAttribute();

    public override bool ReadAttributeValue() => inner.ReadAttributeValue();

    public override void ResolveEntity() => inner.ResolveEntity();

    public bool HasLineInfo() => (inner as IXmlLineInfo)?.HasLineInfo() == true;

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private void Inspect()
    {
        if (inner.NodeType is not XmlNodeType.EndElement && ++_nodes > limits.MaxNodes) throw Limit($"more than {limits.MaxNodes} nodes");
        var isText = inner.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace;
        _texts = isText ? _texts + 1 : 0;
        if (_texts > limits.MaxAdjacentTexts) throw Limit($"more than {limits.MaxAdjacentTexts} texts and CDATA sections one after the other");
        switch (inner.NodeType)
        {
            case XmlNodeType.Element:
                InspectElement();
                break;
            case XmlNodeType.EndElement:
                _inScope = _namespaces.Pop();
                break;
            case XmlNodeType.XmlDeclaration:
                InspectDeclaration();
                break;
            case XmlNodeType.EntityReference or XmlNodeType.DocumentType:
                throw Refused(XmlRefusalKind.ForbiddenConstruct, "entities and document type declarations are not allowed");
        }
    }

    private void InspectElement()
    {
        if (++_elements > limits.MaxElements) throw Limit($"more than {limits.MaxElements} elements");
        if (inner.Depth + 1 > limits.MaxDepth) throw Limit($"elements nested deeper than {limits.MaxDepth} levels");
        if (inner.Name.Length > limits.MaxNameLength) throw Limit($"an element name longer than {limits.MaxNameLength} characters");
        if (inner.AttributeCount > limits.MaxAttributes) throw Limit($"more than {limits.MaxAttributes} attributes on one element");
        var before = _inScope;
        for (var more = inner.MoveToFirstAttribute(); more; more = inner.MoveToNextAttribute())
        {
            if (inner.Name.Length > limits.MaxNameLength) throw Limit($"an attribute name longer than {limits.MaxNameLength} characters");
            if (inner.Value.Length > limits.MaxAttributeLength) throw Limit($"an attribute longer than {limits.MaxAttributeLength} characters");
            if (inner.NamespaceURI == "http://www.w3.org/2000/xmlns/" && ++_inScope > limits.MaxNamespaces) throw Limit($"more than {limits.MaxNamespaces} namespaces in scope");
        }

        inner.MoveToElement();
        if (inner.IsEmptyElement) _inScope = before;
        else _namespaces.Push(before);
    }

    // The platform reads many encodings. Two are agreed with partners; each more is a second way to read the same octets.
    private void InspectDeclaration()
    {
        var declared = inner.GetAttribute("encoding");
        if (declared is null) return;
        var known = utf16
            ? declared.Equals("utf-16", StringComparison.OrdinalIgnoreCase) || declared.Equals("utf-16le", StringComparison.OrdinalIgnoreCase) || declared.Equals("utf-16be", StringComparison.OrdinalIgnoreCase)
            : declared.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        if (!known) throw Refused(XmlRefusalKind.UnsupportedEncoding, $"the document declares an encoding that is not the {(utf16 ? "UTF-16" : "UTF-8")} it is in, or one that is not accepted");
    }

    private XmlRefusedException Limit(string what) => Refused(XmlRefusalKind.LimitExceeded, $"the document has {what}");

    private XmlRefusedException Refused(XmlRefusalKind kind, string detail) => new(kind, detail, new XmlPlace(LineNumber, LinePosition, 0));
}
