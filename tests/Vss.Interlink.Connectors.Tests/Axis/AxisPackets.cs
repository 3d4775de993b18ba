using System.Xml;
using Vss.Interlink.EdXml;

namespace Vss.Interlink.Connectors.Tests.Axis;

/// <summary>Synthetic packets between the organs of the tests.</summary>
internal static class AxisPackets
{
    public const string Hub = "999.00.00.G24";
    public const string Ministry = "999.00.00.G15";
    public const string Province = "999.00.00.H26";

    public static EdXmlPacket Document(string from, params string[] to) => new EdXmlPacket
    {
        Header = new MessageHeader
        {
            From = new() { OrganId = from, OrganName = "Cơ quan gửi thử" },
            To = [.. to.Select(organ => new Organization { OrganId = organ, OrganName = "Cơ quan nhận thử" })],
            Code = new() { CodeNumber = "7", CodeNotation = "TB-THỬ" },
            PromulgationInfo = new() { Place = "Hà Nội", PromulgationDate = "2026/01/15" },
            DocumentType = new() { Type = "7", TypeName = "Thông báo" },
            Subject = "V/v thử nghiệm",
            Content = "Nội dung\nhai dòng",
            ToPlaces = ["Như trên"],
            OtherInfo = new() { Priority = "0", Appendixes = ["Phụ lục"] },
            SteeringType = "1",
            DocumentId = $"{from},2026/01/15,7/TB-THỬ",
            Extensions = [new("Vendor", "urn:example:vendor", "giữ lại")],
        },
        Bussiness = new() { BussinessDocType = "0", Paper = "0" },
        TraceHeaders = [new() { OrganId = from, Timestamp = "2026/01/15 08:00:00" }],
    }.WithAttachment("a-1", "thong-bao.pdf", "application/pdf");

    public static MemoryStream Written(EdXmlPacket packet, byte[] content)
    {
        var output = new MemoryStream();
        EdXmlWriter.Write(output, packet, _ => new MemoryStream(content));
        return output;
    }

    public static MemoryStream Written(EdXmlStatus status)
    {
        var output = new MemoryStream();
        EdXmlWriter.Write(output, status);
        return output;
    }

    public static EdXmlStatus Status(StatusCode code) => new()
    {
        From = new() { OrganId = Hub },
        ResponseFor = new() { OrganId = Ministry, Code = "7/TB-THỬ", DocumentId = $"{Ministry},2026/01/15,7/TB-THỬ" },
        StatusCode = code,
        Timestamp = "2026/01/15 09:00:00",
    };

    public static EdXmlReadResult Read(byte[] packet, AttachmentsInMemory contents)
    {
        using var xml = XmlReader.Create(new MemoryStream(packet), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return EdXmlReader.Read(xml, contents.Create);
    }
}
