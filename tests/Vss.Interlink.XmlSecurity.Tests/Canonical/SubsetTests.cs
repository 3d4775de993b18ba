using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>One element with what it holds, taken out of its document: Canonical XML 1.0 section 2.4, 1.1 section 2.4, Exclusive XML Canonicalization sections 2 and 3.</summary>
public sealed class SubsetTests
{
    [Theory]
    // All namespaces in scope, the nearest xml: attributes, but not what the element says itself.
    [InlineData("<r xmlns='urn:d' xmlns:a='urn:a' xmlns:b='urn:b' xml:lang='vi' xml:space='preserve'><m xmlns:a='urn:A' xml:lang='en'><e b:x='1' xml:space='default'><f xmlns:a='urn:A' xmlns='urn:d'/></e></m></r>", 3,
        "<e xmlns=\"urn:d\" xmlns:a=\"urn:A\" xmlns:b=\"urn:b\" xml:lang=\"en\" xml:space=\"default\" b:x=\"1\"><f></f></e>")]
    // A default namespace that was taken back is no namespace node, and xmlns="" has nothing to take back at the top.
    [InlineData("<r xmlns='urn:d'><m xmlns=''><e><f xmlns='urn:f'><g xmlns=''/></f></e></m></r>", 3, "<e><f xmlns=\"urn:f\"><g xmlns=\"\"></g></f></e>")]
    // Every attribute of the xml namespace.
    [InlineData("<r xml:id='i' xml:base='x/' xml:any='1'><e/></r>", 2, "<e xml:any=\"1\" xml:base=\"x/\" xml:id=\"i\"></e>")]
    // What elements beside it say is nothing to it.
    [InlineData("<r><s xml:lang='en' xmlns:p='urn:p'><t xml:space='preserve'/></s><e/></r>", 4, "<e></e>")]
    [InlineData("<r><s xml:lang='en'/><m xml:space='default'><n xml:lang='vi'/><e/></m></r>", 5, "<e xml:space=\"default\"></e>")]
    // The root element as an element: nothing outside it.
    [InlineData("<?p?><!--c--><r/><?q?>", 1, "<r></r>")]
    public void Canonical_xml_takes_the_context_along(string xml, int ordinal, string canonical)
    {
        Assert.Equal(canonical, Written(xml, CanonicalizationMethod.Inclusive, ordinal));
        Assert.Equal(canonical, Encoding.UTF8.GetString(Libxml2.Write(Encoding.UTF8.GetBytes(xml), CanonicalizationMethod.Inclusive, ordinal)!));
    }

    [Theory]
    [InlineData("<r xml:id='i' xml:lang='vi' xml:any='1'><e xml:space='default'/></r>", 2, "<e xml:lang=\"vi\" xml:space=\"default\"></e>")]
    [InlineData("<r xml:base='x/y'><e/></r>", 2, "<e xml:base=\"x/y\"></e>")]
    [InlineData("<r><e xml:base='x/../y#z'/></r>", 2, "<e xml:base=\"x/../y#z\"></e>")]
    [InlineData("<r xml:base='http://x.example/một/'><e xml:base='hai'/></r>", 2, "<e xml:base=\"http://x.example/một/hai\"></e>")]
    [InlineData("<r xml:base='some/where'><m><n xml:base='else/'><e xml:base='here'/></n></m></r>", 4, "<e xml:base=\"some/else/here\"></e>")]
    [InlineData("<r xml:base='abc/'><e a='1' xml:base='../'/></r>", 2, "<e a=\"1\"></e>")]
    [InlineData("<r xml:base='a/'><e xml:base='b/'><f xml:base='c/'/></e></r>", 2, "<e xml:base=\"a/b/\"><f xml:base=\"c/\"></f></e>")]
    public void Canonical_xml_11_takes_language_space_and_a_joined_base_along(string xml, int ordinal, string canonical) =>
        Assert.Equal(canonical, Written(xml, CanonicalizationMethod.Inclusive11, ordinal));

