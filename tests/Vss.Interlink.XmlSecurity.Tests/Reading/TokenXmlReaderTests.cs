using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity.Tests.Documents;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

public sealed class TokenXmlReaderTests
{
    [Fact]
    public void It_walks_as_the_platforms_reader_walks() => GeneratedDocuments.All(1500, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        using var ours = SafeXml.Reader(new MemoryStream(octets), Infoset.Wide);
        using var theirs = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        while (true)
        {
            Assert.Equal(theirs.Read(), ours.Read());
            Assert.Equal(Seen(theirs), Seen(ours));
            if (theirs.EOF) break;
            while (theirs.MoveToNextAttribute())
            {
                Assert.True(ours.MoveToNextAttribute());
                Assert.Equal(Seen(theirs), Seen(ours));
                Assert.True(theirs.ReadAttributeValue());
                Assert.True(ours.ReadAttributeValue());
                Assert.Equal(Seen(theirs), Seen(ours));
                Assert.False(ours.ReadAttributeValue());
            }

            Assert.Equal(theirs.MoveToElement(), ours.MoveToElement());
        }
    });

    [Fact]
    public void Trees_are_the_same() => GeneratedDocuments.All(1500, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        var theirs = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        theirs.Load(XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit }));
        Assert.Equal(Tree(theirs), Tree(SafeXml.Load(octets, Infoset.Wide).Document!));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void A_value_can_be_taken_in_pieces(int size)
    {
        const string Text = "a &amp; b\r\n<![CDATA[chữ]]>\U0001F600<!--c-->  \n <b/>   ";
        using var xml = SafeXml.Reader(new SlowStream(Encoding.UTF8.GetBytes($"<a>{Text}</a>"), 2), new XmlLimits());
        var value = new StringBuilder();
        var piece = new char[size];
        xml.MoveToContent();
        while (xml.Read())
        {
            if (xml.NodeType is XmlNodeType.Element or XmlNodeType.EndElement) continue;
            int read;
            while ((read = xml.ReadValueChunk(piece, 0, size)) > 0) value.Append(piece, 0, read);
            value.Append('|');
        }

        Assert.Equal("a & b\n|chữ|\U0001F600|c|  \n |   |", value.ToString());
    }

    [Fact]
    public void What_was_not_asked_for_is_passed_over()
    {
        using var xml = SafeXml.Reader(new MemoryStream("<a>text<b x='1'><c/>more</b><!--c--><d>1</d></a>"u8.ToArray()), new XmlLimits());
        xml.MoveToContent();
        xml.ReadStartElement("a");
        Assert.Equal(XmlNodeType.Text, xml.NodeType);
        xml.Read();
        Assert.Equal("1", xml.GetAttribute("x"));
        Assert.Null(xml.GetAttribute("y"));
        xml.Skip();
        Assert.Equal("1", xml.ReadToNextSibling("d") ? xml.ReadElementContentAsString() : "");
        xml.ReadEndElement();
        Assert.True(xml.EOF);
    }

    [Fact]
    public void A_reader_that_refused_stays_where_it_is()
    {
        using var xml = SafeXml.Reader(new MemoryStream("<a></b><c/>"u8.ToArray()), new XmlLimits());
        Assert.True(xml.Read());
        Assert.Throws<XmlRefusedException>(() => xml.Read());
        Assert.Equal(ReadState.Error, xml.ReadState);
        Assert.False(xml.Read());
    }

    private static string Seen(XmlReader xml)
    {
        var value = xml.NodeType is XmlNodeType.XmlDeclaration ? "" : xml.Value;   // quotes differ
        return $"{xml.NodeType} {xml.Name} {xml.Prefix} {xml.LocalName} {xml.NamespaceURI} {value} {xml.Depth} {xml.IsEmptyElement} {xml.AttributeCount} {xml.HasValue} {xml.EOF} {xml.LookupNamespace("a")} {xml.LookupNamespace("")}";
    }

    private static string Tree(XmlNode node)
    {
        var text = new StringBuilder($"{node.NodeType} {node.Name} {node.NamespaceURI} {node.Value}[");
        foreach (XmlNode attribute in (IEnumerable<XmlNode>?)node.Attributes?.Cast<XmlNode>() ?? []) text.Append(Tree(attribute));
        text.Append('|');
        foreach (XmlNode child in node.ChildNodes) text.Append(Tree(child));
        return text.Append(']').ToString();
    }
}
