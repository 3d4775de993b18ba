using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>Canonical XML 1.0 and 1.1 by section; the shapes of section 3's examples with content of our own.</summary>
public sealed class CanonicalXmlTests
{
    [Theory]
    // 3.1 PIs, comments, and outside of the document element
    [InlineData("<?xml version=\"1.0\"?>\n\n<?sheet   href=\"a.xsl\"\n   type=\"text/xsl\"   ?>\n\n\n<hồ-sơ>Xin chào<!-- một --></hồ-sơ>\n\n<?rỗng     ?>\n\n<!-- hai -->\n<!-- ba -->",
        "<?sheet href=\"a.xsl\"\n   type=\"text/xsl\"   ?>\n<hồ-sơ>Xin chào</hồ-sơ>\n<?rỗng?>",
        "<?sheet href=\"a.xsl\"\n   type=\"text/xsl\"   ?>\n<hồ-sơ>Xin chào<!-- một --></hồ-sơ>\n<?rỗng?>\n<!-- hai -->\n<!-- ba -->")]
    [InlineData("<!-- a --> <!----><a/><?p?>", "<a></a>\n<?p?>", "<!-- a -->\n<!---->\n<a></a>\n<?p?>")]
    // 3.2 white space in document content
    [InlineData("<a>\n   <sạch>   </sạch>\n   <bẩn>   A   B   </bẩn>\n   <lẫn>\n      A\r\n      <b>\tB</b>\r   C\n   </lẫn>\n</a>",
        "<a>\n   <sạch>   </sạch>\n   <bẩn>   A   B   </bẩn>\n   <lẫn>\n      A\n      <b>\tB</b>\n   C\n   </lẫn>\n</a>", null)]
    // 3.3 start and end tags
    [InlineData("<a><e1   /><e2   ></e2><e3   name = \"elem3\"   id=\"elem3\"   /><e4   xmlns=\"urn:d\" b:attr=\"sorted\" a:attr=\"out\" attr2=\"all\" attr=\"I'm\" xmlns:b=\"urn:a\" xmlns:a=\"urn:b\"/></a>",
        "<a><e1></e1><e2></e2><e3 id=\"elem3\" name=\"elem3\"></e3><e4 xmlns=\"urn:d\" xmlns:a=\"urn:b\" xmlns:b=\"urn:a\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e4></a>", null)]
    [InlineData("<a xmlns='' xmlns:p='urn:p'><b xmlns='urn:d'><c xmlns=''><d xmlns='urn:d' xmlns:p='urn:p'/></c><e xmlns='urn:d'/></b></a>",
        "<a xmlns:p=\"urn:p\"><b xmlns=\"urn:d\"><c xmlns=\"\"><d xmlns=\"urn:d\"></d></c><e></e></b></a>", null)]
    // 3.4 character modifications and character references
    [InlineData("<a><t>Dòng một&#xD;\nDòng hai</t><g>&#x32;</g><g><![CDATA[v>\"0\" && v<\"10\" ?\"ok\":\"no\"]]></g><n attr='v>\"0\" &amp;&amp; v&lt;\"10\" ?\"ok\":\"no\"'/><n attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></a>",
        "<a><t>Dòng một&#xD;\nDòng hai</t><g>2</g><g>v&gt;\"0\" &amp;&amp; v&lt;\"10\" ?\"ok\":\"no\"</g><n attr=\"v>&quot;0&quot; &amp;&amp; v&lt;&quot;10&quot; ?&quot;ok&quot;:&quot;no&quot;\"></n><n attr=\" '    &#xD;&#xA;&#x9;   ' \"></n></a>", null)]
    // 2.3: what is not replaced
    [InlineData("<a b=\"'>\u00A0\u2028\">'\"\t&#x9;\u0085</a>", "<a b=\"'>\u00A0\u2028\">'\"\t\t\u0085</a>", null)]
    [InlineData("<a>&#xA;&#x20AC;\U0001F600</a>", "<a>\n€\U0001F600</a>", null)]
    // 2.2: namespace names are attribute values, and come in the order of their prefixes
    [InlineData("<a xmlns:z='urn:1&amp;&#34;&#9;' xmlns:b='urn:2' xmlns='urn:3' xmlns:B='urn:4'/>", "<a xmlns=\"urn:3\" xmlns:B=\"urn:4\" xmlns:b=\"urn:2\" xmlns:z=\"urn:1&amp;&quot;&#x9;\"></a>", null)]
    // 2.2: the order of attributes is that of code points, in UTF-16 it would be another one
    [InlineData("<a \U00010000=\"2\" \uFA0E=\"1\"/>", "<a \uFA0E=\"1\" \U00010000=\"2\"></a>", null)]
    [InlineData("<a xmlns:p='urn:\U00010000' xmlns:q='urn:\uFA0E' p:b='2' q:b='1'/>", "<a xmlns:p=\"urn:\U00010000\" xmlns:q=\"urn:\uFA0E\" q:b=\"1\" p:b=\"2\"></a>", null)]
    // The namespace of xml is never written
    [InlineData("<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='vi'/>", "<a xml:lang=\"vi\"></a>", null)]
    public void A_whole_document(string xml, string canonical, string? withComments)
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            if (method.IsExclusive && xml.Contains("xmlns", StringComparison.Ordinal)) continue;
            Assert.Equal(method.WithComments ? withComments ?? canonical : canonical, Written(xml, method));
        }
    }

    [Fact]
    public void What_is_canonical_stays_as_it_is() => Documents.GeneratedDocuments.All(500, xml =>
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var once = Ours.Write(Encoding.UTF8.GetBytes(xml), method);
            Assert.Equal(once, Ours.Write(once, method));
        }
    });

    [Theory]
    [InlineData("<a xmlns='relative'/>")]
    [InlineData("<a xmlns:p='../up'/>")]
    [InlineData("<a xmlns:p='//host/path'/>")]
    [InlineData("<a xmlns:p='#x'/>")]
    [InlineData("<a xmlns:p='1a:b'/>")]
    [InlineData("<a xmlns:p=':b'/>")]
    [InlineData("<a><b><c xmlns='x'/></b></a>")]
    public void A_relative_namespace_name_is_refused(string xml)
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var refusal = Canonicalization.Write(Encoding.UTF8.GetBytes(xml), new XmlLimits(), method, XmlSelection.Document, OctetSink.To(Stream.Null));
            Assert.Equal(XmlRefusalKind.ForbiddenConstruct, refusal!.Kind);
        }
    }

    [Fact]
    public void Methods_are_known_by_their_identifiers_and_no_others()
    {
        Assert.Equal(6, CanonicalizationMethod.All.Select(method => method.Uri).Distinct().Count());
        foreach (var method in CanonicalizationMethod.All)
        {
            Assert.True(CanonicalizationMethod.TryFromUri(method.Uri, out var found));
            Assert.Same(method, found);
        }

        Assert.False(CanonicalizationMethod.TryFromUri("http://www.w3.org/2001/10/xml-exc-c14n", out _));
        Assert.False(CanonicalizationMethod.TryFromUri("http://www.w3.org/2010/xml-c14n2", out _));
        Assert.False(CanonicalizationMethod.TryFromUri(null, out _));
    }

    private static string Written(string xml, CanonicalizationMethod method) => Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(xml), method));
}
