using System.Text;
using Vss.Interlink.XmlSecurity.Canonical;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity;

/// <summary>
/// Writes the canonical form of one selection while the document passes: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0. Any number of them
/// may watch one pass (<see cref="Canonicalization"/>); each holds no more than the namespaces it wrote and the tag it writes.
/// </summary>
/// <remarks>Used for one document. A refusal leaves part of the octets in the sink; what is there is of no use then.</remarks>
public sealed class Canonicalizer : IDisposable
{
    private readonly CanonicalizationMethod _method;
    private readonly XmlSelection _selection;
    private readonly CanonicalWriter _writer;
    private readonly CanonicalNamespaces _namespaces;
    private readonly AncestorAttributes? _ancestors;
    private readonly bool _keepsAncestors;
    private readonly bool _comments;
    private int _apexDepth;      // 0 until the selection begins
    private int _leftOutDepth;
    private bool _rootPassed;
    private bool _apexPassed;

    /// <param name="method">Which canonical form.</param>
    /// <param name="selection">Of what.</param>
    /// <param name="sink">Where the octets go.</param>
    /// <param name="inclusivePrefixes">The PrefixList; only exclusive canonicalisation has one.</param>
    public Canonicalizer(CanonicalizationMethod method, XmlSelection selection, OctetSink sink, InclusivePrefixes? inclusivePrefixes = null)
        : this(method, selection, sink, inclusivePrefixes ?? InclusivePrefixes.None, null)
    {
    }

    /// <param name="around">The xml: attributes of what is around the selected element, kept once for a whole pass; this one is then shown nothing before that element.</param>
    internal Canonicalizer(CanonicalizationMethod method, XmlSelection selection, OctetSink sink, InclusivePrefixes inclusivePrefixes, AncestorAttributes? around)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(selection);
        (_method, _selection, _comments) = (method, selection, method.WithComments && selection.Comments);
        _writer = new CanonicalWriter(sink);
        _namespaces = new CanonicalNamespaces(method.IsExclusive, inclusivePrefixes);
        var inherits = !method.IsExclusive && selection.Ordinal > 0;
        _keepsAncestors = inherits && around is null;
        if (inherits) _ancestors = around ?? new AncestorAttributes();
    }

    /// <summary>Depth of the open element whose subtree is left out, which nothing of need be shown but its end tag; 0 outside one.</summary>
    internal int LeftOutDepth => _leftOutDepth;

    private bool IsWriting => _apexDepth > 0 && !_apexPassed && _leftOutDepth == 0;

    public void Dispose()
    {
        _writer.Dispose();
        if (_keepsAncestors) _ancestors?.Dispose();
    }

    /// <summary>Looks at the token that the tokenizer stands on. Every token of the document must come by.</summary>
    /// <exception cref="XmlRefusedException">The document cannot be canonicalised.</exception>
    internal void Accept(XmlTokenizer xml)
    {
        switch (xml.Kind)
        {
            case XmlTokenKind.Text or XmlTokenKind.CData:
                if (!IsWriting) break;
                if (xml.IsVerbatim) _writer.Write(xml.Text);
                else _writer.WriteText(xml.Text);
                break;
            case XmlTokenKind.StartElement:
                Start(xml);
                break;
            case XmlTokenKind.EndElement:
                End(xml);
                break;
            case XmlTokenKind.Comment when _comments:
                Section(xml, "<!--"u8, "-->"u8);
                break;
            case XmlTokenKind.ProcessingInstruction:
                Section(xml, "<?"u8, "?>"u8);
                break;
        }
    }

    /// <summary>Hands the last octets to the sink, when the document was read to its end.</summary>
    /// <exception cref="XmlRefusedException">Nothing was selected: an error must never look like empty octets.</exception>
    internal void Complete()
    {
        if (!_apexPassed) throw NothingSelected();
        _writer.Flush();
    }

    internal static XmlRefusedException NothingSelected() => new(XmlRefusalKind.NothingSelected, "no element of the document is selected");

    private void Start(XmlTokenizer xml)
    {
        if (_leftOutDepth > 0 || _apexPassed) return;
        if (xml.Ordinal == _selection.LeftOutOrdinal || (_selection.LeaveOut is { } leaveOut && leaveOut(new XmlElementPlace(xml.Ordinal, xml.Depth, xml.Names[xml.Namespace], xml.LocalName))))
        {
            _leftOutDepth = xml.Depth;
            return;
        }

        var isApex = _apexDepth == 0 && (_selection.Ordinal == 0 || _selection.Ordinal == xml.Ordinal);
        if (isApex) _apexDepth = xml.Depth;
        else if (_apexDepth == 0) _ancestors?.Enter(xml);
        if (_apexDepth > 0) WriteStartTag(xml, isApex);
    }

    private void End(XmlTokenizer xml)
    {
        if (xml.Depth == 1) _rootPassed = true;
        if (_leftOutDepth > 0)
        {
            if (_leftOutDepth == xml.Depth) _leftOutDepth = 0;
            return;
        }

        if (_apexDepth == 0)
        {
            _ancestors?.Leave(xml.Depth);
            return;
        }

        if (_apexPassed) return;
        if (xml.IsVerbatim) _writer.Write(xml.Source);
        else _writer.WriteTag("</"u8, xml.Name);
        _namespaces.Leave();
        _apexPassed = xml.Depth == _apexDepth;
    }

    private void WriteStartTag(XmlTokenizer xml, bool isApex)
    {
        if (!isApex && xml.Attributes.Declarations == 0 && _namespaces.IsNothingToWrite(xml))
        {
            _namespaces.Enter();
            if (xml.IsVerbatim && xml.Attributes.AreInCanonicalOrder(xml))
            {
                _writer.Write(xml.Source);
                return;
            }

            if (xml.Attributes.Count == 0)
            {
                _writer.WriteTag("<"u8, xml.Name);
                return;
            }

            _writer.Write((byte)'<');
            _writer.Write(xml.Name);
            CanonicalAttributes.Write(xml, _writer);
            _writer.Write((byte)'>');
            return;
        }

        _writer.Write((byte)'<');
        _writer.Write(xml.Name);
        _namespaces.Write(xml, isApex, _writer);
        var inherited = isApex ? _ancestors?.InheritedBy(xml, _method.IsVersion11, _writer.Sink) : null;
        if (inherited is { Count: > 0 }) CanonicalAttributes.Write(xml, inherited, _writer);
        else if (xml.Attributes.Count > xml.Attributes.Declarations) CanonicalAttributes.Write(xml, _writer);
        _writer.Write((byte)'>');
    }

    // Outside the root element a line feed stands between each of these and the root (Canonical XML 1.0 section 2.3).
    private void Section(XmlTokenizer xml, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> closing)
    {
        var isOutside = xml.Depth == 0;
        if (isOutside ? _selection.Ordinal > 0 : !IsWriting) return;
        if (xml.IsFirstPiece)
        {
            if (isOutside && _rootPassed) _writer.Write((byte)'\n');
            _writer.Write(opening);
            if (xml.Kind == XmlTokenKind.ProcessingInstruction)
            {
                _writer.Write(xml.Target);
                if (!xml.Text.IsEmpty) _writer.Write((byte)' ');
            }
        }

        _writer.Write(xml.Text);
        if (!xml.IsLastPiece) return;
        _writer.Write(closing);
        if (isOutside && !_rootPassed) _writer.Write((byte)'\n');
    }
}
