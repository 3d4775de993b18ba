using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class HeaderProjectionTests
{
    private static readonly XNamespace E = Q;

    private static string Text(EdXmlPacket packet) => Encoding.UTF8.GetString(HeaderProjection.Of(packet));

    [Fact]
    public void The_projection_of_a_small_header_is_these_bytes()
    {
        var packet = Packet(Read(Foreign(header: MinimalHeader + "<e:Content>a &lt; b &amp; \"c\"</e:Content>")));

        Assert.Equal(
            "<EdXmlHeader xmlns=\"urn:vss:interlink:edxml-header:1\"><MessageHeader><From><OrganId>A</OrganId></From><To><OrganId>B</OrganId></To>"
            + "<Code><CodeNumber>3232sss</CodeNumber><CodeNotation>N</CodeNotation></Code><PromulgationInfo><PromulgationDate>2014/02/30</PromulgationDate></PromulgationInfo>"
            + "<DocumentType><TypeName>Công văn</TypeName></DocumentType><Subject>S</Subject><Content>a &lt; b &amp; \"c\"</Content><SteeringType>0</SteeringType>"
            + "<DocumentId>d-1</DocumentId></MessageHeader></EdXmlHeader>",
            Text(packet));
    }

    [Fact]
    public void The_projection_is_already_in_exclusive_canonical_form()
    {
        var header = Header() with
        {
            Extensions = [new("X", "urn:example:x", "t<&>\"\t\n") { Attributes = [new("b", "urn:example:2", "\t\"<&>"), new("a", "urn:example:1", "1"), new("z", "", "0"), new("lang", "http://www.w3.org/XML/1998/namespace", "vi")],
                Children = [new("Y", "", "no namespace") { Attributes = [new("c", "urn:example:1", "2"), new("d", "urn:example:3", "3")] }, new("Z", Q, "own")] }],
        };
        var bytes = HeaderProjection.Of(header, Update());
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using (var xml = Open(bytes)) document.Load(xml);
        var transform = new XmlDsigExcC14NTransform();
        transform.LoadInput(document);
        using var canonical = new StreamReader((Stream)transform.GetOutput(typeof(Stream)), Encoding.UTF8);

        Assert.Equal(canonical.ReadToEnd(), Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void Direction_trace_headers_and_attachments_are_not_covered()
    {
        var packet = Document();
        var changed = packet with
        {
            Header = packet.Header with { OtherInfo = packet.Header.OtherInfo! with { Direction = "true" } },
            TraceHeaders = [],
            Manifest = [],
            Attachments = [],
        };

        Assert.Equal(Text(packet), Text(changed));
    }

    [Fact]
    public void An_OtherInfo_that_holds_only_a_direction_is_as_none()
    {
        var without = Document() with { Header = Header() with { OtherInfo = null } };

        Assert.Equal(Text(without), Text(without with { Header = without.Header with { OtherInfo = new() { Direction = "false" } } }));
    }

    /// <summary>Each change a thief would like to make.</summary>
    public static TheoryData<string, Func<EdXmlPacket, EdXmlPacket>> Changes() => new()
    {
        { "sender", p => p with { Header = p.Header with { From = p.Header.From with { OrganId = "999.00.00.G09" } } } },
        { "receiver left out", p => p with { Header = p.Header with { To = [p.Header.To[0]] } } },
        { "subject", p => p with { Header = p.Header with { Subject = "khác" } } },
        { "number", p => p with { Header = p.Header with { Code = p.Header.Code with { CodeNumber = "13" } } } },
        { "places moved into one", p => p with { Header = p.Header with { ToPlaces = ["Như trênLưu: VT"] } } },
        { "extension", p => p with { Header = p.Header with { Extensions = [p.Header.Extensions[1]] } } },
        { "extension's attribute", p => p with { Header = p.Header with { Extensions = [p.Header.Extensions[0] with { Attributes = [new("x", "", "1")] }, p.Header.Extensions[1]] } } },
        { "what it does", p => p with { Bussiness = p.Bussiness! with { BussinessDocType = "1" } } },
        { "no Bussiness", p => p with { Bussiness = null } },
        { "receiver type", p => p with { Bussiness = p.Bussiness! with { BussinessDocumentInfo = p.Bussiness.BussinessDocumentInfo! with { Receivers = [] } } } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_other_change_shows(string what, Func<EdXmlPacket, EdXmlPacket> change)
    {
        Assert.True(Text(Document()) != Text(change(Document())), what);
    }

    [Fact]
    public void White_space_line_ends_and_the_order_of_extensions_do_not_matter()
    {
        var packet = Document();
        var other = packet with { Header = packet.Header with { Subject = $"\r\n {packet.Header.Subject}\t", Content = "Dòng một\r\nDòng hai\r", Extensions = [.. packet.Header.Extensions.Reverse()] } };

        Assert.Equal(Text(packet), Text(other));
    }

    [Fact]
    public void Reading_the_projection_gives_the_header_back()
    {
        var bytes = HeaderProjection.Of(Document());
        using var xml = Open(bytes);

        var read = Assert.IsType<ProjectionReadResult.Read>(HeaderProjection.Read(xml));

        Assert.Equal(bytes, HeaderProjection.Of(read.Header, read.Bussiness));
        Assert.Equal("Dòng một\nDòng hai", read.Header.Content);
        Assert.Equal(["999.00.00.G02", "999.00.00.G03"], read.Bussiness!.Replacements[0].OrganIds);
        Assert.Equal(Q, read.Header.Extensions[0].Namespace);
        // Everything but what the projection leaves out or sorts: the packet written from it is the packet.
        Assert.Equal(Write(new EdXmlPacket { Header = Header(), Bussiness = Update() }), Write(new EdXmlPacket { Header = read.Header, Bussiness = read.Bussiness }));
    }

    [Theory]
    [InlineData("<EdXmlHeader/>")]
    [InlineData("<EdXmlHeader xmlns='urn:vss:interlink:edxml-header:2'/>")]
    [InlineData("<EdXmlHeader xmlns='urn:vss:interlink:edxml-header:1'/>")]
    [InlineData("<EdXmlHeader xmlns='urn:vss:interlink:edxml-header:1'><MessageHeader><Subject xmlns='http://www.mic.gov.vn/TBT/QCVN_102_2016'>S</Subject></MessageHeader></EdXmlHeader>")]
    [InlineData("<EdXmlHeader xmlns='urn:vss:interlink:edxml-header:1'>")]
    [InlineData("")]
    public void What_is_no_projection_is_refused(string text)
    {
        using var xml = Open(Encoding.UTF8.GetBytes(text));

        Assert.NotEmpty(Assert.IsType<ProjectionReadResult.Refused>(HeaderProjection.Read(xml)).Errors);
    }

    [Fact]
    public void A_stranger_beside_the_header_is_refused()
    {
        var text = Text(Document()).Replace("</EdXmlHeader>", "<Added>1</Added></EdXmlHeader>", StringComparison.Ordinal);
        using var xml = Open(Encoding.UTF8.GetBytes(text));

        Assert.IsType<ProjectionReadResult.Refused>(HeaderProjection.Read(xml));
    }

    [Fact]
    public void A_value_that_xml_cannot_carry_is_a_broken_promise() =>
        Assert.Throws<ArgumentException>(() => HeaderProjection.Of(Header() with { Subject = "\ud800" }, null));

    [Fact]
    public void The_projection_survives_whatever_the_axis_does_to_any_packet()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var packet = RandomPackets.Next(random);

            var arrived = Packet(Read(Rewritten(Write(packet), random)));

            Assert.True(Text(packet) == Text(arrived), $"seed {seed}\n{Text(packet)}\n{Text(arrived)}");
        }
    }

    /// <summary>What transits do: order, prefixes, comments, Direction, trace headers, empty elements, indentation, line ends.</summary>
    private static byte[] Rewritten(byte[] packet, Random random)
    {
        XDocument document;
        using (var xml = Open(packet)) document = XDocument.Load(xml);
        var header = document.Descendants(E + "MessageHeader").Single();
        Move(header, "DocumentId", random);
        Move(header, "ToPlaces", random);
        var other = header.Element(E + "OtherInfo");
        if (other is null) header.Add(other = new XElement(E + "OtherInfo"));
        other.SetElementValue(E + "Direction", "false");
        header.Add(new XElement(E + "ResponseFor", new XElement(E + "OrganId")), new XElement(E + "ResponseFor"), new XComment("axis"));
        var list = header.Parent!.Element(E + "TraceHeaderList");
        if (list is null) header.AddAfterSelf(list = new XElement(E + "TraceHeaderList"));
        var trace = new XElement(E + "TraceHeader", new XElement(E + "OrganId", "T"), new XElement(E + "Timestamp", "2026/01/01 00:00:00"));
        if (random.Next(2) == 0) list.Add(trace);
        else list.AddFirst(trace);
        foreach (var attribute in document.Descendants().Attributes().Where(one => one.IsNamespaceDeclaration && one.Value == Q).ToList()) attribute.Remove();

        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\r\n", NewLineHandling = NewLineHandling.Replace })) document.Save(xml);
        return output.ToArray();
    }

    private static void Move(XElement header, string name, Random random)
    {
        if (header.Element(E + name) is not { } field) return;
        field.Remove();
        header.Elements().ElementAt(random.Next(header.Elements().Count())).AddBeforeSelf(field);
    }
}
