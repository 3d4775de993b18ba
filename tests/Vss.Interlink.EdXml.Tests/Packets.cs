using System.Text;
using System.Xml;

namespace Vss.Interlink.EdXml.Tests;

/// <summary>Synthetic packets, and the reading and writing of them in one line.</summary>
internal static class Packets
{
    public const string Q = EdXmlNames.Qcvn;

    public static Organization Organ(string id, string name) => new()
    {
        OrganId = id,
        OrganizationInCharge = name,
        OrganName = name,
        OrganAdd = "Số 1 Đường Thử Nghiệm",
        Email = "vanthu@example.vn",
        Telephone = "000",
        Fax = "001",
        Website = "example.vn",
    };

    public static MessageHeader Header() => new()
    {
        From = Organ("999.00.00.G01", "Cơ quan thử A"),
        To = [Organ("999.00.00.G02", "Cơ quan thử B"), Organ("999.00.00.G03", "Cơ quan thử C")],
        Code = new() { CodeNumber = "12a", CodeNotation = "QĐ-THỬ" },
        PromulgationInfo = new() { Place = "Hà Nội", PromulgationDate = "2026/01/15" },
        DocumentType = new() { Type = "8", TypeDetail = "0", TypeName = "Quyết định" },
        Subject = "V/v thử nghiệm <liên thông> & \"niêm phong\"",
        Content = "Dòng một\nDòng hai",
        SignerInfo = new() { Competence = "KT.", Position = "Phó Trưởng ban", FullName = "Người Ký Thử" },
        DueDate = "2026/02/01",
        ToPlaces = ["Như trên", "Lưu: VT"],
        OtherInfo = new()
        {
            Priority = "1",
            SphereOfPromulgation = "Thử nghiệm",
            TyperNotation = "TVC",
            PromulgationAmount = "2",
            PageAmount = "3",
            Appendixes = ["Phụ lục I", "Phụ lục II"],
            ReplyFors = new("ReplyFors", Q) { Children = [new("ReplyFor", Q, "x")] },
            ReferenceCodes = new("ReferenceCodes", Q, "r1"),
        },
        ResponseFor = [new() { OrganId = "999.00.00.G02", Code = "7/TB-B", PromulgationDate = "2025/12/30", DocumentId = "999.00.00.G02,2025/12/30,7/TB-B" }],
        SteeringType = "1",
        DocumentId = "999.00.00.G01,2026/01/15,12a/QĐ-THỬ",
        ResponseForTask = ["T-1", "T-2"],
        ApplicationType = "MCDT_DT",
        Extensions = [new("Zeta", "urn:example:b", "z"), new("Alpha", Q) { Children = [new("Inner", "urn:example:c", "i") { Attributes = [new("at", "urn:example:d", "v\"1\"")] }] }],
    };

    public static Bussiness Update() => new()
    {
        DocumentId = "999.00.00.G01,2014/02/30,1/QĐ",
        BussinessDocType = "2",
        BussinessDocReason = "Cập nhật",
        Paper = "0",
        BussinessDocumentInfo = new()
        {
            DocumentInfo = "1",
            DocumentReceiver = "1",
            Receivers = [new() { OrganId = "999.00.00.G02", ReceiverType = "0" }, new() { OrganId = "999.00.00.G03", ReceiverType = "1" }],
        },
        Replacements = [new() { DocumentId = "d-0", OrganIds = ["999.00.00.G02", "999.00.00.G03"] }],
        StaffInfo = new() { DepartmentId = "d1", Department = "Văn thư", StaffId = "s1", Staff = "Cán Bộ Thử", Mobile = "000", Email = "cb@example.vn" },
    };

    public static EdXmlPacket Document() => new EdXmlPacket
    {
        Header = Header(),
        Bussiness = Update(),
        TraceHeaders = [new() { OrganId = "999.00.00.G01", Timestamp = "2026/01/15 08:00:00" }],
    }.WithAttachment("a-1", "quyet-dinh.pdf", "application/pdf");

    public static EdXmlStatus Status(StatusCode code) => new()
    {
        From = Organ("999.00.00.G02", "Cơ quan thử B"),
        ResponseFor = new() { OrganId = "999.00.00.G01", Code = "12a/QĐ-THỬ", PromulgationDate = "2026/01/15", DocumentId = "999.00.00.G01,2026/01/15,12a/QĐ-THỬ" },
        StaffInfo = new() { Department = "Văn thư", Staff = "Cán Bộ Thử", Mobile = "000", Email = "cb@example.vn" },
        StatusCode = code,
        Description = "Đã tiếp nhận",
        Timestamp = "2026/01/15 09:30:00",
    };

