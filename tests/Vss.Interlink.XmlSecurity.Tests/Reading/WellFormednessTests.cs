using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>XML 1.0 fifth edition, by section.</summary>
public sealed class WellFormednessTests
{
    [Theory]
    [InlineData("<a/>")]
    [InlineData("<a />")]
    [InlineData("<a\n>\t</a\r\n>")]
    [InlineData("\n<?p?><!----> <a/> <!-- x --><?q y?>\r\n")]                         // [27] Misc
    [InlineData("<?xml version=\"1.0\"?><a/>")]                                       // [23]
    [InlineData("<?xml\tversion = '1.0'\nencoding='UTF-8'  standalone=\"no\" ?><a/>")]
    [InlineData("<a b = '1'\n\tc\r\n=\n\"2\"/>")]                                     // [25] Eq
    [InlineData("<a b=\"'\" c='\"'/>")]                                               // [10]
    [InlineData("<a b='>'>></a>")]
    [InlineData("<a>]] ]> ]]&gt; ]]&#62;</a>")]                                       // [14]
    [InlineData("<a><![CDATA[]]]]><![CDATA[>]]><![CDATA[<&]]></a>")]                  // [18] to [21]
    [InlineData("<a><!-- - -x ->- --></a>")]                                          // [15]
    [InlineData("<a><?p ? > ?? ?></a>")]                                              // [16]
    [InlineData("<a><?xml-stylesheet?><?xmlx?><?x?></a>")]                            // [17]
    [InlineData("<a>&amp;&lt;&gt;&apos;&quot;&#x9;&#10;&#xD;&#xD7FF;&#xE000;&#xFFFD;&#x10000;&#x10FFFF;&#000000000000065;</a>")]
    [InlineData("<_-.0/>")]
    [InlineData("<À/>")]
    [InlineData("<chữ-ký/>")]
    [InlineData("<a\u00B7\u0300\u203F/>")]
    [InlineData("<\u037F/>")]                                                          // fifth edition only
    [InlineData("<\u2C00\U00010000\U000EFFFF/>")]
    public void What_the_grammar_allows_is_read(string xml) => Assert.Null(Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml)).Refused);

    [Theory]
    [InlineData("", "no root element")]
    [InlineData(" \n<!-- x -->", "no root element")]
    [InlineData("<a/><b/>", "second root element")]
    [InlineData("<a/>x", "outside its root element")]
    [InlineData("x<a/>", "outside its root element")]
    [InlineData("&#32;<a/>", "outside its root element")]
    [InlineData("<a/>&amp;", "outside its root element")]
    [InlineData("<![CDATA[]]><a/>", "'<!'")]
    [InlineData("</a>", "without a start tag")]
    [InlineData("<a></b>", "end tag 'b' where the element 'a'")]
    [InlineData("<a></a b='1'>", "more in an end tag")]
    [InlineData("<a><ab></a></ab>", "end tag 'a' where the element 'ab'")]
    [InlineData("< a/>", "begin with a name")]
    [InlineData("<1/>", "where a name must stand")]
    [InlineData("<-a/>", "where a name must stand")]
    [InlineData("<a\u00D7/>", "where a name must stand")]
    [InlineData("<\u0300/>", "where a name must stand")]
    [InlineData("<\u037E/>", "where a name must stand")]
    [InlineData("<\U000F0000/>", "where a name must stand")]
    [InlineData("<a/ >", "'/' in a tag")]
    [InlineData("<a/b>", "'/' in a tag")]
    [InlineData("<a b>", "without '='")]
    [InlineData("<a b=c>", "without quotes")]
    [InlineData("<a b='1'c='2'/>", "without white space")]
    [InlineData("<a@/>", "without white space")]
    [InlineData("<a ='1'/>", "begin with a name")]
    [InlineData("<a b='<'/>", "'<' in an attribute value")]
    [InlineData("<a b='&'/>", "begins no reference")]
    [InlineData("<a b='1' b='2'/>", "two attributes of one name")]
    [InlineData("<a>]]></a>", "']]>' in text")]
    [InlineData("<a>]]]></a>", "']]>' in text")]
    [InlineData("<a><!-- -- --></a>", "'--' in a comment")]
    [InlineData("<a><!-- ---></a>", "'--' in a comment")]
    [InlineData("<a><!-x></a>", "'<!'")]
    [InlineData("<a><![CDAT[x]]></a>", "'<!'")]
    [InlineData("<!ENTITY a 'b'><a/>", "'<!'")]
    [InlineData("<a><? p?></a>", "without a name as its target")]
    [InlineData("<a><?p=?></a>", "cannot have in a processing instruction")]
    [InlineData("<a><?xml x?></a>", "XML declaration elsewhere")]
    [InlineData("<a><?XmL?></a>", "XML declaration elsewhere")]
    [InlineData(" <?xml version='1.0'?><a/>", "XML declaration elsewhere")]
    [InlineData("<?xml?><a/>", "or a malformed one")]
    [InlineData("<?xml version='1.1'?><a/>", "XML 1.0")]
    [InlineData("<?xml version='1.00'?><a/>", "XML 1.0")]
    [InlineData("<?xml encoding='utf-8'?><a/>", "XML 1.0")]
    [InlineData("<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>", "malformed XML declaration")]
    [InlineData("<?xml version='1.0'encoding='utf-8'?><a/>", "malformed XML declaration")]
    [InlineData("<?xml version='1.0\"?><a/>", "malformed XML declaration")]
    [InlineData("<?xml version='1.0' standalone='maybe'?><a/>", "yes or no")]
    [InlineData("<?xml version='1.0' standalone=''?><a/>", "malformed XML declaration")]
    [InlineData("<?xml version='1.0' ? ><a/>", "malformed XML declaration")]
    [InlineData("<a>&b;</a>", "entity 'b', which is not declared")]
    [InlineData("<a>&AMP;</a>", "entity 'AMP', which is not declared")]
    [InlineData("<a>&amp</a>", "begins no reference")]
    [InlineData("<a>& amp;</a>", "begins no reference")]
    [InlineData("<a>&#;</a>", "character that XML does not allow")]
    [InlineData("<a>&#x;</a>", "character that XML does not allow")]
    [InlineData("<a>&#X41;</a>", "something else than digits")]
    [InlineData("<a>&#4a;</a>", "something else than digits")]
    [InlineData("<a>&#0;</a>", "character that XML does not allow")]
    [InlineData("<a>&#x1F;</a>", "character that XML does not allow")]
    [InlineData("<a>&#xD800;</a>", "character that XML does not allow")]
    [InlineData("<a>&#xFFFE;</a>", "character that XML does not allow")]
    [InlineData("<a>&#x110000;</a>", "character that XML does not allow")]
    [InlineData("<a>&#4294967361;</a>", "character that XML does not allow")]
    public void What_it_does_not_allow_is_refused_and_named(string xml, string named)
    {
        var refused = Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml)).Refused;
        Assert.NotNull(refused);
        Assert.Equal(XmlRefusalKind.NotWellFormed, refused.Kind);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<?p?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")]
    [InlineData("<!DOCTYPE a SYSTEM 'http://x.example/a.dtd'><a/>")]
    public void A_document_type_declaration_is_a_forbidden_construct(string xml) =>
        Assert.Equal(XmlRefusalKind.ForbiddenConstruct, Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml)).Refused!.Kind);

    [Fact]
    public void Wherever_a_document_is_cut_it_is_refused_and_never_taken_for_whole()
    {
        const string Whole = "<?xml version='1.0'?><!--c--><a:é xmlns:a='urn:a' b='&amp;&#65;'>t&lt;<![CDATA[x]]>]]<?p q?><b/></a:é>";
        var octets = Encoding.UTF8.GetBytes(Whole);
        Assert.Null(Infoset.ByTokenizer(octets).Refused);
        for (var length = 0; length < octets.Length; length++)
        {
            var refused = Infoset.ByTokenizer(octets[..length]).Refused;
            Assert.NotNull(refused);
            Assert.True(refused.Kind is XmlRefusalKind.Truncated or XmlRefusalKind.NotWellFormed);
        }
    }

    [Theory]
    [InlineData("a\nb\r\nc\rd\r\r\ne\n\r", "a\nb\nc\nd\n\ne\n\n")]
    [InlineData("&#13;&#10;\r\n&#xD;\r", "\r\n\n\r\n")]
    public void Line_ends_are_one_line_feed_and_references_are_what_they_name(string source, string text)
    {
        foreach (var (opening, closing) in (ReadOnlySpan<(string, string)>)[("", ""), ("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?p ", "?>")])
        {
            if (opening.Length > 0 && source.Contains('&', StringComparison.Ordinal)) continue;
            var (ours, _) = Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a>{opening}{source}{closing}</a>"));
            Assert.Contains(text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal), ours, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\n\nx y\tz\r\nw\r", "  x y z w ")]
    [InlineData("&#xD;&#xA;&#x9;&#x20;", "\\r\\n\t ")]
    [InlineData("a&amp;b&lt;c&gt;d&apos;e&quot;", "a&b<c>d'e\"")]
    [InlineData("&#38;lt;", "&lt;")]
    [InlineData("", "")]
    public void Attribute_values_are_normalised_as_character_data(string source, string value)
    {
        Assert.Contains($"attribute b {{}} {value}\n", Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a b=\"{source}\"/>")).Text, StringComparison.Ordinal);
        Assert.Contains($"attribute b {{}} {value}\n", Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a c='&#9;' b='{source}' d=' '/>")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a>\n  <b></c></a>", 2, 8, 11)]
    [InlineData("<a>\r\n\r<b></c></a>", 3, 6, 11)]
    [InlineData("<chữ>\U0001F600ữ<b></c></chữ>", 1, 14, 19)]
    [InlineData("\uFEFF<a><b></c></a>", 1, 9, 11)]
    public void The_place_is_line_column_and_octet(string xml, int line, int column, int offset)
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        var place = new XmlPlace(line, column, offset);
        Assert.Equal(place, Infoset.ByTokenizer(octets).Refused!.Place);
        using var slow = new Vss.Interlink.XmlSecurity.Reading.XmlTokenizer(new SlowStream(octets, 1), Infoset.Wide);
        Assert.Equal(place, Infoset.ByTokenizer(slow).Refused!.Place);
    }

    [Fact]
    public void A_refusal_is_the_same_however_the_octets_come() => Documents.GeneratedDocuments.All(300, xml =>
    {
        foreach (var octets in Documents.Mutations.Of(Encoding.UTF8.GetBytes(xml), 4))
        {
            var whole = Infoset.ByTokenizer(octets).Refused;
            using var slow = new Vss.Interlink.XmlSecurity.Reading.XmlTokenizer(new SlowStream(octets, 1), Infoset.Wide);
            var cut = Infoset.ByTokenizer(slow).Refused;
            Assert.Equal((whole?.Kind, whole?.Message, whole?.Place), (cut?.Kind, cut?.Message, cut?.Place));
        }
    });
}
