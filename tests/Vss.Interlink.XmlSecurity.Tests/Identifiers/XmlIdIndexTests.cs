using System.Text;
using Vss.Interlink.XmlSecurity.Tests.Canonical;
using Vss.Interlink.XmlSecurity.Tests.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Identifiers;

public sealed class XmlIdIndexTests
{
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    [Theory]
    [InlineData("<a xml:id='x'/>", nameof(XmlIdRules.XmlId))]
    [InlineData("<a u:Id='x' xmlns:u='" + Wsu + "'/>", nameof(XmlIdRules.WsuId))]
    [InlineData("<a Id='x'/>", nameof(XmlIdRules.Id))]
    [InlineData("<a ID='x'/>", nameof(XmlIdRules.UpperId))]
    [InlineData("<a id='x'/>", nameof(XmlIdRules.LowerId))]
    [InlineData("<ds:Object Id='x' xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>", nameof(XmlIdRules.SignatureId))]
    [InlineData("<x:SignedProperties Id='x' xmlns:x='http://uri.etsi.org/01903/v1.3.2#'/>", nameof(XmlIdRules.SignatureId))]
    public void An_attribute_identifies_by_its_own_rule_alone(string xml, string rule)
    {
        foreach (var (name, rules) in new Dictionary<string, XmlIdRules>
        {
            [nameof(XmlIdRules.XmlId)] = new() { XmlId = true }, [nameof(XmlIdRules.WsuId)] = new() { WsuId = true }, [nameof(XmlIdRules.Id)] = new() { Id = true },
            [nameof(XmlIdRules.UpperId)] = new() { UpperId = true }, [nameof(XmlIdRules.LowerId)] = new() { LowerId = true }, [nameof(XmlIdRules.SignatureId)] = new() { SignatureId = true },
        })
        {
            var byIdAnywhere = name == nameof(XmlIdRules.Id) && rule == nameof(XmlIdRules.SignatureId);
            Assert.Equal(name == rule || byIdAnywhere, Read(xml, rules).TryFind("x", out _));
        }

        Assert.True(Read(xml, XmlIdRules.Every).TryFind("x", out _));
        Assert.False(Read(xml, new XmlIdRules()).TryFind("x", out _));
    }

    [Theory]
    [InlineData("<a p:Id='x' p:id='x' xmlns:p='urn:p'/>")]
    [InlineData("<a iD='x' Identifier='x' xml:Id='x' xml:ID='x'/>")]
    [InlineData("<a u:ID='x' u:id='x' xmlns:u='" + Wsu + "'/>")]
    [InlineData("<a xmlns:Id='urn:x' xmlns:ID='x:x'/>")]
    [InlineData("<a Id=''/>")]
    public void What_only_looks_like_one_identifies_nothing(string xml) => Assert.Equal(0, Read(xml, XmlIdRules.Every).Count);

    [Fact]
    public void The_place_is_that_of_the_whole_element()
    {
        const string Xml = "<?xml version='1.0'?>\r\n<r><ữ Id='1'>é<b xml:id=' 2 '/></ữ ><c Id='3' ID='three'></c></r>";
        foreach (var encoding in (Encoding[])[new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            byte[] octets = [.. encoding.GetPreamble(), .. encoding.GetBytes(Xml)];
            using var slow = new SlowStream(octets, 3);
            var (index, refusal) = XmlIdIndex.Read(slow, new XmlLimits(), XmlIdRules.Every);
            Assert.Null(refusal);
            Assert.Equal(3, index!.Count);
            foreach (var (id, ordinal, element) in (ReadOnlySpan<(string, int, string)>)
                [("1", 2, "<ữ Id='1'>é<b xml:id=' 2 '/></ữ >"), ("2", 3, "<b xml:id=' 2 '/>"), ("3", 4, "<c Id='3' ID='three'></c>"), ("three", 4, "<c Id='3' ID='three'></c>")])
            {
                Assert.True(index.TryFind(id, out var found));
                Assert.Equal(ordinal, found.Ordinal);
                Assert.Equal(element, encoding.GetString(octets[(int)found.Start..(int)found.End]));
            }
        }
    }

    [Theory]
    [InlineData("<r><a Id='x'/><b Id='x'/></r>")]
    [InlineData("<r><a Id='x'/><b ID='x'/></r>")]
    [InlineData("<r><a Id='x'><b xml:id='x'/></a></r>")]
    [InlineData("<r><a id='x'/><b u:Id=' x ' xmlns:u='" + Wsu + "'/></r>")]
    [InlineData("<r><a Id='x'/><b Id='&#x78;'/></r>")]
    public void One_identifier_of_two_elements_is_refused_over_all_rules(string xml)
    {
        var (index, refusal) = XmlIdIndex.Read(Encoding.UTF8.GetBytes(xml), new XmlLimits(), XmlIdRules.Every);
        Assert.Null(index);
        Assert.Equal(XmlRefusalKind.ForbiddenConstruct, refusal!.Kind);
        Assert.Contains("identifier on two elements", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_attributes_of_one_element_may_say_the_same() => Assert.Equal(1, Read("<a Id='x' ID='x' xml:id='x'/>", XmlIdRules.Every).Count);

    [Fact]
    public void A_rule_that_is_not_active_makes_no_duplicate() => Assert.Equal(1, Read("<r><a Id='x'/><b ID='x'/></r>", new XmlIdRules { Id = true }).Count);

    [Fact]
    public void What_is_found_by_identifier_is_what_is_canonicalised()
    {
        var octets = Encoding.UTF8.GetBytes("<r xmlns='urn:r'><a Id='x'>1</a><b><c Id='y'>2</c></b></r>");
        Assert.True(Read(Encoding.UTF8.GetString(octets), XmlIdRules.Every).TryFind("y", out var found));
        Assert.Equal("<c xmlns=\"urn:r\" Id=\"y\">2</c>", Encoding.UTF8.GetString(Ours.Write(octets, CanonicalizationMethod.Exclusive, XmlSelection.Element(found.Ordinal))));
    }

    [Fact]
    public void A_document_that_is_refused_has_no_index()
    {
        var (index, refusal) = XmlIdIndex.Read("<a Id='x'>"u8.ToArray(), new XmlLimits(), XmlIdRules.Every);
        Assert.Null(index);
        Assert.Equal(XmlRefusalKind.Truncated, refusal!.Kind);
    }

    private static XmlIdIndex Read(string xml, XmlIdRules rules)
    {
        var (index, refusal) = XmlIdIndex.Read(Encoding.UTF8.GetBytes(xml), new XmlLimits(), rules);
        Assert.Null(refusal);
        return index!;
    }
}
