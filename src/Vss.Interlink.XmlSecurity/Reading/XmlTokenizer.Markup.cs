namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>What begins with <c>&lt;!</c> or <c>&lt;?</c>: XML 1.0 sections 2.5 to 2.9.</content>
internal sealed partial class XmlTokenizer
{
    private bool _isSectionNew;

    /// <summary>The encoding that the XML declaration names; empty when it names none. Valid while <see cref="Kind"/> is <see cref="XmlTokenKind.XmlDeclaration"/>.</summary>
    public ReadOnlySpan<byte> DeclaredEncoding => _window.Token[_declaredEncoding];

    /// <summary>What the XML declaration says of <c>standalone</c>: "yes", "no" or nothing. Valid as long as <see cref="DeclaredEncoding"/>.</summary>
    public ReadOnlySpan<byte> DeclaredStandalone => _window.Token[_declaredStandalone];

    private Range _declaredEncoding;
    private Range _declaredStandalone;

    private bool ReadCommentOrCData()
    {
        switch (_window[2])
        {
            case (byte)'-' when _window[3] == '-':
                return BeginSection(XmlTokenKind.Comment, 4);
            case (byte)'[' when _depth > 0 && Stands("<![CDATA["u8, 0):
                return BeginSection(XmlTokenKind.CData, 9);
            case (byte)'D' when Stands("<!DOCTYPE"u8, 0):
                throw _window.Refused(XmlRefusalKind.ForbiddenConstruct, "a document type declaration is not allowed");
            default:
                throw Refused("the document has '<!' with nothing behind it that may stand there", 0);
        }
    }

    // Productions [16] and [17]; the target has no colon by Namespaces in XML 1.0 section 7.
    private bool ReadInstruction()
    {
        var end = NameEnd(2, 2, "the target of a processing instruction");
        var target = _window.Token[2..end];
        if (!XmlCharacters.IsNCName(target) || _window[end] == ':') throw Refused("the document has a processing instruction without a name as its target", 2);
        if (target.Length == 3 && System.Text.Ascii.EqualsIgnoreCase(target, "xml"u8)) throw Refused("the document has an XML declaration elsewhere than at its beginning, or a malformed one", 0);
        if (target.Length > _target.Length) _target = new byte[Math.Max(target.Length, 32)];
        target.CopyTo(_target);
        _targetLength = target.Length;

        if (Stands("?>"u8, end)) return BeginSection(XmlTokenKind.ProcessingInstruction, end);
        if (!XmlCharacters.IsWhite(_window[end])) throw Refused("the document has a character that a name cannot have in a processing instruction's target", end);
        _window.Advance(end);
        while (true)
        {
            // White space of any length belongs to no token and is not kept.
            var token = _window.Token;
            var white = token.IndexOfAnyExcept(" \n\t\r"u8);
            _window.Advance(white < 0 ? token.Length : white);
            if (white >= 0) return BeginSection(XmlTokenKind.ProcessingInstruction, 0);
            _window.More();
        }
    }

    private bool BeginSection(XmlTokenKind kind, int behindOpening)
    {
        _window.Advance(behindOpening);
        (Kind, _state, _isSectionNew) = (kind, State.InSection, true);
        return ReadSection();
    }

    // Productions [23] to [26], [32], [80] and [81].
    private bool TryReadXmlDeclaration()
    {
        while (_window.Token.Length < 6 && "<?xml"u8.StartsWith(_window.Token[..Math.Min(5, _window.Token.Length)]) && _window.TryMore()) { }
        if (_window.Token.Length < 6 || !_window.Token.StartsWith("<?xml"u8) || !XmlCharacters.IsWhite(_window.Token[5])) return false;

        var at = 5;
        var version = PseudoAttribute(ref at, "version"u8);
        if (!_window.Token[version].SequenceEqual("1.0"u8)) throw Refused("the document does not declare itself as XML 1.0", at);
        _declaredEncoding = PseudoAttribute(ref at, "encoding"u8);
        if (!DeclaredEncoding.IsEmpty && !Encoding.IsNamed(DeclaredEncoding))
        {
            throw _window.Refused(XmlRefusalKind.UnsupportedEncoding, $"the document declares an encoding that is not the {Encoding} it is in, or one that is not accepted", at);
        }

        _declaredStandalone = PseudoAttribute(ref at, "standalone"u8);
        if (!DeclaredStandalone.IsEmpty && !DeclaredStandalone.SequenceEqual("yes"u8) && !DeclaredStandalone.SequenceEqual("no"u8)) throw Refused("the document declares standalone as something else than yes or no", at);
        at = PassWhite(at);
        if (!Stands("?>"u8, at)) throw MalformedDeclaration(at);
        (_consumed, Kind) = (at + 2, XmlTokenKind.XmlDeclaration);
        return true;
    }

    // Gives the range of the value, or an empty one when something else stands at `at`; then `at` stays.
    private Range PseudoAttribute(ref int at, ReadOnlySpan<byte> name)
    {
        var start = PassWhite(at);
        if (start == at || _window[start] != name[0]) return default;
        if (!Stands(name, start)) throw MalformedDeclaration(start);
        var equals = PassWhite(start + name.Length);
        if (_window[equals] != '=') throw MalformedDeclaration(equals);
        var opening = PassWhite(equals + 1);
        var quote = _window[opening];
        if (quote is not ((byte)'"' or (byte)'\'')) throw MalformedDeclaration(opening);
        var closing = opening + 1;
        for (var octet = _window[closing]; octet != quote; octet = _window[++closing])
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'.' or (byte)'_' or (byte)'-')) throw MalformedDeclaration(closing);
        }

        if (closing == opening + 1) throw MalformedDeclaration(closing);
        at = closing + 1;
        return (opening + 1)..closing;
    }

    private XmlRefusedException MalformedDeclaration(int at) => Refused("the document has a malformed XML declaration", at);
}
