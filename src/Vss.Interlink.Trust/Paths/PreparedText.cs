using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Text of a name in the form in which equal ones are equal strings: RFC 4518 section 2, which RFC 5280 section 7.1 asks for. Letters have no case, marks are letters of their own, white
/// space is one space and none at the ends, and what is not seen is not there.
/// </summary>
internal static class PreparedText
{
    private const int FullWidth = 0xfee0;   // by how much the wide forms of ASCII are above it
    private const int MaxMarks = 4096;      // a name longer than any is compared as it stands: putting marks in order takes the square of their number

    /// <summary>Null for text with characters that no name may have (section 2.5), or whose compatibility forms are not known here: it is equal to nothing but itself.</summary>
    public static string? Of(string text)
    {
        if (Ascii.IsValid(text)) return OfAscii(text);
        if (text.Length > MaxMarks) return null;
        List<char> letters = new(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.PrivateUse || (rune.Value & 0xfffe) == 0xfffe || rune.Value is >= 0xfdd0 and <= 0xfdef) return null;
            if (IsNothing(rune)) continue;
            if (IsSpace(rune)) letters.Add(' ');
            else Fold(rune, letters);
        }

        if (!letters.TrueForAll(MarkedLetters.IsComparable)) return null;

        return WithSingleSpaces(CollectionsMarshal.AsSpan(letters));
    }

    private static void Fold(Rune rune, List<char> letters)
    {
        // Upper and then lower: some letters have several small forms, as the sigma.
        if (rune.Value is >= 0xff01 and <= 0xff5e) rune = new Rune(rune.Value - FullWidth);
        if (rune.Value is 0xdf or 0x1e9e)
        {
            letters.AddRange("ss");
            return;
        }

        Span<char> folded = stackalloc char[2];
        var length = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).EncodeToUtf16(folded);
        foreach (var letter in folded[..length]) MarkedLetters.Append(letters, letter);
    }

    // Section 2.2: controls, formats, variation selectors.
    private static bool IsNothing(Rune rune) =>
        rune.Value is 0x034f or 0x1806 or 0xfffc or (>= 0x180b and <= 0x180d) or (>= 0xfe00 and <= 0xfe0f)
        || (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format && !IsSpace(rune));

    private static bool IsSpace(Rune rune) =>
        rune.Value is (>= 0x09 and <= 0x0d) or 0x85 || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string OfAscii(string text)
    {
        Span<char> letters = text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length];
        var count = 0;
        foreach (var letter in text)
        {
            if (letter is >= '\t' and <= '\r') letters[count++] = ' ';
            else if (!char.IsControl(letter)) letters[count++] = char.ToLowerInvariant(letter);
        }

        return WithSingleSpaces(letters[..count]);
    }

    // Section 2.6.1.
    private static string WithSingleSpaces(ReadOnlySpan<char> letters)
    {
        var text = new StringBuilder(letters.Length);
        foreach (var word in letters.Split(' '))
        {
            var (start, end) = (word.Start.Value, word.End.Value);
            if (start == end) continue;
            if (text.Length > 0) text.Append(' ');
            text.Append(letters[start..end]);
        }

        return text.ToString();
    }
}
