using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class EdXmlWriterTests
{
    private static readonly XNamespace E = Q;
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("nội dung thử ", 100)));

    private static XElement Tree(byte[] packet)
    {
        using var xml = Open(packet);
        return XElement.Load(xml);
    }

    [Fact]
    public void The_header_comes_in_the_order_of_the_axis()
    {
        var header = Tree(Write(Document(), Content)).Descendants(E + "MessageHeader").Single();

        Assert.Equal(
            ["From", "To", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo", "DueDate", "OtherInfo", "ResponseFor",
             "SteeringType", "ResponseForTask", "ApplicationType", "ToPlaces", "Alpha", "Zeta"],
            header.Elements().Select(field => field.Name.LocalName));
        Assert.Equal(["OrganId", "Code", "DocumentId", "PromulgationDate"], header.Element(E + "ResponseFor")!.Elements().Select(field => field.Name.LocalName));
    }

    [Fact]
    public void Prefixes_stand_where_the_axis_puts_them()
    {
        var text = Encoding.UTF8.GetString(Write(Document(), Content));

        Assert.StartsWith($"""<?xml version="1.0" encoding="utf-8"?><edXML xmlns="{Q}"><edXML:edXMLEnvelope xmlns:edXML="{Q}"><edXML:edXMLHeader><edXML:MessageHeader>""", text, StringComparison.Ordinal);
        Assert.Contains("<AttachmentEncoded><Attachment><ContentId>cid:a-1</ContentId><AttachmentName>", text, StringComparison.Ordinal);
        Assert.Contains($"""<edXML:ContentTransferEncoded xmlns:edXML="{Q}">UEsD""", text, StringComparison.Ordinal);
        Assert.Contains("""<edXML:edXMLManifest version="1.0"><edXML:Reference><edXML:ContentId>cid:a-1</edXML:ContentId>""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Attachments_are_zipped_the_way_of_the_sdk_and_the_manifest_keeps_the_type()
    {
        var packet = Tree(Write(Document(), Content));
        var attachment = packet.Element(E + "AttachmentEncoded")!.Element(E + "Attachment")!;
        var bytes = Convert.FromBase64String(attachment.Element(E + "ContentTransferEncoded")!.Value);
        using var zip = new ZipArchive(new MemoryStream(bytes));
        var entry = Assert.Single(zip.Entries);

        Assert.Equal("application/zip", attachment.Element(E + "ContentType")!.Value);
        Assert.Equal("application/pdf", packet.Descendants(E + "Reference").Single().Element(E + "ContentType")!.Value);
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.pdf$", entry.FullName);
        Assert.Equal(8, bytes[8]);
        Assert.Equal(8, bytes[6] & 8);
        using var content = new MemoryStream();
        using (var inflated = entry.Open()) inflated.CopyTo(content);
        Assert.Equal(Content, content.ToArray());
    }

    [Fact]
    public void What_is_written_reads_back_whole()
    {
        var contents = new AttachmentsInMemory();
        var written = Write(Document() with { TraceHeaderAttributes = [new("version", "", "1.0")] }, Content);

        var read = Packet(Read(written, contents));

        Assert.Equal(Content, contents.ContentOf(read.Attachments[0]));
        Assert.True(read.Attachments[0].Unwrapped);
        Assert.Equal(PacketKind.Update, read.Kind);
        Assert.Equal(written, Write(read, Content));
    }

    [Fact]
    public void Foreign_extensions_are_written_back_everywhere()
    {
        EdXmlElement[] one = [new("X", "urn:example:x", "v") { Attributes = [new("a", "urn:example:y", "1"), new("b", "", "2")], Children = [new("Y", Q, "w")] }];
        var packet = Document() with
        {
            Extensions = new() { Root = one, Envelope = one, Header = one, TraceHeaderList = one, Body = one, Manifest = one },
        };

        var written = Write(packet, Content);

        Assert.Equal(6, Tree(written).Descendants(XName.Get("X", "urn:example:x")).Count());
        Assert.Equal(written, Write(Packet(Read(written)), Content));
    }

    [Fact]
    public void The_same_packet_gives_the_same_bytes() => Assert.Equal(Write(Document(), Content), Write(Document(), Content));

    [Theory]
    [InlineData("a.pdf", ".pdf")]
    [InlineData("a.PDF", ".PDF")]
    [InlineData("khong-duoi", ".bin")]
    [InlineData("../../etc/passwd.d/x y", ".bin")]
    [InlineData("pdf", ".bin")]
    public void The_entry_takes_only_a_plain_extension_from_the_name(string name, string extension)
    {
        var packet = new EdXmlPacket { Header = Header() }.WithAttachment("1", name, "application/octet-stream");
        var content = Tree(Write(packet, Content)).Descendants(E + "ContentTransferEncoded").Single().Value;
        using var zip = new ZipArchive(new MemoryStream(Convert.FromBase64String(content)));

        Assert.Equal(extension, zip.Entries[0].FullName[36..]);
    }

    [Fact]
    public void An_attachment_of_several_megabytes_survives()
    {
        var large = new byte[5_000_003];
        new Random(3).NextBytes(large);
        var contents = new AttachmentsInMemory();

        var read = Packet(Read(Write(Document(), large), contents));

        Assert.Equal(large, contents.ContentOf(read.Attachments[0]));
    }

    [Fact]
    public void Every_rule_that_is_broken_is_named_at_once()
    {
        var packet = Document() with
        {
            Header = Header() with { Subject = " ", DueDate = "2014/02/30", Content = "bell \u0007", To = [] },
            Bussiness = Update() with { BussinessDocType = "9" },
            Manifest = [],
        };

        var errors = EdXmlWriter.Check(packet);

        Assert.Equal(
            ["Bussiness/BussinessDocType", "MessageHeader/Content", "MessageHeader/DueDate", "MessageHeader/Subject", "MessageHeader/To", "edXMLManifest"],
            errors.Select(error => error.Place).Order(StringComparer.Ordinal));
        var refused = Assert.Throws<ArgumentException>(() => Write(packet, Content));
        Assert.Contains("U+0007", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("x><y")]
    [InlineData("")]
    public void An_extension_cannot_smuggle_in_markup_by_its_name(string name) =>
        Assert.NotEmpty(EdXmlWriter.Check(Document() with { Header = Header() with { Extensions = [new(name, "urn:example:x", "v")] } }));

    [Fact]
    public void An_extension_cannot_stand_in_for_a_field() =>
        Assert.Contains(EdXmlWriter.Check(Document() with { Header = Header() with { Extensions = [new("Subject", Q, "another")] } }), error => error.Fault == EdXmlFault.Duplicate);

    [Fact]
    public void A_writing_that_fails_half_way_leaves_no_well_formed_packet()
    {
        using var output = new MemoryStream();

        Assert.Throws<IOException>(() => EdXmlWriter.Write(output, Document(), _ => throw new IOException("the content is gone")));

        RefusedFor(EdXmlFault.NotWellFormed, Read(output.ToArray()));
    }
}
