namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// Reads XML 1.0 (fifth edition) with namespaces (Namespaces in XML 1.0, third edition), token by token, forward only. Every constraint of both that
/// concerns a document without a document type declaration is kept while reading; a document type declaration is refused, so that only the five
/// predefined entities exist and every attribute is of type CDATA.
/// </summary>
/// <remarks>
/// Spans are valid until the next <see cref="Read"/>. Text comes in pieces, so that memory does not grow with the document. What breaks a rule throws
/// <see cref="XmlRefusedException"/>; the reader cannot go on after that.
/// </remarks>
internal sealed partial class XmlTokenizer : IDisposable
{
    private readonly OctetWindow _window;
    private readonly XmlLimits _limits;
    private readonly InternedNames _names = new();
    private readonly PrefixBindings _scope = new();
    private readonly AttributeList _attributes = new();
    private readonly byte[] _scratch = new byte[4];
    private byte[] _target = [];
    private int _targetLength;
    private State _state = State.Start;
    private int _consumed;          // octets of the window that the current token covers
    private int _textStart;
    private int _textLength;
    private bool _textInScratch;
    private bool _isVerbatim;
    private bool _rootEnded;

    public XmlTokenizer(Stream input, XmlLimits limits) => (_window, _limits) = (new OctetWindow(input, limits), limits);

    public XmlTokenizer(ReadOnlyMemory<byte> octets, XmlLimits limits) => (_window, _limits) = (new OctetWindow(octets, limits), limits);

    private enum State
    {
        Start,
        Between,        // tokens
        InEmptyElement, // its start was reported, its end was not
        AtElementEnd,   // it was reported, the element is still open
        InSection,      // of CDATA, a comment or a processing instruction
        Ended,
    }

    public XmlTokenKind Kind { get; private set; }

    /// <summary>Open elements, the current one included: the root element has 1.</summary>
    public int Depth => _depth;

    /// <summary>Position of the last start tag among all start tags of the document; the root element has 1.</summary>
    public int Ordinal { get; private set; }

    /// <summary>Whether the start tag is an empty-element tag.</summary>
    public bool IsEmptyElement { get; private set; }

    /// <summary>The namespaces in scope. At <see cref="XmlTokenKind.EndElement"/> they are still the element's.</summary>
    public PrefixBindings Scope => _scope;

    /// <summary>The prefixes and namespace names that were seen so far.</summary>
    public InternedNames Names => _names;

    /// <summary>The attributes of the start tag, namespace declarations among them, in the order of the document.</summary>
    public AttributeList Attributes => _attributes;

    /// <summary>The start tag's octets, which the entries of <see cref="Attributes"/> point into.</summary>
    public ReadOnlySpan<byte> Tag => Source;

    /// <summary>
    /// Whether the token's octets are those that every canonical form has for it, as long as namespaces ask for nothing and attributes are in order: a tag
    /// without declarations and superfluous white space, values in quotation marks, nothing that is replaced. False says nothing.
    /// </summary>
    public bool IsVerbatim => _isVerbatim;

    /// <summary>The token's octets as they stand, in UTF-8.</summary>
    public ReadOnlySpan<byte> Source => _window.Token[.._consumed];

    /// <summary>Characters of the current piece of text, CDATA, comment or processing instruction; line ends are LF.</summary>
    public ReadOnlySpan<byte> Text => _textInScratch ? _scratch.AsSpan(0, _textLength) : _window.Token.Slice(_textStart, _textLength);

    /// <summary>Whether the piece is the first of its CDATA section, comment or processing instruction.</summary>
    public bool IsFirstPiece { get; private set; }

    /// <summary>Whether it is the last.</summary>
    public bool IsLastPiece { get; private set; }

    /// <summary>The processing instruction's target.</summary>
    public ReadOnlySpan<byte> Target => _target.AsSpan(0, _targetLength);

    /// <summary>Where the current token begins.</summary>
    public XmlPlace Place => _window.Place(0);

    /// <summary>Octets of the input before the current token.</summary>
    public long StartOffset => _window.Offset(0);

