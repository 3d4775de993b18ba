namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>What the first octets say about the encoding: XML 1.0 appendix F.1. Only UTF-8 and UTF-16 are read (section 4.3.3 asks for no more).</summary>
/// <param name="IsUtf16">UTF-16 in either order.</param>
/// <param name="IsBigEndian">The order, when it is UTF-16.</param>
/// <param name="MarkLength">Octets of the byte order mark.</param>
/// <param name="Refused">Name of an encoding that is not read; null otherwise.</param>
internal readonly record struct InputEncoding(bool IsUtf16, bool IsBigEndian, int MarkLength, string? Refused = null)
{
    public static InputEncoding Of(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] or [0, 0, 0, 0x3C, ..] or [0x3C, 0, 0, 0, ..] => new(false, false, 0, "UTF-32"),
        [0x4C, 0x6F, 0xA7, 0x94, ..] => new(false, false, 0, "EBCDIC"),
        [0xFE, 0xFF, ..] => new(true, true, 2),
        [0xFF, 0xFE, ..] => new(true, false, 2),
        [0, 0x3C, ..] => new(true, true, 0),
        [0x3C, 0, ..] => new(true, false, 0),
        [0xEF, 0xBB, 0xBF, ..] => new(false, false, 3),
        _ => default,
    };

    /// <summary>Whether an encoding declaration (production [80]) names what the document is in.</summary>
    public bool IsNamed(ReadOnlySpan<byte> declared)
    {
        Span<byte> lower = stackalloc byte[8];
        if (declared.Length > lower.Length) return false;
        System.Text.Ascii.ToLower(declared, lower, out var length);
        lower = lower[..length];
        if (!IsUtf16) return lower.SequenceEqual("utf-8"u8);
        return lower.SequenceEqual("utf-16"u8) || lower.SequenceEqual(IsBigEndian ? "utf-16be"u8 : "utf-16le"u8);
    }

    public override string ToString() => IsUtf16 ? "UTF-16" : "UTF-8";
}
