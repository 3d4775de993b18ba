using System.Buffers;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Start tags and end tags: XML 1.0 section 3.1, Namespaces in XML 1.0 sections 4 to 6.</content>
internal sealed partial class XmlTokenizer
{
    private OpenElement[] _open = new OpenElement[16];
    private byte[] _openNames = ArrayPool<byte>.Shared.Rent(512);
    private int _depth;

    private struct OpenElement
    {
        public int NameStart;   // in _openNames
        public int NameLength;
        public int LocalStart;  // within the name
        public int Prefix;
        public int Namespace;
        public int ScopeMark;
    }

    /// <summary>Qualified name of the innermost open element, which a start or an end tag is of.</summary>
    public ReadOnlySpan<byte> Name => new(_openNames, _open[_depth - 1].NameStart, _open[_depth - 1].NameLength);

    /// <summary>Its local part.</summary>
    public ReadOnlySpan<byte> LocalName => Name[_open[_depth - 1].LocalStart..];

    /// <summary>Number of its prefix.</summary>
    public int Prefix => _open[_depth - 1].Prefix;

    /// <summary>Number of its namespace name.</summary>
    public int Namespace => _open[_depth - 1].Namespace;

    private bool ReadStartTag(ReadOnlySpan<byte> tag)
    {
        if (_depth == 0 && _rootEnded) throw Refused("the document has a second root element", 0);
        if (_depth >= _limits.MaxDepth) throw OverLimit($"elements nested deeper than {_limits.MaxDepth} levels", 0);
        if (Ordinal >= _limits.MaxElements) throw OverLimit($"more than {_limits.MaxElements} elements", 0);
        _attributes.Clear();
        var nameEnd = QualifiedNameEnd(ref tag, 1, "an element name", out var colon);
        var at = nameEnd;
        while (tag[at] != '>')
        {
            var next = PassWhite(ref tag, at);
            if (tag[next] is (byte)'>' or (byte)'/')
            {
                at = next;
                break;
            }

            if (next == at) throw Refused("the document has an attribute without white space before it, or a character that a name cannot have", at);
            at = ReadAttribute(ref tag, next);
            if (at == tag.Length) tag = _window.More();
        }

        IsEmptyElement = tag[at] == '/';
        if (IsEmptyElement)
        {
            Need(ref tag, at + 2);
            if (tag[++at] != '>') throw Refused("the document has a '/' in a tag that does not end it", at);
        }

        _consumed = at + 1;
        if (_consumed > _limits.MaxTagBytes) throw OverLimit($"a tag longer than {_limits.MaxTagBytes} octets", 0);
        OpenElementOf(tag[1..nameEnd], colon);
        if (_attributes.Count > 0) ResolveAttributes(tag);
        Ordinal++;
        Kind = XmlTokenKind.StartElement;
        _state = IsEmptyElement ? State.InEmptyElement : State.Between;
        return true;
    }

    private bool ReadEndTag(ReadOnlySpan<byte> tag)
    {
        if (_depth == 0) throw Refused("the document has an end tag without a start tag", 0);
        var name = Name;
        if (tag.Length > name.Length + 2 && tag[name.Length + 2] == '>' && tag[2..].StartsWith(name))
        {
            _consumed = name.Length + 3;
            return EndElement();
        }

        var nameEnd = QualifiedNameEnd(ref tag, 2, "an element name", out _);
        if (!tag[2..nameEnd].SequenceEqual(name)) throw Refused($"the document has an end tag {Quoted(tag[2..nameEnd])} where the element {Quoted(name)} is open", 2);
        var at = PassWhite(ref tag, nameEnd);
        if (tag[at] != '>') throw Refused("the document has more in an end tag than a name", at);
        _consumed = at + 1;
        return EndElement();
    }

    private bool EndElement()
    {
        (Kind, _state) = (XmlTokenKind.EndElement, State.AtElementEnd);
        return true;
    }

    private void CloseElement()
    {
        _scope.Leave(_open[--_depth].ScopeMark);
        _rootEnded = _depth == 0;
        _state = State.Between;
    }