    /// <summary>Octets of the input to the end of the current token.</summary>
    public long EndOffset => _window.Offset(_consumed);

    /// <summary>What the document is encoded in.</summary>
    public InputEncoding Encoding => _window.Encoding;

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    /// <exception cref="XmlRefusedException">A rule of XML, of namespaces or a limit is broken.</exception>
    public bool Read()
    {
        if (_window.Refusal is { } earlier) throw earlier;
        _window.Advance(_consumed);
        (_consumed, _isVerbatim) = (0, false);
        switch (_state)
        {
            case State.Start:
                _window.Open();
                _state = State.Between;
                if (TryReadXmlDeclaration()) return true;
                break;
            case State.InEmptyElement:
                return EndElement();
            case State.AtElementEnd:
                CloseElement();
                break;
            case State.InSection:
                return ReadSection();
            case State.Ended:
                return false;
        }

        return ReadToken();
    }

    /// <summary>Where the start tag stands that was just read, a child of the root element's, to come back to in another reading of the same octets. Null where that cannot be done.</summary>
    public XmlBookmark? Bookmark() => Kind == XmlTokenKind.StartElement && _depth == 2 && !Encoding.IsUtf16 ? new XmlBookmark(_window.Mark(), Ordinal) : null;

    /// <summary>Passes by what the root element, whose start tag was just read, holds before a bookmark. It was read before: nothing of it is looked at again.</summary>
    public void PassTo(in XmlBookmark bookmark)
    {
        _window.GoTo(bookmark.Mark);
        (_consumed, Ordinal) = (0, bookmark.Ordinal - 1);
    }

    public void Dispose()
    {
        _window.Dispose();
        _attributes.Dispose();
        DisposeOpenElements();
    }

    private bool ReadToken()
    {
        if (_window.IsEmpty)
        {
            if (_depth == 0 && !_window.TryMore()) return EndDocument();
            if (_depth > 0) _window.More();
        }

        var token = _window.Token;
        if (token[0] != '<') return ReadText();
        return (token.Length > 1 ? token[1] : _window[1]) switch
        {
            (byte)'/' => ReadEndTag(),
            (byte)'!' => ReadCommentOrCData(),
            (byte)'?' => ReadInstruction(),
            _ => ReadStartTag(),
        };
    }

    // Production [1]: one root element.
    private bool EndDocument()
    {
        if (!_rootEnded) throw Refused("the document has no root element", 0);
        (_state, Kind) = (State.Ended, XmlTokenKind.EndOfDocument);
        return false;
    }

    // Places are counted from the token's beginning. Reading at one may move the window, so a span of it is taken anew behind each such reading.

    /// <summary>The next place that has no white space; it is known.</summary>
    private int PassWhite(int at)
    {
        while (XmlCharacters.IsWhite(_window[at])) at++;
        return at;
    }

    /// <summary>Whether these octets stand at a place. No more is read than what tells that they do not.</summary>
    private bool Stands(ReadOnlySpan<byte> octets, int at)
    {
        while (true)
        {
            var there = _window.Token[at..];
            if (there.Length >= octets.Length) return there.StartsWith(octets);
            if (!octets.StartsWith(there)) return false;
            _window.More();
        }
    }

    private XmlRefusedException Refused(string detail, int ahead) => _window.Refused(XmlRefusalKind.NotWellFormed, detail, ahead);

    private XmlRefusedException OverLimit(string what, int ahead) => _window.Refused(XmlRefusalKind.LimitExceeded, $"the document has {what}", ahead);

    // What is quoted of a document is a name at most, and cut: a personal number could stand there.
    private static string Quoted(ReadOnlySpan<byte> name)
    {
        var text = System.Text.Encoding.UTF8.GetString(name);
        return text.Length <= 24 ? $"'{text}'" : $"'{text[..24]}…'";
    }
}

/// <summary>A start tag of a document.</summary>
/// <param name="Mark">Where it begins.</param>
/// <param name="Ordinal">Its position among all start tags.</param>
internal readonly record struct XmlBookmark(LineCounter Mark, int Ordinal);
