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
        var ours = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        ours.Load(SafeXml.Reader(octets, Infoset.Wide));
        Assert.Equal(Tree(theirs), Tree(ours));
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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Base64_content_is_decoded_in_pieces(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var text = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks);
        foreach (var written in (string[])[text, $"<!--c-->\r\n {text}\t<?p?>\n", $"<![CDATA[{text}]]>", text.Replace("A", "&#65;", StringComparison.Ordinal), text.Length > 4 ? $"{text[..3]}<![CDATA[{text[3..]}]]>" : text])
        {
            foreach (var size in (int[])[1, 7, 64 * 1024])
            {
                if (length > 100 && size == 1) continue;
                using var xml = SafeXml.Reader(new SlowStream(Encoding.UTF8.GetBytes($"<a><b>{written}</b><c/></a>"), 1000), new XmlLimits());
                xml.ReadStartElement("a");
                using var read = new MemoryStream();
                var piece = new byte[size];
                int taken;
                while ((taken = xml.ReadElementContentAsBase64(piece, 0, size)) > 0) read.Write(piece, 0, taken);
                Assert.Equal(content, read.ToArray());
                Assert.Equal("c", xml.LocalName);
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AA==AAAA")]
    [InlineData("A?AA")]
    [InlineData("AA=A")]
    [InlineData("AAAA<d/>")]
    [InlineData("éAAA")]
    public void What_is_no_base64_is_refused(string content)
    {
        using var xml = SafeXml.Reader(new MemoryStream(Encoding.UTF8.GetBytes($"<a>{content}</a>")), new XmlLimits());
        xml.MoveToContent();
        Assert.Throws<XmlRefusedException>(() =>
        {
            while (xml.ReadElementContentAsBase64(new byte[100], 0, 100) > 0) { }
        });
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
