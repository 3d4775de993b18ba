using System.Globalization;
using System.Text;

namespace Vss.Interlink.Cli.Output;

/// <summary>
/// Lines for people. Names and details come from documents and partners, so characters that could steer a terminal or re-order a line are written as <c>\u{…}</c>;
/// where the output is not a terminal everything beyond ASCII is.
/// </summary>
internal sealed class Page(TextWriter writer, bool plain)
{
    public static Page Out() => new(Console.Out, Console.IsOutputRedirected);

    public string Ok => plain ? "ok  " : "✓";

    public string Broken => plain ? "FAIL" : "✗";

    public void Line(string text = "") => writer.WriteLine(Safe(text).TrimEnd());

    /// <summary>Columns as wide as their widest cell, the last one ragged.</summary>
    public void Table(string indent, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0) return;
        var safe = rows.Select(row => Array.ConvertAll(row, Safe)).ToList();
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => safe.Max(row => Width(row[column]))).ToList();
        foreach (var row in safe)
        {
            var cells = row.Select((cell, column) => cell + new string(' ', widths[column] - Width(cell)));
            writer.WriteLine((indent + string.Join("  ", cells)).TrimEnd());
        }
    }

    private static int Width(string text) => new StringInfo(text).LengthInTextElements;

    private string Safe(string text)
    {
        if (text.All(letter => letter is >= ' ' and <= '~')) return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= ' ' and <= '~' || (!plain && IsHarmless(rune))) safe.Append(rune);
            else safe.Append($"\\u{{{rune.Value:X4}}}");
        }

        return safe.ToString();
    }

    private static bool IsHarmless(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
