using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class EdXmlReaderTests
{
    [Theory]
    [InlineData("edXML", EdXmlNames.Qcvn)]
    [InlineData("", EdXmlNames.Qcvn)]
    [InlineData("x", EdXmlNames.EDoc)]
    [InlineData("", EdXmlNames.EDoc)]
    public void Both_namespaces_are_read_under_any_prefix(string prefix, string ns)
    {
        var packet = Packet(Read(Foreign(prefix: prefix, ns: ns)));

        Assert.Equal("A", packet.Header.From.OrganId);
        Assert.Equal("d-1", packet.Header.DocumentId);
    }

    [Fact]
    public void Fields_are_found_by_name_in_any_order()
    {
        var header = Packet(Read(Foreign())).Header;

        Assert.Equal("3232sss", header.Code.CodeNumber);
        Assert.Equal("N", header.Code.CodeNotation);
        Assert.Equal("B", Assert.Single(header.To).OrganId);
        Assert.Equal("2014/02/30", header.PromulgationInfo.PromulgationDate);
    }

    [Theory]
    [InlineData("<e:Bussiness><e:BussinessDocType>1</e:BussinessDocType></e:Bussiness>", "<e:TraceHeader><e:OrganId>A</e:OrganId></e:TraceHeader>")]
    [InlineData("<e:TraceHeader><e:OrganId>A</e:OrganId></e:TraceHeader>", "<e:Bussiness><e:BussinessDocType>1</e:BussinessDocType></e:Bussiness>")]
    public void Bussiness_stands_before_or_behind_the_trace_headers(string first, string second)
    {
        var packet = Packet(Read(Foreign(trace: $"<e:TraceHeaderList>{first}{second}</e:TraceHeaderList>")));

        Assert.Equal(PacketKind.Revocation, packet.Kind);
        Assert.Equal("A", Assert.Single(packet.TraceHeaders).OrganId);
    }

    [Fact]
    public void Odd_trace_headers_are_read_as_absent_values()
    {
        var packet = Packet(Read(Foreign(trace: """
            <e:TraceHeaderList id="t" version="1.0" mustUnderstand="1"><e:TraceHeader>null</e:TraceHeader><e:TraceHeader><e:OrganId>null</e:OrganId><e:Timestamp>2026/01/01 00:00:00</e:Timestamp></e:TraceHeader>
            <e:TraceHeader><e:Timestamp>2026/01/02 00:00:00</e:Timestamp></e:TraceHeader></e:TraceHeaderList>
            """)));

        Assert.Equal([null, null, null], packet.TraceHeaders.Select(trace => trace.OrganId));
        Assert.Equal([null, "2026/01/01 00:00:00", "2026/01/02 00:00:00"], packet.TraceHeaders.Select(trace => trace.Timestamp));
        Assert.Equal(["id", "version", "mustUnderstand"], packet.TraceHeaderAttributes.Select(attribute => attribute.Name));
    }

    [Theory]
    [InlineData("", HeaderSignature.None)]
    [InlineData("<e:DigitalSignature/>", HeaderSignature.EmptyDigitalSignature)]
    [InlineData("<e:DigitalSignature></e:DigitalSignature>", HeaderSignature.EmptyDigitalSignature)]
    [InlineData("<e:Signature><e:SignedInfo/></e:Signature>", HeaderSignature.PacketNamespace)]
    [InlineData("<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo/></Signature>", HeaderSignature.XmlDsig)]
    public void A_header_signature_is_recorded_and_not_evaluated(string signature, HeaderSignature expected) =>
        Assert.Equal(expected, Packet(Read(Foreign(signature: signature))).HeaderSignature);

    [Fact]
    public void Unknown_elements_are_kept_where_they_stood()
    {
        var packet = Packet(Read(Foreign(
            header: MinimalHeader + "<e:New a='1'>v</e:New><x:Other xmlns:x='urn:example:x'><x:In>w</x:In></x:Other>",
            trace: "<e:TraceHeaderList><e:Hop>h</e:Hop></e:TraceHeaderList>",
            signature: "<e:Stamp>s</e:Stamp>",
            body: "<e:edXMLBody><e:edXMLManifest version='1.0'><e:Sum>m</e:Sum></e:edXMLManifest><e:Note>n</e:Note></e:edXMLBody><e:After>a</e:After>",
            attachments: "<e:Last>l</e:Last>")));

        Assert.Equal([("New", Q, "v"), ("Other", "urn:example:x", null)], packet.Header.Extensions.Select(e => (e.Name, e.Namespace, e.Text)));
        Assert.Equal("1", packet.Header.Extensions[0].Attributes[0].Value);
        Assert.Equal("w", packet.Header.Extensions[1].Children[0].Text);
        var kept = packet.Extensions;
        Assert.Equal(["h", "s", "m", "n", "a", "l"],
            new[] { kept.TraceHeaderList, kept.Header, kept.Manifest, kept.Body, kept.Envelope, kept.Root }.Select(list => Assert.Single(list).Text));
    }

    [Fact]
    public void Empty_sections_and_values_are_absent()
    {
        var header = Packet(Read(Foreign(header: MinimalHeader + """
            <e:ResponseFor><e:OrganId></e:OrganId><e:Code/></e:ResponseFor><e:ResponseFor/><e:Content>  </e:Content><e:OtherInfo/>
            """))).Header;

        Assert.Empty(header.ResponseFor);
        Assert.Null(header.Content);
        Assert.Null(header.OtherInfo);
    }

    [Theory]
    [InlineData("0", "", PacketKind.New)]
    [InlineData("0", "<e:ResponseFor><e:Code>1/A</e:Code></e:ResponseFor>", PacketKind.Reply)]
    [InlineData("1", "", PacketKind.Revocation)]
    [InlineData("2", "", PacketKind.Update)]
    [InlineData("3", "", PacketKind.Replacement)]
    [InlineData("7", "", PacketKind.Unknown)]
    public void The_kind_follows_from_the_content(string type, string answered, PacketKind kind)
    {
        var trace = $"<e:TraceHeaderList><e:Bussiness><e:DocumentId>d-0</e:DocumentId><e:BussinessDocType>{type}</e:BussinessDocType></e:Bussiness></e:TraceHeaderList>";

        Assert.Equal(kind, Packet(Read(Foreign(header: MinimalHeader + answered, trace: trace))).Kind);
    }

    [Theory]
    [InlineData("<e:DocumentId> d-1 </e:DocumentId>", "MessageHeader/DocumentId")]
    [InlineData("<e:SteeringType>0</e:SteeringType>", "MessageHeader/SteeringType")]
    [InlineData("<e:Subject>S</e:Subject>", "MessageHeader/Subject")]
    [InlineData("<e:TypeName>Công văn</e:TypeName>", "MessageHeader/DocumentType")]
    [InlineData("<e:PromulgationDate>2014/02/30</e:PromulgationDate>", "MessageHeader/PromulgationInfo")]
    [InlineData("<e:CodeNumber>3232sss</e:CodeNumber>", "MessageHeader/Code/CodeNumber")]
    [InlineData("<e:CodeNotation>N</e:CodeNotation>", "MessageHeader/Code/CodeNotation")]
    [InlineData("<e:To><e:OrganId>B</e:OrganId></e:To>", "MessageHeader/To")]
    [InlineData("<e:OrganId>A</e:OrganId>", "MessageHeader/From")]
    public void A_missing_mandatory_element_is_named_with_the_remedy(string removed, string place)
    {
        var error = RefusedFor(EdXmlFault.Missing, Read(Foreign(header: MinimalHeader.Replace(removed, "", StringComparison.Ordinal))));

        Assert.Equal(place, error.Place);
        Assert.Contains(place[(place.LastIndexOf('/') + 1)..], error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void All_missing_elements_are_named_at_once()
    {
        var missing = Refusal(Read(Foreign(header: "<e:Subject>S</e:Subject>"))).Select(error => error.Place);

        Assert.Equal(
            ["MessageHeader/Code", "MessageHeader/DocumentId", "MessageHeader/DocumentType", "MessageHeader/From", "MessageHeader/PromulgationInfo", "MessageHeader/SteeringType", "MessageHeader/To"],
            missing.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("<e:Subject>T</e:Subject>", "MessageHeader/Subject")]
    [InlineData("<e:From><e:OrganId>C</e:OrganId></e:From>", "MessageHeader/From")]
    public void A_field_that_stands_twice_is_refused(string second, string place) =>
        Assert.Equal(place, RefusedFor(EdXmlFault.Duplicate, Read(Foreign(header: MinimalHeader + second))).Place);

    [Theory]
    [InlineData("</e:MessageHeader>", "</e:MessageHeader><e:MessageHeader/>")]
    [InlineData("</e:edXMLHeader>", "</e:edXMLHeader><e:edXMLHeader/>")]
    [InlineData("</e:edXMLEnvelope>", "</e:edXMLEnvelope><e:edXMLEnvelope/>")]
    [InlineData("</e:edXMLHeader>", "</e:edXMLHeader><e:edXMLBody/><e:edXMLBody/>")]
    public void A_second_header_envelope_or_body_is_refused(string first, string both) =>
        RefusedFor(EdXmlFault.Duplicate, Read(Foreign().Replace(first, both, StringComparison.Ordinal)));

    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<edXML")]
    [InlineData("<!DOCTYPE edXML [<!ENTITY a 'b'>]><edXML/>")]
    [InlineData("<a/>trailing")]
    public void What_is_not_well_formed_is_refused(string text)
    {
        var fault = Assert.Single(Refusal(Read(text))).Fault;

        Assert.True(fault is EdXmlFault.NotWellFormed || text.StartsWith("<a/>", StringComparison.Ordinal));
    }

    [Fact]
    public void A_doubled_start_tag_as_vendors_templates_have_it_is_refused_with_its_line()
    {
        var error = RefusedFor(EdXmlFault.NotWellFormed, Read(Foreign().Replace("<e:From>", "<e:From><e:From>", StringComparison.Ordinal)));

        Assert.StartsWith("line ", error.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void An_undeclared_prefix_is_refused() =>
        RefusedFor(EdXmlFault.NotWellFormed, Read(Foreign(body: "<e:edXMLBody><e:edXMLManifest><e:Reference y:href=''/></e:edXMLManifest></e:edXMLBody>")));

    [Fact]
    public void Bytes_behind_the_packet_are_refused() => RefusedFor(EdXmlFault.NotWellFormed, Read(Foreign() + "<more/>"));

    [Theory]
    [InlineData("<edXML/>")]
    [InlineData("<edXML xmlns='urn:other'/>")]
    [InlineData("<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'/>")]
    public void Other_xml_is_refused_with_the_namespace_to_use(string text) =>
        Assert.Contains(EdXmlNames.Qcvn, RefusedFor(EdXmlFault.NotEdXml, Read(text)).Remedy, StringComparison.Ordinal);

    [Fact]
    public void A_packet_without_a_header_is_refused() =>
        RefusedFor(EdXmlFault.Missing, Read($"<edXML xmlns='{Q}'><edXMLEnvelope/></edXML>"));

    [Theory]
    [InlineData("<e:Subject>S</e:Subject>", "<e:Subject>S<e:b/></e:Subject>")]
    [InlineData("<e:CodeNumber>", "7/A<e:CodeNumber>")]
    [InlineData("<e:Subject>", "<e:ToPlaces><e:Place>p</e:Place><e:Where>w</e:Where></e:ToPlaces><e:Subject>")]
    public void Elements_in_a_value_text_in_a_section_and_strangers_in_a_list_are_refused(string found, string replaced) =>
        RefusedFor(EdXmlFault.BadValue, Read(Foreign(header: MinimalHeader.Replace(found, replaced, StringComparison.Ordinal))));

    [Fact]
    public void A_header_over_its_budget_is_refused_while_reading()
    {
        var header = MinimalHeader + $"<e:Content>{new string('x', 5000)}</e:Content>";

        RefusedFor(EdXmlFault.TooLarge, Read(Foreign(header: header), limits: new EdXmlLimits { HeaderCharacters = 4000 }));
        Packet(Read(Foreign(header: header)));
    }

    [Fact]
    public void A_million_empty_elements_spend_the_budget() =>
        RefusedFor(EdXmlFault.TooLarge, Read(Foreign(header: MinimalHeader + string.Concat(Enumerable.Repeat("<e:a/>", 100_000)))));

    [Fact]
    public void Deep_nesting_is_refused_without_recursing_into_it()
    {
        var deep = string.Concat(Enumerable.Repeat("<e:d>", 50_000)) + string.Concat(Enumerable.Repeat("</e:d>", 50_000));

        RefusedFor(EdXmlFault.TooLarge, Read(Foreign(header: MinimalHeader + deep)));
    }

    [Fact]
    public void A_hostile_packet_gets_a_bounded_number_of_reasons()
    {
        var header = MinimalHeader + string.Concat(Enumerable.Repeat("<e:To><e:Email>x</e:Email></e:To>", 1000));

        Assert.Equal(50, Refusal(Read(Foreign(header: header))).Count);
    }
}
