using System.Text;
using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class StatusPacketTests
{
    public static TheoryData<string> Codes() => ["01", "02", "03", "04", "05", "06", "13", "15", "16", "07", "99"];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_two_digit_code_survives_the_round_trip(string digits)
    {
        Assert.True(StatusCode.TryParse(digits, out var code));

        var read = Assert.IsType<EdXmlReadResult.Status>(Read(Write(Status(code)))).Packet;

        Assert.Equal(code, read.StatusCode);
        Assert.Equal(Write(Status(code)), Write(read));
        Assert.Equal("Đã tiếp nhận", read.Description);
        Assert.Equal("999.00.00.G01", read.ResponseFor.OrganId);
        Assert.Equal("Cán Bộ Thử", read.StaffInfo?.Staff);
    }

    [Fact]
    public void The_nine_published_codes_are_known_and_others_are_not()
    {
        var known = Codes().Select(row => row.Data).Where(digits => StatusCode.TryParse(digits, out var code) && code.IsKnown);

        Assert.Equal(["01", "02", "03", "04", "05", "06", "13", "15", "16"], known);
    }

    [Fact]
    public void A_status_is_written_as_the_axis_has_it() =>
        Assert.StartsWith(
            $"""<?xml version="1.0" encoding="utf-8"?><edXML xmlns="{Q}"><edXML:edXMLEnvelope xmlns:edXML="{Q}"><edXML:edXMLHeader><edXML:MessageHeader><edXML:From><edXML:OrganId>999.00.00.G02</edXML:OrganId>""",
            Encoding.UTF8.GetString(Write(Status(StatusCode.Arrived))), StringComparison.Ordinal);

    [Theory]
    [InlineData("3", "03")]
    [InlineData("03", "03")]
    public void One_digit_is_padded(string text, string expected)
    {
        Assert.True(StatusCode.TryParse(text, out var code));
        Assert.Equal(expected, code.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("003")]
    [InlineData("x3")]
    [InlineData("٠٣")]
    public void Anything_else_is_no_code(string text) => Assert.False(StatusCode.TryParse(text, out _));

    [Fact]
    public void A_status_with_trace_headers_of_a_transit_is_still_a_status()
    {
        var text = Encoding.UTF8.GetString(Write(Status(StatusCode.Received))).Replace(
            "</edXML:MessageHeader>",
            "</edXML:MessageHeader><edXML:TraceHeaderList><edXML:TraceHeader><edXML:OrganId>T</edXML:OrganId></edXML:TraceHeader></edXML:TraceHeaderList>",
            StringComparison.Ordinal);

        Assert.Equal("T", Assert.Single(Assert.IsType<EdXmlReadResult.Status>(Read(text)).Packet.TraceHeaders).OrganId);
    }

    [Theory]
    [InlineData("<edXML:StatusCode>03</edXML:StatusCode>", "<edXML:StatusCode>abc</edXML:StatusCode>", EdXmlFault.BadValue, "MessageHeader/StatusCode")]
    [InlineData("<edXML:Timestamp>2026/01/15 09:30:00</edXML:Timestamp>", "", EdXmlFault.Missing, "MessageHeader/Timestamp")]
    [InlineData("<edXML:OrganId>999.00.00.G01</edXML:OrganId>", "", EdXmlFault.Missing, "MessageHeader/ResponseFor/OrganId")]
    public void A_status_that_says_too_little_is_refused(string found, string replaced, EdXmlFault fault, string place)
    {
        var text = Encoding.UTF8.GetString(Write(Status(StatusCode.Received))).Replace(found, replaced, StringComparison.Ordinal);

        Assert.Equal(place, RefusedFor(fault, Read(text)).Place);
    }

    [Fact]
    public void A_status_with_attachments_is_refused_and_not_stripped()
    {
        var text = Encoding.UTF8.GetString(Write(Status(StatusCode.Received))).Replace(
            "</edXML:edXMLEnvelope>", "</edXML:edXMLEnvelope>" + OneAttachment("QUJD").Replace("e:", "", StringComparison.Ordinal), StringComparison.Ordinal);

        RefusedFor(EdXmlFault.BadValue, Read(text));
    }

    [Fact]
    public void A_status_without_a_proper_time_is_not_written()
    {
        var status = Status(StatusCode.Received) with { Timestamp = "2026-01-15T09:30:00+07:00" };

        Assert.Equal("MessageHeader/Timestamp", Assert.Single(EdXmlWriter.Check(status)).Place);
        Assert.Throws<ArgumentException>(() => Write(status));
    }
}
