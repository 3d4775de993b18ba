using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>
/// Writes packets strictly, as the axis itself writes them: its order of elements, its prefixes, every attachment in the zip of the vendor's SDK.
/// The same packet gives the same bytes, so that a packet sent again is the same packet.
/// </summary>
public static class EdXmlWriter
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        NewLineHandling = NewLineHandling.Entitize,
        CloseOutput = false,
        WriteEndDocumentOnClose = false, // a writing that failed half-way must not look like a whole packet
    };

    /// <summary>What keeps a packet from being written; empty when nothing does.</summary>
    public static IReadOnlyList<EdXmlError> Check(EdXmlPacket packet) => WriterRules.Check(packet);

    /// <summary>What keeps a status from being written; empty when nothing does.</summary>
    public static IReadOnlyList<EdXmlError> Check(EdXmlStatus status) => WriterRules.Check(status);

    /// <summary>Writes a document packet, streaming.</summary>
    /// <param name="output">Written forward only; stays open.</param>
    /// <param name="packet">One that <see cref="Check(EdXmlPacket)"/> finds nothing against.</param>
    /// <param name="openContent">Opens an attachment's content for reading, bare, not zipped; disposed by the writer.</param>
    /// <exception cref="ArgumentException">The packet breaks a rule; the message lists all.</exception>
    public static void Write(Stream output, EdXmlPacket packet, Func<AttachmentInfo, Stream> openContent)
    {
        ArgumentNullException.ThrowIfNull(openContent);
        ThrowIfAny(Check(packet));
        using var xml = XmlWriter.Create(output, Settings);
        var extensions = packet.Extensions;

        OpenHeader(xml);
        AxisOrder.Of(packet.Header.Write()).WriteTo(xml, EdXmlNames.Prefix);
        WriteTraceHeaderList(xml, packet);
        WriteAll(xml, extensions.Header);
        xml.WriteEndElement();
        WriteBody(xml, packet);
        WriteAll(xml, extensions.Envelope);
        xml.WriteEndElement();
        WriteAttachments(xml, packet, openContent);
        WriteAll(xml, extensions.Root);
        xml.WriteEndDocument();
    }

    /// <summary>Writes a status packet.</summary>
    /// <param name="output">Written forward only; stays open.</param>
    /// <param name="status">One that <see cref="Check(EdXmlStatus)"/> finds nothing against.</param>
    /// <exception cref="ArgumentException">The status breaks a rule; the message lists all.</exception>
    public static void Write(Stream output, EdXmlStatus status)
    {
        ThrowIfAny(Check(status));
        using var xml = XmlWriter.Create(output, Settings);
        OpenHeader(xml);
        AxisOrder.Of(status.Write()).WriteTo(xml, EdXmlNames.Prefix);
        TraceHeaderList(status.TraceHeaders, bussiness: null, attributes: [], status.PacketExtensions.TraceHeaderList)?.WriteTo(xml, EdXmlNames.Prefix);
        WriteAll(xml, status.PacketExtensions.Header);
        xml.WriteEndElement();
        Body([], status.PacketExtensions)?.WriteTo(xml, EdXmlNames.Prefix);
        WriteAll(xml, status.PacketExtensions.Envelope);
        xml.WriteEndElement();
        WriteAll(xml, status.PacketExtensions.Root);
        xml.WriteEndDocument();
    }

    private static void OpenHeader(XmlWriter xml)
    {
        xml.WriteStartDocument();
        xml.WriteStartElement("", "edXML", EdXmlNames.Qcvn);
        xml.WriteStartElement(EdXmlNames.Prefix, "edXMLEnvelope", EdXmlNames.Qcvn);
        xml.WriteStartElement(EdXmlNames.Prefix, "edXMLHeader", EdXmlNames.Qcvn);
    }

    private static void WriteTraceHeaderList(XmlWriter xml, EdXmlPacket packet) =>
        TraceHeaderList(packet.TraceHeaders, packet.Bussiness, packet.TraceHeaderAttributes, packet.Extensions.TraceHeaderList)?.WriteTo(xml, EdXmlNames.Prefix);

    private static EdXmlElement? TraceHeaderList(
        IReadOnlyList<TraceHeader> headers, Bussiness? bussiness, IReadOnlyList<EdXmlAttribute> attributes, IReadOnlyList<EdXmlElement> extensions)
    {
        var list = new FieldWriter("TraceHeaderList")
            .Section(bussiness?.Write())
            .Sections(headers, header => header.Write())
            .Extensions(extensions)
            .Element();
        return list is null ? null : AxisOrder.Of(list) with { Attributes = attributes };
    }

    private static void WriteBody(XmlWriter xml, EdXmlPacket packet) => Body(packet.Manifest, packet.Extensions)?.WriteTo(xml, EdXmlNames.Prefix);

    private static EdXmlElement? Body(IReadOnlyList<ManifestReference> references, PacketExtensions extensions)
    {
        var manifest = new FieldWriter("edXMLManifest").Sections(references, reference => reference.Write()).Extensions(extensions.Manifest).Element();
        return new FieldWriter("edXMLBody")
            .Section(manifest is null ? null : manifest with { Attributes = [new EdXmlAttribute("version", "", "1.0")] })
            .Extensions(extensions.Body)
            .Element();
    }

    private static void WriteAttachments(XmlWriter xml, EdXmlPacket packet, Func<AttachmentInfo, Stream> openContent)
    {
        if (packet.Attachments.Count == 0) return;
        xml.WriteStartElement("", "AttachmentEncoded", EdXmlNames.Qcvn);
        foreach (var attachment in packet.Attachments)
        {
            // Unprefixed but for the content, which declares the prefix anew: so the axis writes it.
            attachment.Write()!.WriteOpenTo(xml, "");
            xml.WriteStartElement(EdXmlNames.Prefix, "ContentTransferEncoded", EdXmlNames.Qcvn);
            using (var content = openContent(attachment))
            using (var base64 = new Base64ElementStream(xml))
                SdkArchive.Deflated(base64, EntryId(packet, attachment), Extension(attachment), content);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteAll(XmlWriter xml, IReadOnlyList<EdXmlElement> elements)
    {
        foreach (var element in elements) element.WriteTo(xml, EdXmlNames.Prefix);
    }

    /// <summary>The SDK takes a random id; ours follows from the packet, so that writing again gives the same bytes.</summary>
    private static Guid EntryId(EdXmlPacket packet, AttachmentInfo attachment) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{packet.Header.DocumentId}\n{attachment.ContentId}")).AsSpan(0, 16), bigEndian: true);

    private static string Extension(AttachmentInfo attachment)
    {
        var name = attachment.AttachmentName ?? "";
        var extension = name[(name.LastIndexOf('.') + 1)..];
        return extension.Length is > 0 and <= 16 && extension.Length < name.Length && extension.All(char.IsAsciiLetterOrDigit) ? extension : "bin";
    }

    private static void ThrowIfAny(IReadOnlyList<EdXmlError> errors)
    {
        if (errors.Count > 0) throw new ArgumentException("The packet cannot be written:\n" + string.Join('\n', errors));
    }
}

/// <summary>Puts what is written into it into the current element as base64, in one line.</summary>
internal sealed class Base64ElementStream(XmlWriter xml) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => xml.WriteBase64(buffer, offset, count);

    public override void Flush()
    {
        // A flush of the XML writer would end the base64 run in the middle of a group.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
