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

    private bool ReadCommentOrCData(ReadOnlySpan<byte> token)
    {
        Need(ref token, 3);
        if (token[2] == '-')
        {
            Need(ref token, 4);
            if (token[3] == '-') return BeginSection(XmlTokenKind.Comment, 4);
        }
        else if (token[2] == '[' && _depth > 0 && Begins(ref token, "<![CDATA["u8))
        {
            return BeginSection(XmlTokenKind.CData, 9);
        }
        else if (token[2] == 'D' && Begins(ref token, "<!DOCTYPE"u8))
        {
            throw _window.Refused(XmlRefusalKind.ForbiddenConstruct, "a document type declaration is not allowed");
        }

        throw Refused("the document has '<!' with nothing behind it that may stand there", 0);
    }

    // Productions [16] and [17]; the target has no colon by Namespaces in XML 1.0 section 7.
    private bool ReadInstruction(ReadOnlySpan<byte> token)
    {
        var end = NameEnd(ref token, 2, "the target of a processing instruction", 2);
        var target = token[2..end];
        if (!XmlCharacters.IsNCName(target)) throw Refused("the document has a processing instruction without a name as its target", 2);
        if (target.Length == 3 && System.Text.Ascii.EqualsIgnoreCase(target, "xml"u8)) throw Refused("the document has an XML declaration elsewhere than at its beginning, or a malformed one", 0);
        if (target.Length > _target.Length) _target = new byte[Math.Max(target.Length, 32)];
        target.CopyTo(_target);
        _targetLength = target.Length;

        Need(ref token, end + 2);
        if (token[end..].StartsWith("?>"u8)) return BeginSection(XmlTokenKind.ProcessingInstruction, end);
        if (!XmlCharacters.IsWhite(token[end])) throw Refused("the document has a character that a name cannot have in a processing instruction's target", end);
        _window.Advance(end);
        token = _window.Token;
        while (true)
        {
            // White space of any length belongs to no token and is not kept.
            var white = token.IndexOfAnyExcept(" \n\t\r"u8);
            _window.Advance(white < 0 ? token.Length : white);
            if (white >= 0) return BeginSection(XmlTokenKind.ProcessingInstruction, 0);
            token = _window.More();
        }
    }

    private bool BeginSection(XmlTokenKind kind, int behindOpening)
    {
        _window.Advance(behindOpening);
        (Kind, _state, _isSectionNew) = (kind, State.InSection, true);
        return ReadSection();
    }

    private bool Begins(ref ReadOnlySpan<byte> token, ReadOnlySpan<byte> opening)
    {
        while (true)
        {
            var known = Math.Min(token.Length, opening.Length);
            if (!token[..known].SequenceEqual(opening[..known])) return false;
            if (known == opening.Length) return true;
            token = _window.More();
        }
    }

    // Productions [23] to [26], [32], [80] and [81].
    private bool TryReadXmlDeclaration()
    {
        var token = _window.Token;
        while (token.Length < 6 && "<?xml "u8.StartsWith(token) && _window.TryMore()) token = _window.Token;
        if (token.Length < 6 || !token.StartsWith("<?xml"u8) || !XmlCharacters.IsWhite(token[5])) return false;

        var at = 5;
        var version = PseudoAttribute(ref token, ref at, "version"u8);
        if (!token[version].SequenceEqual("1.0"u8)) throw Refused("the document does not declare itself as XML 1.0", at);
        _declaredEncoding = PseudoAttribute(ref token, ref at, "encoding"u8);
        if (!token[_declaredEncoding].IsEmpty && !Encoding.IsNamed(token[_declaredEncoding]))
        {
            throw _window.Refused(XmlRefusalKind.UnsupportedEncoding, $"the document declares an encoding that is not the {Encoding} it is in, or one that is not accepted", at);
        }

        _declaredStandalone = PseudoAttribute(ref token, ref at, "standalone"u8);
        var standalone = token[_declaredStandalone];
        if (!standalone.IsEmpty && !standalone.SequenceEqual("yes"u8) && !standalone.SequenceEqual("no"u8)) throw Refused("the document declares standalone as something else than yes or no", at);
        at = PassWhite(ref token, at);
        Need(ref token, at + 2);
        if (!token[at..].StartsWith("?>"u8)) throw Refused("the document has a malformed XML declaration", at);
        (_consumed, Kind) = (at + 2, XmlTokenKind.XmlDeclaration);
        return true;
    }

    // Gives the range of the value, or an empty one when something else stands at `at`; then `at` stays.
    private Range PseudoAttribute(ref ReadOnlySpan<byte> token, ref int at, ReadOnlySpan<byte> name)
    {
        var start = PassWhite(ref token, at);
        Need(ref token, start + 2);
        if (start == at || token[start] != name[0]) return default;
        Need(ref token, start + name.Length);
        if (!token[start..].StartsWith(name)) throw Refused("the document has a malformed XML declaration", start);
        var equals = PassWhite(ref token, start + name.Length);
        if (token[equals] != '=') throw Refused("the document has a malformed XML declaration", equals);
        var opening = PassWhite(ref token, equals + 1);
        if (token[opening] is not ((byte)'"' or (byte)'\'')) throw Refused("the document has a malformed XML declaration", opening);
        var closing = opening + 1;
        while (true)
        {
            if (closing == token.Length) token = _window.More();
            if (token[closing] == token[opening]) break;
            if (!char.IsAsciiLetterOrDigit((char)token[closing]) && token[closing] is not ((byte)'.' or (byte)'_' or (byte)'-')) throw Refused("the document has a malformed XML declaration", closing);
            closing++;
        }

        if (closing == opening + 1) throw Refused("the document has a malformed XML declaration", closing);
        at = closing + 1;
        return (opening + 1)..closing;
    }
}
