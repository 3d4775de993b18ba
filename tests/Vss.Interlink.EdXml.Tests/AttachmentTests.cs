using System.IO.Compression;
using System.Text;
using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class AttachmentTests
{
    private const string Uuid = "01234567-89ab-4cde-8f01-23456789abcd";
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7 synthetic content, long enough to be deflated, deflated, deflated");

    private readonly AttachmentsInMemory _contents = new();

    private byte[] Content(string packet, EdXmlLimits? limits = null) => _contents.ContentOf(Packet(Read(packet, _contents, limits)).Attachments[0]);

    private static string With(byte[] content) => Foreign(attachments: OneAttachment(Convert.ToBase64String(content)));

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(CompressionLevel.Optimal, entries);

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }
        return zip.ToArray();
    }

    [Fact]
    public void Raw_content_comes_as_it_is()
    {
        Assert.Equal(Pdf, Content(With(Pdf)));
    }

    [Fact]
    public void The_zip_of_the_sdk_is_taken_off_whatever_type_is_written()
    {
        var packet = Packet(Read(Foreign(attachments: OneAttachment(
            Convert.ToBase64String(Zip(($"{Uuid}.pdf", Pdf))), "<e:ContentId>1</e:ContentId><e:ContentType>application/pdf</e:ContentType>")), _contents));

        var attachment = Assert.Single(packet.Attachments);
        Assert.True(attachment.Unwrapped);
        Assert.Equal(Pdf.Length, attachment.Length);
        Assert.Equal(Pdf, _contents.ContentOf(attachment));
    }

    public static TheoryData<string, byte[]> RealZips() => new()
    {
        { "two entries", Zip(($"{Uuid}.pdf", Pdf), ("b.pdf", Pdf)) },
        { "another name", Zip(("quyet-dinh.pdf", Pdf)) },
        { "a path", Zip(($"../{Uuid}.pdf", Pdf)) },
        { "an absolute path", Zip(($"/{Uuid}.pdf", Pdf)) },
        { "a Windows path", Zip(($"..\\{Uuid}.pdf", Pdf)) },
        { "a name that ends in a path", Zip(($"{Uuid}.pdf/x", Pdf)) },
        { "stored, not deflated", Zip(CompressionLevel.NoCompression, ($"{Uuid}.pdf", Pdf)) },
        { "no entry", Zip() },
        { "an archive comment", Commented(Zip(($"{Uuid}.pdf", Pdf))) },
    };

    private static byte[] Commented(byte[] zip)
    {
        zip[^2] = 3;
        return [.. zip, .. "abc"u8];
    }

    [Theory]
    [MemberData(nameof(RealZips))]
    public void Any_other_zip_is_an_attachment_and_stays_as_it_is(string what, byte[] zip)
    {
        Assert.True(zip.AsSpan().SequenceEqual(Content(With(zip))), what);
    }

    [Fact]
    public void A_zip_inside_the_sdk_zip_is_the_content()
    {
        var inner = Zip(($"{Uuid}.pdf", Pdf));

        Assert.Equal(inner, Content(With(Zip(($"{Uuid}.zip", inner)))));
    }

    [Fact]
    public void A_zip_bomb_is_stopped_by_its_ratio()
    {
        var bomb = Zip(($"{Uuid}.txt", new byte[20_000_000]));

        var error = RefusedFor(EdXmlFault.BadArchive, Read(With(bomb), _contents));

        Assert.Contains("inflates", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_inflates_beyond_the_absolute_limit_is_stopped()
    {
        var large = new byte[100_000];
        new Random(1).NextBytes(large);

        RefusedFor(EdXmlFault.TooLarge, Read(With(Zip(($"{Uuid}.bin", large))), limits: new EdXmlLimits { AttachmentBytes = 99_999, InflationRatio = 5000 }));
    }

    [Fact]
    public void Stopped_content_is_not_written_beyond_the_limit()
    {
        var taken = new MemoryStream();
        using var xml = Open(Encoding.UTF8.GetBytes(With(new byte[1_000_000])));

        var result = EdXmlReader.Read(xml, _ => taken, new EdXmlReadOptions { Limits = new EdXmlLimits { AttachmentBytes = 50_000 } });

        RefusedFor(EdXmlFault.TooLarge, result);
        Assert.InRange(taken.ToArray().Length, 1, 50_000);
    }

    [Fact]
    public void All_attachments_together_are_bounded()
    {
        var one = $"<e:Attachment><e:ContentId>1</e:ContentId><e:ContentTransferEncoded>{Convert.ToBase64String(new byte[600])}</e:ContentTransferEncoded></e:Attachment>";
        var two = one.Replace(">1<", ">2<", StringComparison.Ordinal);
        var packet = Foreign(attachments: $"<e:AttachmentEncoded>{one}{two}</e:AttachmentEncoded>");

        RefusedFor(EdXmlFault.TooLarge, Read(packet, limits: new EdXmlLimits { TotalBytes = 1000 }));
        RefusedFor(EdXmlFault.TooLarge, Read(packet, limits: new EdXmlLimits { Attachments = 1 }));
        Assert.Equal(2, Packet(Read(packet)).Attachments.Count);
    }

    public static TheoryData<string, byte[]> BrokenZips()
    {
        var zip = Zip(($"{Uuid}.pdf", Pdf));
        var damaged = (byte[])zip.Clone();
        damaged[30 + 40 + 20] ^= 0x55;
        var wrongSum = (byte[])zip.Clone();
        var directory = wrongSum.AsSpan().IndexOf("PK\u0001\u0002"u8);
        wrongSum[directory + 16] ^= 1;
        return new TheoryData<string, byte[]> { { "cut off", zip[..^30] }, { "short", zip[..75] }, { "damaged", damaged }, { "another check sum", wrongSum } };
    }

    [Theory]
    [MemberData(nameof(BrokenZips))]
    public void A_broken_sdk_zip_is_refused(string what, byte[] zip)
    {
        Assert.True(Refusal(Read(With(zip))) is [{ Fault: EdXmlFault.BadArchive }], what);
    }

    [Theory]
    [InlineData("QUJD", "ABC")]
    [InlineData("QUI=", "AB")]
    [InlineData("\n  QU\r\n\tJD\n", "ABC")]
    [InlineData("<![CDATA[QU]]>JD<!-- c -->RA==", "ABCD")]
    [InlineData("", "")]
    public void Base64_may_be_broken_by_white_space_anywhere(string text, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(Content(Foreign(attachments: OneAttachment(text)))));

    [Theory]
    [InlineData("QUJ")]
    [InlineData("QU=JDQUJD")]
    [InlineData("QUI=QUJD")]
    [InlineData("QUJD====")]
    [InlineData("QU-D")]
    [InlineData("${__StringFromFile(test.txt)}")]
    public void What_is_not_base64_is_refused(string text) => RefusedFor(EdXmlFault.BadBase64, Read(Foreign(attachments: OneAttachment(text))));

    [Fact]
    public void An_element_inside_the_content_is_refused() => RefusedFor(EdXmlFault.BadValue, Read(Foreign(attachments: OneAttachment("QUJD<e:x/>"))));

    [Fact]
    public void Large_content_passes_in_pieces_of_bounded_size()
    {
        var large = new byte[9_000_000];
        new Random(2).NextBytes(large);
        var pieces = new PieceCounter();
        using var xml = Open(Encoding.UTF8.GetBytes(With(large)));

        var packet = Packet(EdXmlReader.Read(xml, _ => pieces));

        Assert.Equal(large.Length, packet.Attachments[0].Length);
        Assert.Equal(large.Length, pieces.Total);
        Assert.InRange(pieces.Largest, 1, 8192);
    }

    [Theory]
    [InlineData("<e:ContentId>cid:7</e:ContentId>", "<e:ContentId>7</e:ContentId>")]
    [InlineData("<e:ContentId>7</e:ContentId>", "<e:ContentId>cid:7</e:ContentId>")]
    public void Cid_is_optional_on_either_side(string inManifest, string inAttachment)
    {
        var packet = Packet(Read(Foreign(
            body: $"<e:edXMLBody><e:edXMLManifest><e:Reference>{inManifest}<e:ContentType>text/plain</e:ContentType></e:Reference></e:edXMLManifest></e:edXMLBody>",
            attachments: OneAttachment("QUJD", inAttachment))));

        Assert.Equal("text/plain", packet.ReferenceOf(packet.Attachments[0])?.ContentType);
    }

    [Fact]
    public void A_reference_may_have_attributes_and_content_may_come_before_the_name()
    {
        var packet = Packet(Read(Foreign(
            body: """
                <e:edXMLBody><e:edXMLManifest version="1.0"><e:Reference xlink:href="cid:1" xlink:role="XLinkRole" xlink:type="simple"><e:Description>d</e:Description></e:Reference></e:edXMLManifest></e:edXMLBody>
                """,
            attachments: """
                <AttachmentEncoded xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><Attachment><ContentId>1</ContentId><e:ContentTransferEncoded>QUJD</e:ContentTransferEncoded><AttachmentName>n.txt</AttachmentName></Attachment></AttachmentEncoded>
                """)));

        Assert.Equal("1", Assert.Single(packet.Manifest).ContentId);
        Assert.Equal("n.txt", packet.Attachments[0].AttachmentName);
    }

    [Fact]
    public void Attachments_may_stand_before_the_envelope()
    {
        var packet = $"<edXML xmlns='{Q}' xmlns:e='{Q}'>{OneAttachment("QUJD")}<edXMLEnvelope><edXMLHeader><MessageHeader>{MinimalHeader}</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>";

        Assert.Equal("ABC"u8.ToArray(), Content(packet));
    }

    [Fact]
    public void A_manifest_entry_without_its_attachment_is_refused()
    {
        var error = RefusedFor(EdXmlFault.AttachmentMissing, Read(Foreign(
            body: "<e:edXMLBody><e:edXMLManifest><e:Reference><e:ContentId>cid:gone</e:ContentId></e:Reference></e:edXMLManifest></e:edXMLBody>")));

        Assert.Contains("gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_attachments_under_one_id_are_refused()
    {
        var one = "<e:Attachment><e:ContentId>1</e:ContentId><e:ContentTransferEncoded>QUJD</e:ContentTransferEncoded></e:Attachment>";

        RefusedFor(EdXmlFault.Duplicate, Read(Foreign(attachments: $"<e:AttachmentEncoded>{one}{one}</e:AttachmentEncoded>")));
    }

    [Theory]
    [InlineData("<e:ContentTransferEncoded>QUJD</e:ContentTransferEncoded>", EdXmlFault.Missing)]
    [InlineData("<e:ContentId>1</e:ContentId>", EdXmlFault.Missing)]
    [InlineData("<e:ContentId>1</e:ContentId><e:ContentTransferEncoded/><e:ContentTransferEncoded/>", EdXmlFault.Duplicate)]
    public void An_attachment_has_one_id_and_one_content(string fields, EdXmlFault fault) =>
        RefusedFor(fault, Read(Foreign(attachments: $"<e:AttachmentEncoded><e:Attachment>{fields}</e:Attachment></e:AttachmentEncoded>")));

    private sealed class PieceCounter : MemoryStream
    {
        public long Total { get; private set; }
        public int Largest { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Total += buffer.Length;
            Largest = Math.Max(Largest, buffer.Length);
        }
    }
}
