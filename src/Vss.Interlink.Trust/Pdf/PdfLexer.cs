using System.Globalization;
using System.Text;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// Reads objects forward from one place: ISO 32000-2 sections 7.2 and 7.3. It repairs nothing: where readers that do may see different things, there is a fault.
/// </summary>
internal sealed class PdfLexer(PdfOctets octets, long position, PdfBudget budget)
{
    private const int MaxDigits = 18;

    public long Position { get; private set; } = position;

    /// <summary>Of how many parts the object is that was read last.</summary>
    public int Tokens { get; private set; }

    public static bool IsWhite(int octet) => octet is 0 or 9 or 10 or 12 or 13 or 32;

    /// <summary>An object; null where a closing delimiter of an array or a dictionary stands.</summary>
    public PdfObject ReadObject(int depth = 0)
    {
        if (depth > PdfBudget.MaxDepth) throw PdfFault.Limit(Position, $"objects are nested deeper than {PdfBudget.MaxDepth}");
        SkipWhite();
        budget.Token(Position);
        if (depth == 0) Tokens = 0;
        if (++Tokens > PdfBudget.MaxTokensAtOnce) throw PdfFault.Limit(Position, $"an object has more than {PdfBudget.MaxTokensAtOnce} parts");
        return octets[Position] switch
        {
            '/' => new PdfName(ReadName()),
            '(' => ReadLiteral(),
            '<' when octets[Position + 1] == '<' => ReadDictionary(depth),
            '<' => ReadHex(),
            '[' => ReadArray(depth),
            '+' or '-' or '.' or (>= '0' and <= '9') => ReadNumberOrReference(),
            _ => ReadWord(),
        };
    }

    /// <summary>Goes on past white space and comments.</summary>
    public void SkipWhite()
    {
        while (true)
        {
            var octet = octets[Position];
            if (IsWhite(octet))
            {
                Position++;
            }
            else if (octet == '%')
            {
                while (octets[Position] is not (10 or 13 or -1)) Position++;
            }
            else
            {
                return;
            }
        }
    }

    public void SkipWhiteOnly()
    {
        while (IsWhite(octets[Position])) Position++;
    }

    /// <summary>An entry of a cross-reference table in the form that ISO 32000-2 section 7.5.4 gives it, twenty octets; null for one that is to be read token by token.</summary>
    public (long At, int Generation, bool IsUsed)? TryTakeEntry()
    {
        while (IsWhite(octets[Position])) Position++;
        if (octets.Near(Position, 19) is not [_, _, _, _, _, _, _, _, _, _, (byte)' ', _, _, _, _, _, (byte)' ', (byte)'n' or (byte)'f', (byte)' ' or (byte)'\r' or (byte)'\n'] entry) return null;
        if (Number(entry[..10]) is not (>= 0 and var at) || Number(entry[11..16]) is not (>= 0 and var generation)) return null;
        Position += 18;
        return (at, (int)generation, entry[17] == (byte)'n');
    }

    /// <summary>What these digits say; -1 where there are none or something else is among them.</summary>
    public static long Number(ReadOnlySpan<byte> digits)
    {
        if (digits.IsEmpty || digits.Length > MaxDigits) return -1;
        long number = 0;
        foreach (var octet in digits)
        {
            if (octet is < (byte)'0' or > (byte)'9') return -1;
            number = number * 10 + (octet - '0');
        }

        return number;
    }

    /// <summary>Takes a keyword where it stands and is one.</summary>
    public bool TryTake(ReadOnlySpan<byte> keyword)
    {
        if (!octets.StartsWith(Position, keyword) || IsRegular(octets[Position + keyword.Length])) return false;
        Position += keyword.Length;
        return true;
    }

    public void Take(ReadOnlySpan<byte> keyword)
    {
        if (!TryTake(keyword)) throw PdfFault.Malformed(Position, $"'{Encoding.ASCII.GetString(keyword)}' is expected");
    }

    /// <summary>A number of digits alone.</summary>
    public long ReadDigits()
    {
        SkipWhite();
        budget.Token(Position);
        var start = Position;
        long number = 0;
        while (octets[Position] is >= '0' and <= '9' and var digit)
        {
            if (Position - start >= MaxDigits) throw PdfFault.Malformed(start, "a number is too long");
            number = number * 10 + (digit - '0');
            Position++;
        }

        if (Position == start || IsRegular(octets[Position])) throw PdfFault.Malformed(start, "a number is expected");
        return number;
    }

