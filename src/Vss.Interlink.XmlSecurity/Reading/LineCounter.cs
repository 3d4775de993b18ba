using System.Text;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>Counts lines (by the line ends of XML 1.0 section 2.11), columns and octets while stretches of the document pass.</summary>
internal struct LineCounter
{
    private long _line;
    private long _column;
    private bool _afterReturn;

    public static LineCounter AtStart => new() { _line = 1, _column = 1 };

    /// <summary>Octets of the input that passed.</summary>
    public long Offset { get; set; }

    public readonly XmlPlace Place => new(_line, _column, Offset);

    /// <summary>Counts <paramref name="passed"/>, whole characters of UTF-8 that stood in the input in UTF-8 or in UTF-16.</summary>
    public void Pass(ReadOnlySpan<byte> passed, bool fromUtf16)
    {
        if (passed.IsEmpty) return;
        Offset += fromUtf16 ? 2L * Encoding.UTF8.GetCharCount(passed) : passed.Length;
        var breaks = passed.Contains((byte)'\r') || _afterReturn ? BreaksWithReturns(passed) : passed.Count((byte)'\n');
        _afterReturn = passed[^1] == '\r';
        if (breaks > 0) (_line, _column) = (_line + breaks, 1);
        _column += Encoding.UTF8.GetCharCount(passed[(passed.LastIndexOfAny((byte)'\n', (byte)'\r') + 1)..]);
    }

    private readonly int BreaksWithReturns(ReadOnlySpan<byte> passed)
    {
        var breaks = 0;
        var afterReturn = _afterReturn;
        foreach (var octet in passed)
        {
            if (octet == '\r' || (octet == '\n' && !afterReturn)) breaks++;
            afterReturn = octet == '\r';
        }

        return breaks;
    }
}
