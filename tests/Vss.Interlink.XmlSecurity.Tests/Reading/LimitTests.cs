using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

public sealed class LimitTests
{
    private static readonly XmlLimits Limits = new()
    {
        MaxBytes = 400, MaxDepth = 4, MaxElements = 6, MaxAttributes = 3, MaxNameLength = 10, MaxAttributeLength = 20, MaxTagBytes = 80, MaxNamespaces = 3, MaxNamespaceNames = 12,
    };

    public static TheoryData<string, string, string> AtTheLimitAndBeyond => new()
    {
        { "<a><b><c><d/></c></b></a>", "<a><b><c><d><e/></d></c></b></a>", "deeper than 4 levels" },
        { "<a><b/><b/><b/><b/><b/></a>", "<a><b/><b/><b/><b/><b/><b/></a>", "more than 6 elements" },
        { "<a b='' c='' d=''/>", "<a b='' c='' d='' e=''/>", "more than 3 attributes" },
        { "<a xmlns='u:1' xmlns:c='u:2' d=''/>", "<a xmlns='u:1' xmlns:c='u:2' d='' e=''/>", "more than 3 attributes" },
        { "<aaaaaaaaaa/>", "<aaaaaaaaaaa/>", "element name longer than 10 octets" },
        { "<ữữữa/>", "<ữữữaa/>", "element name longer than 10 octets" },
        { "<a aaaaaaaaaa=''/>", "<a aaaaaaaaaaa=''/>", "attribute name longer than 10 octets" },
        { "<a><?aaaaaaaaaa?></a>", "<a><?aaaaaaaaaaa?></a>", "target of a processing instruction longer than 10 octets" },
        { "<a b='xxxxxxxxxxxxxxxxxxxx'/>", "<a b='xxxxxxxxxxxxxxxxxxxxx'/>", "attribute longer than 20 octets" },
        { "<a b='&#32;&#32;&#32;&#32;'/>", "<a b='&#32;&#32;&#32;&#32;.'/>", "attribute longer than 20 octets" },
        { "<a>&#00000000000000000065;</a>", "<a>&#000000000000000000065;</a>", "character reference longer than 20 octets" },
        { "<a" + new string(' ', 77) + ">" + "</a>", "<a" + new string(' ', 78) + ">" + "</a>", "tag longer than 80 octets" },
        { "<a xmlns:a='u:1' xmlns:b='u:2'><b xmlns:c='u:3'/><b xmlns:c='u:3'/></a>", "<a xmlns:a='u:1' xmlns:b='u:2'><b xmlns:c='u:3'><b xmlns:c='u:3'/></b></a>", "more than 3 namespaces in scope" },
        { "<a><b xmlns:a='u:1'/><b xmlns:b='u:2'/><b xmlns:c='u:3'/><b xmlns='u:2'/></a>", "<a><b xmlns:a='u:1'/><b xmlns:b='u:2'/><b xmlns:c='u:3'/><b xmlns:d='u:4'/></a>", "more than 12 different prefixes" },
        { "<a>" + new string('x', 393) + "</a>", "<a>" + new string('x', 394) + "</a>", "longer than 400 octets" },
    };

    [Theory]
    [MemberData(nameof(AtTheLimitAndBeyond))]
    public void What_reaches_a_limit_is_read_and_what_passes_it_is_refused(string within, string beyond, string named)
    {
        foreach (var atATime in (int[])[1, 1000])
        {
            using var small = new XmlTokenizer(new SlowStream(Encoding.UTF8.GetBytes(within), atATime), Limits);
            Assert.Null(Infoset.ByTokenizer(small).Refused);
            using var large = new XmlTokenizer(new SlowStream(Encoding.UTF8.GetBytes(beyond), atATime), Limits);
            var refused = Infoset.ByTokenizer(large).Refused;
            Assert.Equal(XmlRefusalKind.LimitExceeded, refused!.Kind);
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.True(refused.Place.Line > 0);
        }

        Assert.Null(Infoset.ByTokenizer(Encoding.UTF8.GetBytes(within), Limits).Refused);
        Assert.Contains(named, Infoset.ByTokenizer(Encoding.UTF8.GetBytes(beyond), Limits).Refused!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a")]
    [InlineData("<a b='")]
    [InlineData("<a ")]
    [InlineData("<a>&")]
    [InlineData("<a>&#")]
    [InlineData("<?xml version='1")]
    [InlineData("<a></")]
    public void What_never_ends_is_left_at_its_limit_and_not_gathered(string beginning)
    {
        // Far below the limit on the document, and below what any of these may hold.
        var limits = new XmlLimits { MaxBytes = long.MaxValue };
        using var endless = new EndlessStream(Encoding.UTF8.GetBytes(beginning), beginning[^1] == ' ' ? (byte)' ' : (byte)'1');
        using var xml = new XmlTokenizer(endless, limits);
        Assert.Equal(XmlRefusalKind.LimitExceeded, Infoset.ByTokenizer(xml).Refused!.Kind);
        Assert.InRange(endless.Given, 1, 4 * limits.MaxTagBytes);
    }

    [Fact]
    public void No_text_of_a_refusal_quotes_more_than_a_cut_name()
    {
        const string Personal = "079123456789079123456789079123456789";
        foreach (var xml in (string[])[$"<a><n{Personal}></a>", $"<a b='{Personal}' b='{Personal}'/>", $"<a>{Personal}]]></a>", $"<a>&n{Personal};</a>", $"<n{Personal}:a/>", $"<a><?{Personal}?></a>", $"<a n{Personal}:b=''/>"])
        {
            Assert.DoesNotContain(Personal[..24], Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml)).Refused!.Message, StringComparison.Ordinal);
        }
    }
}
