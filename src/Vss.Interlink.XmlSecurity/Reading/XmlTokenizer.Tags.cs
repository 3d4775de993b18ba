using System.Buffers;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Start tags and end tags: XML 1.0 section 3.1, Namespaces in XML 1.0 sections 4 to 6.</content>
internal sealed partial class XmlTokenizer
{
    private OpenElement[] _open = new OpenElement[16];
    private byte[] _openNames = ArrayPool<byte>.Shared.Rent(512);
    private int _depth;
    private int _lastPrefix;

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

    private bool ReadStartTag()
    {
        if (_depth == 0 && _rootEnded) throw Refused("the document has a second root element", 0);
        if (_depth >= _limits.MaxDepth) throw OverLimit($"elements nested deeper than {_limits.MaxDepth} levels", 0);
        if (Ordinal >= _limits.MaxElements) throw OverLimit($"more than {_limits.MaxElements} elements", 0);
        _attributes.Clear();
        _isVerbatim = true;   // until something says otherwise
        var nameEnd = QualifiedNameEnd(1, "an element name", out var colon);
        var tag = _window.Token;
        if (nameEnd < tag.Length && tag[nameEnd] == '>') (_consumed, IsEmptyElement) = (nameEnd + 1, false);
        else ReadBehindName(nameEnd);
        if (_consumed > _limits.MaxTagBytes) throw OverLimit($"a tag longer than {_limits.MaxTagBytes} octets", 0);
        OpenElementOf(_window.Token[1..nameEnd], colon);
        if (_attributes.Count > 0) ResolveAttributes();
        Ordinal++;
        Kind = XmlTokenKind.StartElement;
        _state = IsEmptyElement ? State.InEmptyElement : State.Between;
        return true;
    }

    // Up to the end of the tag.
    private void ReadBehindName(int at)
    {
        for (var next = _window[at]; next != '>'; next = _window[at])
        {
            var behindWhite = PassWhite(at);
            if (_window[behindWhite] is (byte)'>' or (byte)'/')
            {
                _isVerbatim &= behindWhite == at;
                at = behindWhite;
                break;
            }

            if (behindWhite == at) throw Refused("the document has an attribute without white space before it, or a character that a name cannot have", at);
            _isVerbatim &= behindWhite == at + 1 && next == ' ';
            at = ReadAttribute(behindWhite);
        }

        IsEmptyElement = _window[at] == '/';
        _isVerbatim &= !IsEmptyElement;
        if (IsEmptyElement && _window[++at] != '>') throw Refused("the document has a '/' in a tag that does not end it", at);
        _consumed = at + 1;
    }

    private bool ReadEndTag()
    {
        if (_depth == 0) throw Refused("the document has an end tag without a start tag", 0);
        var name = Name;
        var tag = _window.Token;
        if (tag.Length > name.Length + 2 && tag[name.Length + 2] == '>' && tag[2..].StartsWith(name))
        {
            (_consumed, _isVerbatim) = (name.Length + 3, true);
            return EndElement();
        }

        var nameEnd = QualifiedNameEnd(2, "an element name", out _);
        var found = _window.Token[2..nameEnd];
        if (!found.SequenceEqual(name)) throw Refused($"the document has an end tag {Quoted(found)} where the element {Quoted(name)} is open", 2);
        var at = PassWhite(nameEnd);
        if (_window[at] != '>') throw Refused("the document has more in an end tag than a name", at);
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
        var isAsAround = _attributes.Declarations == 0 && _depth > 0 && Prefix == prefix;
        var bound = isAsAround ? Namespace : _scope[prefix];
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

    // Mostly it is the one that came before.
    private int PrefixOf(ReadOnlySpan<byte> name, int colon)
    {
        var prefix = name[..colon];
        if (!_names[_lastPrefix].SequenceEqual(prefix)) _lastPrefix = _names.Intern(prefix);
        return _lastPrefix;
    }

    /// <summary>The place behind the qualified name (Namespaces in XML 1.0 section 4, production [7]) that begins at <paramref name="from"/>; it is known.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="what">What it is called when it is too long.</param>
    /// <param name="colon">Place of the colon in the name, -1 where there is none.</param>
    private int QualifiedNameEnd(int from, string what, out int colon)
    {
        // As nearly all names are: ASCII, and in the window with what follows them.
        colon = -1;
        var token = _window.Token;
        var at = XmlCharacters.PassAsciiName(token, from);
        var isName = at < token.Length && XmlCharacters.IsAsciiNameStart(token[from]);
        if (isName && token[at] == ':')
        {
            var local = at + 1;
            colon = at - from;
            at = XmlCharacters.PassAsciiName(token, local);
            isName = at < token.Length && XmlCharacters.IsAsciiNameStart(token[local]);
        }

        return isName && token[at] < 0x80 && token[at] != ':' && at - from <= _limits.MaxNameLength ? at : AnyQualifiedNameEnd(from, what, out colon);
    }

    private int AnyQualifiedNameEnd(int from, string what, out int colon)
    {
        colon = -1;
        var end = NameEnd(from, from, what);
        if (_window[end] == ':')
        {
            colon = end - from;
            end = NameEnd(end + 1, from, what);
        }

        var name = _window.Token[from..end];
        if (_window[end] != ':' && XmlCharacters.IsNCName(name[(colon + 1)..]) && (colon < 0 || XmlCharacters.IsNCName(name[..colon]))) return end;
        throw Refused(name.IsEmpty ? "the document has a tag that does not begin with a name" : $"the document has {Quoted(name)} where a name must stand", from);
    }

    /// <summary>The place behind the characters from <paramref name="at"/> on that may be of a name without a colon, if all beyond ASCII may; it is known.</summary>
    /// <param name="at">Where to begin.</param>
    /// <param name="from">Where the name began, whose length is limited.</param>
    /// <param name="what">What it is called when it is too long.</param>
    private int NameEnd(int at, int from, string what)
    {
        var token = _window.Token;
        while (true)
        {
            at = XmlCharacters.PassAsciiName(token, at);
            while (at < token.Length && token[at] >= 0x80) at++;
            if (at - from > _limits.MaxNameLength) throw OverLimit($"{what} longer than {_limits.MaxNameLength} octets", from);
            if (at >= token.Length) token = _window.More();
            else if (!XmlCharacters.IsAsciiName(token[at])) return at;
        }
    }
}
