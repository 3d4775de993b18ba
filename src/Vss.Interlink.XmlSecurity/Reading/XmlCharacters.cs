using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>Which octets of UTF-8 may stand where: the productions Char, S, NameStartChar and NameChar of XML 1.0 (fifth edition), sections 2.2 and 2.3.</summary>
internal static class XmlCharacters
{
    private const byte NameStart = 1;
    private const byte NameRest = 2;
    private const byte White = 4;

    // C0 controls but TAB, LF and CR; U+007F and the C1 controls are discouraged and allowed.
    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(octet => octet is not (9 or 10 or 13)).Select(octet => (byte)octet)]);

    private static readonly byte[] AsciiClasses = AsciiTable();   // by octet; nothing for what is beyond ASCII

    /// <summary>Production [3] S.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWhite(byte octet) => (AsciiClasses[octet] & White) != 0;

    /// <summary>White space and nothing else.</summary>
    public static bool IsWhite(ReadOnlySpan<byte> octets) => octets.IndexOfAnyExcept(" \n\t\r"u8) < 0;

    /// <summary>Production [2] Char.</summary>
    public static bool IsChar(uint scalar) =>
        scalar is 9 or 10 or 13 or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or (>= 0x10000 and <= 0x10FFFF);

    /// <summary>An ASCII character that a name without a colon may begin with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAsciiNameStart(byte octet) => (AsciiClasses[octet] & NameStart) != 0;

    /// <summary>An ASCII character that a name without a colon may have.</summary>
    public static bool IsAsciiName(byte octet) => (AsciiClasses[octet] & NameRest) != 0;

    /// <summary>Index behind the ASCII characters of a name, the colon not among them. A loop: names are too short for anything quicker.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PassAsciiName(ReadOnlySpan<byte> octets, int at)
    {
        while ((uint)at < (uint)octets.Length && (AsciiClasses[octets[at]] & NameRest) != 0) at = unchecked(at + 1);
        return at;
    }

    /// <summary>Production NCName [4] of Namespaces in XML 1.0. The octets are UTF-8.</summary>
    public static bool IsNCName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return false;
        for (var at = 0; at < name.Length;)
        {
            Rune.DecodeFromUtf8(name[at..], out var rune, out var consumed);
            if (!IsNCNameChar((uint)rune.Value, first: at == 0)) return false;
            at += consumed;
        }

        return true;
    }

    /// <summary>How many octets from the start hold allowed characters in whole.</summary>
    /// <param name="octets">What came; it may end within a character.</param>
    /// <param name="fault">What stands behind them that is not allowed; null when nothing does, or when the last character is not whole yet.</param>
    public static int Admit(ReadOnlySpan<byte> octets, out string? fault)
    {
        var control = octets.IndexOfAny(Controls);
        fault = control < 0 ? null : $"the control character U+{octets[control]:X4}, which XML does not allow";
        var good = control < 0 ? octets : octets[..control];
        return Ascii.IsValid(good) ? good.Length : AdmitBeyondAscii(good, ref fault);
    }

    private static int AdmitBeyondAscii(ReadOnlySpan<byte> octets, ref string? fault)
    {
        var whole = fault is null ? octets[..^PartialLength(octets)] : octets;
        if (!Utf8.IsValid(whole))
        {
            whole = whole[..ValidLength(whole)];
            fault = "octets that are not UTF-8";
        }

        // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
        ReadOnlySpan<byte> beginning = [0xEF, 0xBF];
        for (var from = 0; whole[from..].IndexOf(beginning) is var at and >= 0; from += at + 2)
        {
            if (whole[from + at + 2] < 0xBE) continue;
            fault = "U+FFFE or U+FFFF, which XML does not allow";
            return from + at;
        }

        return whole.Length;
    }

    // Octets of a last character that is not whole; 0 when it is, or when it can never be.
    private static int PartialLength(ReadOnlySpan<byte> octets)
    {
        for (var length = 1; length <= Math.Min(3, octets.Length); length++)
        {
            var octet = octets[^length];
            if (octet < 0x80) return 0;
            if (octet < 0xC0) continue;
            return Rune.DecodeFromUtf8(octets[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }

        return 0;
    }

    private static int ValidLength(ReadOnlySpan<byte> octets)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(octets[length..], out _, out var consumed) == OperationStatus.Done) length += consumed;
        return length;
    }

    // Productions [4] and [4a], less the colon.
    private static bool IsNCNameChar(uint scalar, bool first)
    {
        if (scalar < 0x80) return (AsciiClasses[scalar] & (first ? NameStart : NameRest)) != 0;
        return scalar switch
        {
            0xB7 or (>= 0x300 and <= 0x36F) or 0x203F or 0x2040 => !first,
            0xD7 or 0xF7 or 0x37E => false,
            >= 0xC0 and <= 0x1FFF => true,
            0x200C or 0x200D => true,
            (>= 0x2070 and <= 0x218F) or (>= 0x2C00 and <= 0x2FEF) or (>= 0x3001 and <= 0xD7FF) => true,
            (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFFD) or (>= 0x10000 and <= 0xEFFFF) => true,
            _ => false,
        };
    }

    private static byte[] AsciiTable()
    {
        var table = new byte[256];
        for (var octet = 0; octet < 0x80; octet++)
        {
            var letter = char.IsAsciiLetter((char)octet) || octet == '_';
            var inside = letter || char.IsAsciiDigit((char)octet) || octet is '-' or '.';
            table[octet] = (byte)((letter ? NameStart : 0) | (inside ? NameRest : 0) | (octet is ' ' or '\t' or '\n' or '\r' ? White : 0));
        }

        return table;
    }
}
