using System.Buffers;
using System.Text;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Character data, references and what is read up to a closing mark: XML 1.0 sections 2.4 to 2.7, 2.11 and 4.1.</content>
internal sealed partial class XmlTokenizer
{
    private static readonly SearchValues<byte> InText = SearchValues.Create("<&>\r]"u8);

    /// <summary>Gives up the current piece of text; whether another one follows it at once. The namespaces in scope stay what they are.</summary>
    public bool PassText()
    {
        _isVerbatim = false;
        _window.Advance(_consumed);
        _consumed = _textLength = 0;
        if (_window.IsEmpty && !_window.TryMore()) return false;
        return _window[0] != '<';
    }

    private bool ReadText()
    {
        Kind = XmlTokenKind.Text;
        if (_window[0] == '\r' && ReadReturn()) return true;
        if (_depth == 0) return ReadWhite();
        if (_window[0] == '&') return ReadReferenceInText();
        var token = _window.Token;
        _isVerbatim = true;
        for (var at = 0; ; at++)
        {
            var run = token[at..].IndexOfAny(InText);
            if (run < 0) return Piece(token.Length);
            at += run;
            if (token[at] == '>')
            {
                _isVerbatim = false;
                continue;
            }

            if (token[at] != ']') return Piece(at);

            // "]]>" may be cut by the window's end; then what stands before it is a piece of its own.
            if (token.Length < at + 3 && at > 0) return Piece(at);
            if (Stands("]]>"u8, at)) throw Refused("the document has ']]>' in text", at);
            token = _window.Token;
        }
    }

    // Production [27]: outside the root element nothing else is text.
    private bool ReadWhite()
    {
        var length = _window.Token.IndexOfAnyExcept(" \n\t"u8);
        if (length == 0) throw Refused("the document has text outside its root element", 0);
        return Piece(length < 0 ? _window.Token.Length : length);
    }

    // Section 2.11. Stands on a CR: true when it is a line end of its own and thereby a piece of text, false when it was passed before its LF.
    private bool ReadReturn()
    {
        if (_window.Token.Length == 1) _window.TryMore();
        if (_window.Token is [_, (byte)'\n', ..])
        {
            _window.Advance(1);
            return false;
        }

        _scratch[0] = (byte)'\n';
        return PieceInScratch(1, covers: 1);
    }

    private bool ReadReferenceInText()
    {
        var end = ReadReference(0, out var length);
        return PieceInScratch(length, covers: end);
    }

    private bool Piece(int length)
    {
        (_textInScratch, _textStart, _textLength, _consumed) = (false, 0, length, length);
        return true;
    }

    private bool PieceInScratch(int length, int covers)
    {
        (_textInScratch, _textLength, _consumed) = (true, length, covers);
        return true;
    }

    /// <summary>Reads the reference at <paramref name="at"/> into the scratch; gives the place behind it. Productions [66] to [68].</summary>
    private int ReadReference(int at, out int length)
    {
        if (_window[at + 1] == '#') return ReadCharacterReference(at, out length);
        var end = NameEnd(at + 1, at + 1, "an entity name");
        var name = _window.Token[(at + 1)..end];
        if (_window[end] != ';' || !XmlCharacters.IsNCName(name)) throw Refused("the document has a '&' that begins no reference", at);
        _scratch[0] = name switch
        {
            [(byte)'l', (byte)'t'] => (byte)'<',
            [(byte)'g', (byte)'t'] => (byte)'>',
            [(byte)'a', (byte)'m', (byte)'p'] => (byte)'&',
            [(byte)'a', (byte)'p', (byte)'o', (byte)'s'] => (byte)'\'',
            [(byte)'q', (byte)'u', (byte)'o', (byte)'t'] => (byte)'"',
            _ => throw Refused($"the document has a reference to the entity {Quoted(name)}, which is not declared", at),
        };
        length = 1;
        return end + 1;
    }

    private int ReadCharacterReference(int start, out int length)
    {
        var radix = _window[start + 2] == 'x' ? 16u : 10u;
        var digits = start + (radix == 16 ? 3 : 2);
        var scalar = 0u;
        var at = digits;
        for (var octet = _window[at]; octet != ';'; octet = _window[++at])
        {
            if (at - digits >= _limits.MaxAttributeLength) throw OverLimit($"a character reference longer than {_limits.MaxAttributeLength} octets", start);
            var digit = DigitValue((char)octet);
            if (digit >= radix) throw Refused("the document has a character reference with something else than digits", at);
            scalar = Math.Min(scalar * radix + digit, 0x110000);
        }

        if (at == digits || !XmlCharacters.IsChar(scalar)) throw Refused("the document has a reference to a character that XML does not allow", start);
        length = new Rune(scalar).EncodeToUtf8(_scratch);
        return at + 1;
    }

    private static uint DigitValue(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - (uint)'0',
        >= 'a' and <= 'f' => digit - (uint)'a' + 10,
        >= 'A' and <= 'F' => digit - (uint)'A' + 10,
        _ => uint.MaxValue,
    };

    /// <summary>Goes on in a CDATA section, a comment or a processing instruction, up to the closing mark or the end of what is known.</summary>
    private bool ReadSection()
    {
        var mark = Kind switch
        {
            XmlTokenKind.CData => "]]>"u8,
            XmlTokenKind.Comment => "-->"u8,
            _ => "?>"u8,
        };
        (IsFirstPiece, IsLastPiece, _isSectionNew) = (_isSectionNew, false, false);
        if (_window.IsEmpty) _window.More();
        if (_window[0] == '\r' && ReadReturn()) return true;
        var token = _window.Token;
        for (var at = 0; ; at++)
        {
            var run = token[at..].IndexOfAny(mark[0], (byte)'\r');
            if (run < 0) return Piece(token.Length);
            at += run;
            if (token[at] == '\r' || (token.Length < at + mark.Length && at > 0)) return Piece(at);
            if (Stands(mark, at))
            {
                Piece(at);
                _consumed += mark.Length;
                (IsLastPiece, _state) = (true, State.Between);
                return true;
            }

            token = _window.Token;
            if (Kind == XmlTokenKind.Comment && token[at + 1] == '-') throw Refused("the document has '--' in a comment", at);
        }
    }
}