    /// <summary>An indirect object, to its endobj: section 7.3.10.</summary>
    /// <param name="lengthOf">Finds the length of a stream that stands elsewhere; null where it is not known.</param>
    public PdfIndirect ReadIndirect(Func<PdfReference, long?> lengthOf)
    {
        var start = Position;
        var (number, generation) = ReadHeader();
        SkipWhite();
        var value = ReadObject();
        SkipWhite();
        if (value is PdfDictionary dictionary && TryTake("stream"u8)) value = ReadStream(dictionary, lengthOf);
        SkipWhite();
        Take("endobj"u8);
        return new PdfIndirect(number, generation, value, start, Position);
    }

    /// <summary>Number and generation of an indirect object, its obj included. Nothing may stand before them.</summary>
    public (int Number, int Generation) ReadHeader()
    {
        var start = Position;
        if (octets[start] is not (>= '0' and <= '9')) throw PdfFault.Malformed(start, "no object begins here");
        var number = ReadDigits();
        var generation = ReadDigits();
        SkipWhite();
        Take("obj"u8);
        if (number > PdfBudget.MaxObjectNumber || generation > ushort.MaxValue) throw PdfFault.Malformed(start, "an object has a number out of bounds");
        return ((int)number, (int)generation);
    }

    private static bool IsDelimiter(int octet) => octet is '(' or ')' or '<' or '>' or '[' or ']' or '{' or '}' or '/' or '%';

    private static bool IsRegular(int octet) => octet >= 0 && !IsWhite(octet) && !IsDelimiter(octet);

    private PdfStream ReadStream(PdfDictionary dictionary, Func<PdfReference, long?> lengthOf)
    {
        // CRLF or LF; a CR alone would let the data begin at two places.
        if (octets[Position] == 13) Position++;
        if (octets[Position] != 10) throw PdfFault.Malformed(Position, "the keyword stream has no end of line behind it");
        var data = ++Position;
        var length = dictionary["Length"] switch
        {
            PdfInteger direct => direct.Value,
            PdfReference elsewhere => lengthOf(elsewhere),
            _ => null,
        };
        if (length is not (>= 0 and var count) || count > octets.Length - data) throw PdfFault.Malformed(data, "a stream has no length, or one that does not fit");
        Position = data + count;
        SkipWhiteOnly();
        if (!TryTake("endstream"u8)) throw PdfFault.Malformed(data, "a stream does not end where its length says");
        return new PdfStream(dictionary, data, count);
    }

    private PdfDictionary ReadDictionary(int depth)
    {
        var start = Position;
        Position += 2;
        var entries = new Dictionary<string, PdfObject>(StringComparer.Ordinal);
        while (true)
        {
            SkipWhite();
            if (octets[Position] == '>' && octets[Position + 1] == '>')
            {
                Position += 2;
                return new PdfDictionary(entries);
            }

            if (octets[Position] != '/') throw PdfFault.Malformed(Position, "a dictionary has something else than a name for a key");
            var key = ReadName();
            if (!entries.TryAdd(key, ReadObject(depth + 1))) throw PdfFault.Malformed(start, $"a dictionary has the key {Shown(key)} twice");
        }
    }

    private PdfArray ReadArray(int depth)
    {
        Position++;
        var items = new List<PdfObject>();
        while (true)
        {
            SkipWhite();
            if (octets[Position] == ']')
            {
                Position++;
                return new PdfArray(items);
            }

            items.Add(ReadObject(depth + 1));
        }
    }

    private string ReadName()
    {
        var start = Position++;
        var name = new StringBuilder();
        while (IsRegular(octets[Position]))
        {
            var octet = octets[Position++];
            if (octet == '#')
            {
                var (high, low) = (Digit(octets[Position]), Digit(octets[Position + 1]));
                if (high < 0 || low < 0 || (high | low) == 0) throw PdfFault.Malformed(start, "a name has a # without its two digits");
                octet = high * 16 + low;
                Position += 2;
            }

            name.Append((char)octet);
            if (name.Length > PdfBudget.MaxName) throw PdfFault.Limit(start, $"a name is longer than {PdfBudget.MaxName}");
        }

        return name.ToString();
    }

