using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>Namespaces in XML 1.0 third edition, by section.</summary>
public sealed class NamespaceTests
{
    [Theory]
    [InlineData("<a xmlns='urn:a'><b xmlns=''/><c/></a>", "start a {urn:a}a|start b {}b|start c {urn:a}c")]                                         // 6.2
    [InlineData("<p:a xmlns:p='urn:1'><p:a xmlns:p='urn:2'/><p:a/></p:a>", "start p:a {urn:1}a|start p:a {urn:2}a|start p:a {urn:1}a")]            // 6.1
    [InlineData("<a p:b='1' b='2' xmlns:p='urn:1' xmlns='urn:1'/>", "attribute p:b {urn:1} 1|attribute b {} 2")]                                   // 6.2: none for attributes
    [InlineData("<xml:a xml:b='1'/>", "start xml:a {http://www.w3.org/XML/1998/namespace}a")]                                                       // 3
    [InlineData("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "attribute xmlns:xml {http://www.w3.org/2000/xmlns/}")]
    [InlineData("<a xmlns:xmlx='urn:x' xmlnsx='1'/>", "attribute xmlnsx {} 1")]
    [InlineData("<a xmlns:p='&#117;rn:1'><b xmlns:q='urn:1' q:c='' /></a>", "attribute q:c {urn:1}")]
    public void Names_are_resolved(string xml, string lines)
    {
        var (ours, refused) = Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml));
        Assert.Null(refused);
        var from = 0;
        foreach (var line in lines.Split('|'))
        {
            from = ours.IndexOf(line, from, StringComparison.Ordinal);
            Assert.True(from >= 0, ours);
            from += line.Length;
        }
    }

    [Theory]
    [InlineData("<p:a/>", "prefix 'p' is not declared")]
    [InlineData("<a p:b=''/>", "prefix 'p' is not declared")]
    [InlineData("<a><b xmlns:p='urn:1'/><p:c/></a>", "prefix 'p' is not declared")]
    [InlineData("<a><b xmlns:p='urn:1'></b><c p:d=''/></a>", "prefix 'p' is not declared")]
    [InlineData("<a xmlns:p=''/>", "declared as no namespace")]                                                      // 5, No Prefix Undeclaring
    [InlineData("<a xmlns:p='urn:1'><b xmlns:p=''/></a>", "declared as no namespace")]
    [InlineData("<a xmlns:xml='urn:1'/>", "prefix xml declared")]                                                    // 3, Reserved Prefixes
    [InlineData("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "another prefix than xml")]
    [InlineData("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "another prefix than xml")]
    [InlineData("<a xmlns:xmlns='urn:1'/>", "prefix xmlns declared")]
    [InlineData("<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", "prefix xmlns declared")]
    [InlineData("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "namespace of xmlns")]
    [InlineData("<a xmlns='http://www.w3.org/2000/xmlns/'/>", "namespace of xmlns")]
    [InlineData("<xmlns:a/>", "with the prefix xmlns")]
    [InlineData("<a xmlns:p='urn:1' xmlns:p='urn:1'/>", "declared twice")]
    [InlineData("<a xmlns='urn:1' xmlns='urn:2'/>", "declared twice")]
    [InlineData("<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>", "two attributes of one name")]                 // 6.3
    [InlineData("<a:/>", "where a name must stand")]                                                                 // 4
    [InlineData("<:a/>", "where a name must stand")]
    [InlineData("<a:b:c xmlns:a='urn:a'/>", "where a name must stand")]
    [InlineData("<a:1 xmlns:a='urn:a'/>", "where a name must stand")]
    [InlineData("<a xmlns:='urn:a'/>", "where a name must stand")]
    [InlineData("<a xmlns:1='urn:a'/>", "where a name must stand")]
    [InlineData("<a><?p:q?></a>", "without a name as its target")]                                                   // 7
    [InlineData("<a>&p:q;</a>", "begins no reference")]
    public void What_the_recommendation_forbids_is_refused(string xml, string named)
    {
        var refused = Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml)).Refused;
        Assert.Equal(XmlRefusalKind.NotWellFormed, refused!.Kind);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(60)]
    public void A_duplicate_is_found_among_few_attributes_and_among_many(int count)
    {
        var attributes = string.Concat(Enumerable.Range(0, count).Select(number => $" p:a{number}='' a{number}=''"));
        const string Declarations = " xmlns:p='urn:1' xmlns:q='urn:1' xmlns:r='urn:2'";
        var wide = new XmlLimits { MaxAttributes = 1000 };
        Assert.Null(Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a{Declarations}{attributes} r:a1=''/>"), wide).Refused);
        Assert.NotNull(Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a{Declarations}{attributes} q:a{count - 1}=''/>"), wide).Refused);
        Assert.NotNull(Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a{Declarations}{attributes} a0=''/>"), wide).Refused);
    }
}
