using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>XML 1.0 sections 2.2 and 4.3.3, appendix F.</summary>
public sealed class EncodingTests
{
    public static TheoryData<string, byte[]> NotUtf8 => new()
    {
        { "a lone continuation", [0x80] },
        { "a lead without its continuation", [0xC3, 0x28] },
        { "overlong in two", [0xC0, 0xAF] },
        { "overlong in three", [0xE0, 0x80, 0xAF] },
        { "overlong in four", [0xF0, 0x80, 0x80, 0xAF] },
        { "a surrogate", [0xED, 0xA0, 0x80] },
        { "a pair of surrogates", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80] },
        { "beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80] },
        { "five octets", [0xF8, 0x88, 0x80, 0x80, 0x80] },
        { "U+FFFE", [0xEF, 0xBF, 0xBE] },
        { "U+FFFF", [0xEF, 0xBF, 0xBF] },
        { "NUL", [0] },
        { "U+001F", [0x1F] },
    };

    [Theory]
    [MemberData(nameof(NotUtf8))]
    public void Octets_that_are_no_allowed_character_are_refused_in_every_place(string what, byte[] octets)
    {
        foreach (var (before, after) in (ReadOnlySpan<(string, string)>)
            [("<a>é", "</a>"), ("<a b='", "'/>"), ("<a><!--", "--></a>"), ("<a><?p ", "?></a>"), ("<a><![CDATA[", "]]></a>"), ("<a", "/>"), ("<a xmlns='", "'/>"), ("<a/>", ""), ("<a></a", ">")])
        {
            byte[] document = [.. Encoding.UTF8.GetBytes(before), .. octets, .. Encoding.UTF8.GetBytes(after)];
            Assert.True(Infoset.ByTokenizer(document).Refused is { Kind: XmlRefusalKind.NotWellFormed }, what + " in " + before);
            using var slow = new XmlTokenizer(new SlowStream(document, 1), Infoset.Wide);
            Assert.True(Infoset.ByTokenizer(slow).Refused is { Kind: XmlRefusalKind.NotWellFormed }, what + " in " + before);
        }
    }

    [Fact]
    public void Characters_at_the_edges_of_what_is_allowed_are_read()
    {
        const string Text = "\t\n\u007F\u0080\u0085\u009F\u2028\uD7FF\uE000\uFDD0\uFEFF\uFFFC\uFFFD\U00010000\U0001FFFF\U0010FFFF";
        Assert.Contains(Text.Replace("\n", "\\n", StringComparison.Ordinal), Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a>{Text}</a>")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FE FF 00 3C 00 61 00 3E DC 00 00 3C 00 2F 00 61 00 3E", "low surrogate alone")]
    [InlineData("FE FF 00 3C 00 61 00 3E D8 3D 00 61 00 3C 00 2F 00 61 00 3E", "high surrogate alone")]
    [InlineData("FE FF 00 3C 00 61 00 3E FF FE 00 3C 00 2F 00 61 00 3E", "U+FFFE")]
    public void Broken_utf16_is_refused(string hexadecimal, string what) =>
        Assert.True(Infoset.ByTokenizer(Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal))).Refused is { Kind: XmlRefusalKind.NotWellFormed }, what);

    [Theory]
    [InlineData("3C 61 2F 3E C3")]
    [InlineData("3C 61 3E E1 BB")]
    [InlineData("FE FF 00 3C 00 61 00 2F 00 3E D8 00")]
    [InlineData("FF FE 3C 00 61 00 2F 00 3E 00 20")]
    public void A_document_that_ends_within_a_character_is_truncated(string hexadecimal) =>
        Assert.Equal(XmlRefusalKind.Truncated, Infoset.ByTokenizer(Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal))).Refused!.Kind);

    [Theory]
    [InlineData("utf-8", "utf-8", true)]
    [InlineData("utf-8", "UTF-8", true)]
    [InlineData("utf-8", "utf8", false)]
    [InlineData("utf-8", "US-ASCII", false)]
    [InlineData("utf-8", "utf-16", false)]
    [InlineData("utf-16", "UTF-16", true)]
    [InlineData("utf-16", "utf-16LE", true)]
    [InlineData("utf-16", "utf-16BE", false)]
    [InlineData("utf-16BE", "utf-16BE", true)]
    [InlineData("utf-16BE", "utf-8", false)]
    public void The_declared_encoding_must_be_the_one_it_is_in(string actual, string declared, bool read)
    {
        var encoding = Encoding.GetEncoding(actual);
        byte[] octets = [.. encoding.GetPreamble(), .. encoding.GetBytes($"<?xml version='1.0' encoding='{declared}'?><a/>")];
        Assert.Equal(read ? null : XmlRefusalKind.UnsupportedEncoding, Infoset.ByTokenizer(octets).Refused?.Kind);
    }

    [Fact]
    public void Offsets_are_those_of_the_octets_that_came()
    {
        byte[] octets = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("<a>ữ\U0001F600\n<b></c></a>")];
        Assert.Equal(new XmlPlace(2, 6, 2 + (2 * 12)), Infoset.ByTokenizer(octets).Refused!.Place);
    }

    [Fact]
    public void A_large_document_in_utf16_is_read_through_the_same_window()
    {
        var xml = "<a>" + string.Concat(Enumerable.Repeat("<b c='é'>chữ ký\U0001F600</b>\r\n", 20_000)) + "</a>";
        var utf8 = Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml));
        Assert.Null(utf8.Refused);
        using var utf16 = new XmlTokenizer(new MemoryStream([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(xml)]), Infoset.Wide);
        Assert.Equal(utf8.Text, Infoset.ByTokenizer(utf16).Text);
    }
}
