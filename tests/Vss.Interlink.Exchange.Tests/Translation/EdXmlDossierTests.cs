using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Translation;

public sealed class EdXmlDossierTests
{
    private const string Vendor = "urn:vendor";

    /// <summary>What the packet's attachment holds.</summary>
    public static byte[] Content => [1, 2, 3];

    private static readonly StoredBody Body = new(ContentDigest.Stored(SHA256.HashData(Content)), Content.Length);

    private static readonly OrganId Receiver = OrganId.Stored(Dossiers.Inside);

    [Fact]
    public void A_packet_comes_back_from_the_dossier_as_it_was()
    {
        var packet = Packet();

        var back = EdXmlDossier.ToPacket(Read(packet).Dossier);

        // Field by field, without ids of position: what is written to the axis is what came from it.
        Assert.Equal(Written(packet), Written(back));
        Assert.Equal(HeaderProjection.Of(packet), HeaderProjection.Of(back));
    }

    [Fact]
    public void Dates_that_exist_become_ISO_8601_and_others_stay_as_they_stand()
    {
        var dossier = Read(Packet()).Dossier;

        Assert.Equal("2026-11-20", dossier.PromulgationDate);
        Assert.Equal("2014/02/30", dossier.ResponseTo[0].PromulgationDate);
        Assert.Equal("2026-11-21T09:30:00+07:00", dossier.Trace[0].Timestamp);
    }

    [Fact]
    public void Numbers_that_are_none_are_carried_on_as_text()
    {
        var packet = Packet();
        packet = packet with { Header = packet.Header with { SteeringType = "01" } };

        var dossier = Read(packet).Dossier;

        Assert.False(dossier.HasSteeringType);
        Assert.Equal("01", EdXmlDossier.ToPacket(dossier).Header.SteeringType);
    }

    [Theory]
    [InlineData("0", DossierKind.Reply)]
    [InlineData("1", DossierKind.Revocation)]
    [InlineData("2", DossierKind.Update)]
    [InlineData("3", DossierKind.Replacement)]
    public void The_business_type_is_the_kind(string type, DossierKind kind)
    {
        var packet = Packet();
        packet = packet with { Bussiness = packet.Bussiness! with { BussinessDocType = type } };

        var dossier = Read(packet).Dossier;

        Assert.Equal(kind, dossier.Kind);
        Assert.Equal(type, EdXmlDossier.ToPacket(dossier).Bussiness!.BussinessDocType);
    }

    [Fact]
    public void An_unknown_business_type_is_refused()
    {
        var packet = Packet();
        var refused = Assert.Throws<ExchangeFault>(() => Read(packet with { Bussiness = packet.Bussiness! with { BussinessDocType = "9" } }));
        Assert.Equal(Fault.SchemaViolation, refused.Fault);
    }

    [Fact]
    public void What_the_axis_adds_on_the_way_does_not_make_other_content()
    {
        var packet = Packet();
        var travelled = packet with { TraceHeaders = [.. packet.TraceHeaders, new TraceHeader { OrganId = "000.00.00.G22", Timestamp = "2026/11/21 09:31:00" }] };

        Assert.Equal(Read(packet).Digest, Read(travelled).Digest);
    }

    [Fact]
    public void The_header_is_read_from_what_was_verified_and_not_from_the_packet()
    {
        var packet = Packet();
        var submission = EdXmlDossier.Read(Verified(packet), packet with { Header = packet.Header with { Subject = "changed after it was verified" } }, Contents(), Id(), Receiver);

        Assert.Equal(packet.Header.Subject, submission.Dossier.Subject);
    }

    [Fact]
    public void An_attachment_with_another_digest_than_verified_is_refused()
    {
        var other = new byte[32];
        other[0] = 1;
        var refused = Assert.Throws<ExchangeFault>(() => EdXmlDossier.Read(Verified(Packet()), Packet(), new Dictionary<string, StoredBody> { ["a-1"] = new(ContentDigest.Stored(other), 3) }, Id(), Receiver));
        Assert.Equal(Fault.AttachmentMismatch, refused.Fault);
    }