    public static byte[] Write(EdXmlPacket packet, params byte[][] contents)
    {
        using var output = new MemoryStream();
        EdXmlWriter.Write(output, packet, attachment => new MemoryStream(contents[attachment.Index]));
        return output.ToArray();
    }

    public static byte[] Write(EdXmlStatus status)
    {
        using var output = new MemoryStream();
        EdXmlWriter.Write(output, status);
        return output.ToArray();
    }

    public static EdXmlReadResult Read(string packet, AttachmentsInMemory? contents = null, EdXmlLimits? limits = null) =>
        Read(Encoding.UTF8.GetBytes(packet), contents, limits);

    public static EdXmlReadResult Read(byte[] packet, AttachmentsInMemory? contents = null, EdXmlLimits? limits = null)
    {
        using var xml = Open(packet);
        return EdXmlReader.Read(xml, (contents ?? new AttachmentsInMemory()).Create, new EdXmlReadOptions { Limits = limits ?? new EdXmlLimits() });
    }

    public static EdXmlPacket Packet(EdXmlReadResult result)
    {
        Assert.True(result is EdXmlReadResult.Document, result.ToString());
        return ((EdXmlReadResult.Document)result).Packet;
    }

    public static IReadOnlyList<EdXmlError> Refusal(EdXmlReadResult result) => Assert.IsType<EdXmlReadResult.Refused>(result).Errors;

    /// <summary>Errors of one kind at one place; fails when there is none.</summary>
    public static EdXmlError RefusedFor(EdXmlFault fault, EdXmlReadResult result)
    {
        var error = Assert.Single(Refusal(result), one => one.Fault == fault);
        Assert.NotEmpty(error.Remedy);
        return error;
    }

    public static XmlReader Open(byte[] bytes) => XmlReader.Create(
        new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 64 * 1024 * 1024 });

    /// <summary>A minimal document packet in a foreign writer's hand. Parts can be exchanged.</summary>
    public static string Foreign(
        string header = MinimalHeader, string trace = "", string signature = "", string body = "", string attachments = "", string prefix = "e", string ns = Q)
    {
        var text = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <e:edXML xmlns:e="{ns}" xmlns:xlink="http://www.w3.org/1999/xlink">
              <!-- by hand -->
              <e:edXMLEnvelope><e:edXMLHeader><e:MessageHeader>{header}</e:MessageHeader>{trace}{signature}</e:edXMLHeader>{body}</e:edXMLEnvelope>
              {attachments}
            </e:edXML>
            """;
        return prefix switch
        {
            "" => text.Replace("<e:", "<", StringComparison.Ordinal).Replace("</e:", "</", StringComparison.Ordinal).Replace("xmlns:e=", "xmlns=", StringComparison.Ordinal),
            _ => text.Replace("<e:", $"<{prefix}:", StringComparison.Ordinal).Replace("</e:", $"</{prefix}:", StringComparison.Ordinal).Replace("xmlns:e=", $"xmlns:{prefix}=", StringComparison.Ordinal),
        };
    }

    /// <summary>Every mandatory element once, in an order that no writer uses.</summary>
    public const string MinimalHeader = """
        <e:DocumentId> d-1 </e:DocumentId><e:SteeringType>0</e:SteeringType><e:Subject>S</e:Subject>
        <e:DocumentType><e:TypeName>Công văn</e:TypeName></e:DocumentType>
        <e:PromulgationInfo><e:PromulgationDate>2014/02/30</e:PromulgationDate></e:PromulgationInfo>
        <e:Code><e:CodeNotation>N</e:CodeNotation><e:CodeNumber>3232sss</e:CodeNumber></e:Code>
        <e:To><e:OrganId>B</e:OrganId></e:To><e:From><e:OrganId>A</e:OrganId></e:From>
        """;

    public static string OneAttachment(string content, string fields = "<e:ContentId>cid:1</e:ContentId>") =>
        $"<e:AttachmentEncoded><e:Attachment>{fields}<e:ContentTransferEncoded>{content}</e:ContentTransferEncoded></e:Attachment></e:AttachmentEncoded>";
}