    [Theory]
    // Section 2.2's shape: only what is visibly utilised.
    [InlineData("<n0:local xmlns:n0='foo:bar' xmlns:n3='ftp://x.example'><n1:elem2 xmlns:n1='urn:n1' xml:lang='en'><n3:stuff xmlns:n3='ftp://x.example'/></n1:elem2></n0:local>", 2, "",
        "<n1:elem2 xmlns:n1=\"urn:n1\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://x.example\"></n3:stuff></n1:elem2>")]
    // Used deeper only: written where it is used, each time anew beside each other, once above each other.
    [InlineData("<r xmlns:p='urn:p' xmlns:q='urn:q'><e><p:a q:b='1'><p:c q:d='2'/></p:a><p:f/></e></r>", 2, "",
        "<e><p:a xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" q:b=\"1\"><p:c q:d=\"2\"></p:c></p:a><p:f xmlns:p=\"urn:p\"></p:f></e>")]
    [InlineData("<p:r xmlns:p='urn:1'><p:e xmlns:p='urn:2'><p:f xmlns:p='urn:1'/><p:g/></p:e></p:r>", 1, "",
        "<p:r xmlns:p=\"urn:1\"><p:e xmlns:p=\"urn:2\"><p:f xmlns:p=\"urn:1\"></p:f><p:g></p:g></p:e></p:r>")]
    // The default namespace is used by an element without a prefix, never by an attribute.
    [InlineData("<r xmlns='urn:d' xmlns:p='urn:p'><p:e a='1'><f/><p:g xmlns=''><h/></p:g></p:e></r>", 2, "",
        "<p:e xmlns:p=\"urn:p\" a=\"1\"><f xmlns=\"urn:d\"></f><p:g><h></h></p:g></p:e>")]
    [InlineData("<r xmlns='urn:d'><p:e xmlns:p='urn:p' xmlns=''><f xmlns='urn:f'><p:g xmlns=''><h/></p:g></f></p:e></r>", 2, "",
        "<p:e xmlns:p=\"urn:p\"><f xmlns=\"urn:f\"><p:g><h xmlns=\"\"></h></p:g></f></p:e>")]
    // What is listed is written where it is in scope, as inclusive canonicalisation does.
    [InlineData("<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><p:e><f xmlns:q='urn:Q' xmlns=''/></p:e></r>", 2, "q #default",
        "<p:e xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><f xmlns=\"\" xmlns:q=\"urn:Q\"></f></p:e>")]
    [InlineData("<r xmlns='urn:d'><p:e xmlns:p='urn:p'><p:f xmlns=''/></p:e></r>", 2, "#default", "<p:e xmlns=\"urn:d\" xmlns:p=\"urn:p\"><p:f xmlns=\"\"></p:f></p:e>")]
    [InlineData("<r xmlns:q='urn:q'><e xmlns:z='urn:z'/></r>", 2, "z", "<e xmlns:z=\"urn:z\"></e>")]
    [InlineData("<r xmlns:q='urn:q'><e/></r>", 2, "not-there xml\t\n q", "<e xmlns:q=\"urn:q\"></e>")]
    // No attribute of the xml namespace comes along.
    [InlineData("<r xml:lang='vi' xml:base='x'><e/></r>", 2, "", "<e></e>")]
    public void Exclusive_canonicalisation_takes_what_is_used(string xml, int ordinal, string prefixes, string canonical)
    {
        Assert.Equal(canonical, Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(xml), CanonicalizationMethod.Exclusive, XmlSelection.Element(ordinal), prefixes)));
        Assert.Equal(canonical, Encoding.UTF8.GetString(Libxml2.Write(Encoding.UTF8.GetBytes(xml), CanonicalizationMethod.Exclusive, ordinal, prefixes.Length == 0 ? null : prefixes.Replace("\t\n ", " ", StringComparison.Ordinal))!));
    }

    [Fact]
    public void A_subtree_is_left_out_and_nothing_around_it_changes()
    {
        const string Signed = "<r xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>\n <ds:Signature xmlns='urn:s'><ds:Object><e/></ds:Object></ds:Signature>\n <e xmlns='urn:e'/><!--c--><?p?></r>";
        var withoutSignature = XmlSelection.Document with
        {
            LeaveOut = element => element.LocalName.SequenceEqual("Signature"u8) && element.NamespaceName.SequenceEqual("http://www.w3.org/2000/09/xmldsig#"u8),
        };
        Assert.Equal("<r>\n \n <e xmlns=\"urn:e\"></e><?p?></r>", Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(Signed), CanonicalizationMethod.Exclusive, withoutSignature)));
        Assert.Equal("<r>\n \n <e xmlns=\"urn:e\"></e><!--c--><?p?></r>", Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(Signed), CanonicalizationMethod.ExclusiveWithComments, withoutSignature)));
        var noComments = withoutSignature with { Comments = false };
        Assert.Equal("<r>\n \n <e xmlns=\"urn:e\"></e><?p?></r>", Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(Signed), CanonicalizationMethod.ExclusiveWithComments, noComments)));
    }

    [Fact]
    public void Nothing_selected_is_an_error_and_never_empty_octets()
    {
        var octets = "<r><s><e/></s></r>"u8.ToArray();
        foreach (var selection in (XmlSelection[])
            [
                XmlSelection.Element(4),
                XmlSelection.Document with { LeaveOut = element => element.Depth == 1 },
                XmlSelection.Element(3) with { LeaveOut = element => element.Ordinal == 3 },
                XmlSelection.Element(3) with { LeaveOut = element => element.LocalName.SequenceEqual("s"u8) },
            ])
        {
            Assert.Equal(XmlRefusalKind.NothingSelected, Canonicalization.Write(octets, new XmlLimits(), CanonicalizationMethod.Exclusive, selection, OctetSink.To(Stream.Null))!.Kind);
        }
    }

    private static string Written(string xml, CanonicalizationMethod method, int ordinal) => Encoding.UTF8.GetString(Ours.Write(Encoding.UTF8.GetBytes(xml), method, XmlSelection.Element(ordinal)));
}