    private PdfString ReadHex()
    {
        var start = Position++;
        var digits = new List<byte>();
        var isPure = true;
        while (octets[Position] != '>')
        {
            var octet = octets[Position++];
            if (Digit(octet) is >= 0 and var digit) digits.Add((byte)digit);
            else if (IsWhite(octet)) isPure = false;
            else throw PdfFault.Malformed(Position - 1, "a hexadecimal string has something else than digits");
            if (digits.Count > 2 * PdfBudget.MaxString) throw PdfFault.Limit(start, $"a string is longer than {PdfBudget.MaxString}");
        }

        Position++;
        if (digits.Count % 2 == 1)
        {
            isPure = false;
            digits.Add(0);
        }

        var value = new byte[digits.Count / 2];
        for (var index = 0; index < value.Length; index++) value[index] = (byte)(digits[2 * index] << 4 | digits[2 * index + 1]);
        return new PdfString(value, octets.IsFile ? start : -1, Position, isPure);
    }

    private PdfString ReadLiteral()
    {
        var start = Position++;
        var value = new List<byte>();
        for (var open = 1; open > 0;)
        {
            var octet = octets[Position++];
            if (octet < 0) throw PdfFault.Malformed(start, "a string does not end");
            if (octet == '\\')
            {
                ReadEscape(value);
                continue;
            }

            open += octet switch { '(' => 1, ')' => -1, _ => 0 };
            if (octet == 13)
            {
                if (octets[Position] == 10) Position++;
                octet = 10;
            }

            if (open > 0) value.Add((byte)octet);
            if (value.Count > PdfBudget.MaxString) throw PdfFault.Limit(start, $"a string is longer than {PdfBudget.MaxString}");
        }

        return new PdfString([.. value], octets.IsFile ? start : -1, Position, isPureHex: false);
    }

    // Section 7.3.4.2, table 3. A backslash before anything else is ignored.
    private void ReadEscape(List<byte> value)
    {
        var octet = octets[Position++];
        switch (octet)
        {
            case 'n': value.Add(10); break;
            case 'r': value.Add(13); break;
            case 't': value.Add(9); break;
            case 'b': value.Add(8); break;
            case 'f': value.Add(12); break;
            case 10: break;
            case 13:
                if (octets[Position] == 10) Position++;
                break;
            case >= '0' and <= '7':
                var code = octet - '0';
                for (var more = 0; more < 2 && octets[Position] is >= '0' and <= '7' and var digit; more++, Position++) code = code * 8 + (digit - '0');
                value.Add((byte)(code & 0xFF));
                break;
            case < 0: throw PdfFault.Malformed(Position, "a string does not end");
            default: value.Add((byte)octet); break;
        }
    }

    private PdfObject ReadNumberOrReference()
    {
        var number = ReadNumber();
        if (number is not PdfInteger { Value: >= 0 and <= PdfBudget.MaxObjectNumber } first || octets[Position] is < 0) return number;

        // "7 0 R" is one object, "7 0" are two.
        var behind = Position;
        SkipWhite();
        if (Position > behind && octets[Position] is >= '0' and <= '9')
        {
            long generation = 0;
            for (; octets[Position] is >= '0' and <= '9' and var digit && generation <= ushort.MaxValue; Position++) generation = generation * 10 + (digit - '0');
            SkipWhite();
            if (generation <= ushort.MaxValue && TryTake("R"u8)) return new PdfReference((int)first.Value, (int)generation);
        }

        Position = behind;
        return number;
    }

    private PdfObject ReadNumber()
    {
        var start = Position;
        Span<char> text = stackalloc char[64];
        var length = 0;
        var isReal = false;
        while (octets[Position] is '+' or '-' or '.' or (>= '0' and <= '9'))
        {
            if (length == text.Length) throw PdfFault.Malformed(start, "a number is too long");
            var octet = octets[Position++];
            isReal |= octet == '.';
            text[length++] = (char)octet;
        }

        if (IsRegular(octets[Position])) throw PdfFault.Malformed(start, "a number is expected");
        if (!isReal && long.TryParse(text[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return new PdfInteger(integer);
        return double.TryParse(text[..length], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real)
            ? new PdfReal(real)
            : throw PdfFault.Malformed(start, "a number is expected");
    }

    private PdfObject ReadWord()
    {
        if (TryTake("null"u8)) return PdfNull.Instance;
        if (TryTake("true"u8)) return new PdfBoolean(true);
        if (TryTake("false"u8)) return new PdfBoolean(false);
        throw PdfFault.Malformed(Position, octets[Position] < 0 ? "the file ends within an object" : "an object is expected");
    }

    private static string Shown(string key) => key.All(char.IsAsciiLetterOrDigit) ? key : "that is named strangely";

    private static int Digit(int octet) => octet switch
    {
        >= '0' and <= '9' => octet - '0',
        >= 'A' and <= 'F' => octet - 'A' + 10,
        >= 'a' and <= 'f' => octet - 'a' + 10,
        _ => -1,
    };
}