    // The declarations of the tag are in scope already: they bind the element's own name too.
    private void OpenElementOf(ReadOnlySpan<byte> name, int colon)
    {
        var prefix = colon < 0 ? InternedNames.Empty : PrefixOf(name, colon);
        var mark = _scope.Count;
        if (_attributes.Declarations > 0) Declare(mark);
        var bound = _scope[prefix];
        if (prefix == InternedNames.Xmlns) throw Refused("the document has an element with the prefix xmlns", 1);
        if (bound == PrefixBindings.Unbound) throw Refused($"the document has an element whose prefix {Quoted(name[..colon])} is not declared", 1);

        if (_depth == _open.Length) Array.Resize(ref _open, _depth * 2);
        var start = _depth == 0 ? 0 : _open[_depth - 1].NameStart + _open[_depth - 1].NameLength;
        if (start + name.Length > _openNames.Length) GrowOpenNames(start, name.Length);
        name.CopyTo(_openNames.AsSpan(start));
        _open[_depth++] = new OpenElement { NameStart = start, NameLength = name.Length, LocalStart = colon + 1, Prefix = prefix, Namespace = bound, ScopeMark = mark };
    }

    private void GrowOpenNames(int used, int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(used + more, used * 2));
        _openNames.AsSpan(0, used).CopyTo(larger);
        DisposeOpenElements();
        _openNames = larger;
    }

    private void DisposeOpenElements()
    {
        if (_openNames.Length > 0) ArrayPool<byte>.Shared.Return(_openNames);
        _openNames = [];
    }

    // Mostly it is the prefix of the element around.
    private int PrefixOf(ReadOnlySpan<byte> name, int colon)
    {
        if (_depth > 0 && _open[_depth - 1].LocalStart == colon + 1 && Name[..colon].SequenceEqual(name[..colon])) return Prefix;
        return _names.Intern(name[..colon]);
    }

    /// <summary>Index behind the qualified name (Namespaces in XML 1.0 section 4, production [7]) that begins at <paramref name="from"/>.</summary>
    /// <param name="token">Where it stands.</param>
    /// <param name="from">Where it begins.</param>
    /// <param name="what">What it is called when it is too long.</param>
    /// <param name="colon">Place of the colon in the name, -1 where there is none.</param>
    private int QualifiedNameEnd(ref ReadOnlySpan<byte> token, int from, string what, out int colon)
    {
        // As nearly all names are: ASCII, and in the window with what follows them.
        colon = -1;
        var at = XmlCharacters.PassAsciiName(token, from);
        var isName = at < token.Length && XmlCharacters.IsAsciiNameStart(token[from]);
        if (isName && token[at] == ':')
        {
            var local = at + 1;
            colon = at - from;
            at = XmlCharacters.PassAsciiName(token, local);
            isName = at < token.Length && XmlCharacters.IsAsciiNameStart(token[local]);
        }

        if (isName && token[at] < 0x80 && token[at] != ':' && at - from <= _limits.MaxNameLength) return at;
        return AnyQualifiedNameEnd(ref token, from, what, out colon);
    }

    private int AnyQualifiedNameEnd(ref ReadOnlySpan<byte> token, int from, string what, out int colon)
    {
        colon = -1;
        var at = NameEnd(ref token, from, what, from);
        if (token[at] == ':')
        {
            colon = at - from;
            at = NameEnd(ref token, at + 1, what, from);
        }

        var local = token[(from + colon + 1)..at];
        if (XmlCharacters.IsNCName(local) && (colon < 0 || XmlCharacters.IsNCName(token.Slice(from, colon))) && token[at] != ':') return at;
        throw Refused(at == from ? "the document has a tag that does not begin with a name" : $"the document has {Quoted(token[from..at])} where a name must stand", from);
    }

    /// <summary>Index behind the name without a colon that begins at <paramref name="from"/>; which characters of it are beyond ASCII is not looked at.</summary>
    private int NameEnd(ref ReadOnlySpan<byte> token, int from, string what, int start)
    {
        var at = from;
        while (true)
        {
            at = XmlCharacters.PassAsciiName(token, at);
            if (at - start > _limits.MaxNameLength) throw OverLimit($"{what} longer than {_limits.MaxNameLength} octets", start);
            if (at == token.Length) token = _window.More();
            else if (token[at] < 0x80) return at;
            else while (at < token.Length && token[at] >= 0x80) at++;
        }
    }
}