    [Fact]
    public void A_verified_attachment_that_did_not_come_and_one_that_was_not_verified_are_refused()
    {
        Assert.Equal(Fault.AttachmentMismatch, Assert.Throws<ExchangeFault>(() => EdXmlDossier.Read(Verified(Packet()), Packet(), new Dictionary<string, StoredBody>(), Id(), Receiver)).Fault);
        var packet = Packet().WithAttachment("a-2", "b.pdf", "application/pdf");
        Assert.Equal(Fault.AttachmentMismatch, Assert.Throws<ExchangeFault>(() => EdXmlDossier.Read(Verified(packet), packet, new Dictionary<string, StoredBody> { ["a-1"] = Body, ["a-2"] = Body }, Id(), Receiver)).Fault);
    }

    [Fact]
    public void Business_fields_and_other_protocols_extensions_travel_in_the_header()
    {
        var dossier = Read(Packet()).Dossier;
        dossier.Fields.Add(new Field { Name = "so-ho-so", Value = "1 < 2" });
        dossier.Extensions.Add(new Extension { Source = "urn:partner", Path = "Dossier/local", Xml = "<l xmlns=\"urn:partner\"/>" });

        var back = Read(EdXmlDossier.ToPacket(dossier)).Dossier;

        Assert.Equal(dossier.Fields, back.Fields);
        Assert.Contains(dossier.Extensions[^1], back.Extensions);
    }

    [Fact]
    public void A_status_comes_back_as_it_was_and_is_not_answered()
    {
        var status = new EdXmlStatus
        {
            From = new Organization { OrganId = "G24", OrganName = "Bảo hiểm xã hội Việt Nam" },
            ResponseFor = new ResponseFor { OrganId = Dossiers.Axis, Code = "12/UBND", PromulgationDate = "2026/11/20", DocumentId = "d-1" },
            StaffInfo = new StaffInfo { Staff = "Văn thư" },
            StatusCode = StatusCode.Received,
            Description = "Đã tiếp nhận",
            Timestamp = "2026/11/21 10:00:00",
        };

        var submission = EdXmlDossier.ReadStatus(VerifiedDocuments.ForInformation(Octets(status)), Id(), OrganId.Stored(Dossiers.Axis));

        Assert.Equal(DossierKind.Status, submission.Dossier.Kind);
        Assert.False(submission.AnsweredByStatus);
        Assert.Equal(Octets(status), Octets(EdXmlDossier.ToStatus(submission.Dossier)));
    }

    [Fact]
    public void Documents_over_edXML_are_answered_by_statuses() => Assert.True(Read(Packet()).AnsweredByStatus);

    [Fact]
    public void Octets_that_are_no_projection_are_refused() =>
        Assert.Equal(Fault.Malformed, Assert.Throws<ExchangeFault>(() => EdXmlDossier.Read(VerifiedDocuments.ForInformation("<x"u8.ToArray()), Packet(), Contents(), Id(), Receiver)).Fault);

    [Fact]
    public void A_packet_goes_only_to_the_receiver_for_whom_the_relay_held_it()
    {
        Assert.Equal([Receiver], Read(Packet()).DeliverTo);
        var refused = Assert.Throws<ExchangeFault>(() => EdXmlDossier.Read(Verified(Packet()), Packet(), Contents(), Id(), OrganId.Stored("G99")));
        Assert.Equal(Fault.UnknownReceiver, refused.Fault);
    }

    internal static Submission Read(EdXmlPacket packet) => EdXmlDossier.Read(Verified(packet), packet, Contents(), Id(), OrganId.Stored(packet.Header.To[0].OrganId));

    internal static EdXmlPacket Packet() => new()
    {
        Header = new MessageHeader
        {
            From = new Organization { OrganId = Dossiers.Axis, OrganName = "Sở Y tế", Extensions = [new EdXmlElement("Zalo", EdXmlNames.Qcvn, "oa")] },
            To = [new Organization { OrganId = Dossiers.Inside }, new Organization { OrganId = "G22", Email = "vp@example.vn" }],
            Code = new EdXml.DocumentCode { CodeNumber = "12a", CodeNotation = "UBND" },
            PromulgationInfo = new PromulgationInfo { Place = "Nghệ An", PromulgationDate = "2026/11/20" },
            DocumentType = new EdXml.DocumentType { Type = "1", TypeName = "Công văn" },
            Subject = "Về việc đối chiếu",
            Content = "Nội dung",
            SignerInfo = new SignerInfo { Competence = "KT.", FullName = "Nguyễn Văn A" },
            DueDate = "2026/12/01",
            ToPlaces = ["Như trên", "Lưu: VT"],
            OtherInfo = new EdXml.OtherInfo { Priority = "1", PageAmount = "x", Appendixes = ["PL1"], ReplyFors = new EdXmlElement("ReplyFors", EdXmlNames.Qcvn) { Children = [new EdXmlElement("ReplyFor", EdXmlNames.Qcvn, "7/A")] }, ReferenceCodes = new EdXmlElement("ReferenceCodes", EdXmlNames.Qcvn) { Children = [new EdXmlElement("Odd", EdXmlNames.Qcvn, "7/A")] } },
            ResponseFor = [new ResponseFor { OrganId = Dossiers.Inside, Code = "7/BHXH", PromulgationDate = "2014/02/30", DocumentId = "d-0" }],
            SteeringType = "1",
            DocumentId = $"{Dossiers.Axis},2026/11/20,12a/UBND",
            ResponseForTask = ["T-1"],
            ApplicationType = "MCDT_DT",
            Extensions = [new EdXmlElement("Extra", Vendor) { Attributes = [new EdXmlAttribute("v", "", "1")], Children = [new EdXmlElement("Inner", Vendor, "1 < 2")] }],
        },
        Bussiness = new Bussiness
        {
            BussinessDocType = "2",
            BussinessDocReason = "sai số liệu",
            Paper = "0",
            BussinessDocumentInfo = new BussinessDocumentInfo { DocumentInfo = "1", DocumentReceiver = "0", Receivers = [new Receiver { OrganId = "G22", ReceiverType = "1" }] },
            StaffInfo = new StaffInfo { Department = "Phòng HC", Staff = "Văn thư" },
            Replacements = [new EdXml.ReplacementInfo { DocumentId = "d-9", OrganIds = ["G22"] }],
        },
        TraceHeaders = [new TraceHeader { OrganId = Dossiers.Axis, Timestamp = "2026/11/21 09:30:00" }],
        Manifest = [new ManifestReference { ContentId = "a-1", ContentType = "application/pdf", Description = "quét", AttachmentName = "a.pdf" }],
        Attachments = [new AttachmentInfo { ContentId = "a-1", AttachmentName = "a.pdf", Description = "quét", ContentType = "application/zip", Format = "f" }],
    };

    private static Trust.Verification.VerifiedDocument Verified(EdXmlPacket packet) =>
        VerifiedDocuments.ForInformation(HeaderProjection.Of(packet), new Dictionary<string, ReadOnlyMemory<byte>> { ["a-1"] = SHA256.HashData(Content) });

    private static Dictionary<string, StoredBody> Contents() => new() { ["a-1"] = Body };

    private static MessageId Id() => MessageId.Stored("0190c1d2-doc");

    private static string Written(EdXmlPacket packet)
    {
        using var output = new MemoryStream();
        EdXmlWriter.Write(output, packet, _ => new MemoryStream(Content));
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static byte[] Octets(EdXmlStatus status)
    {
        using var output = new MemoryStream();
        EdXmlWriter.Write(output, status);
        return output.ToArray();
    }
}
