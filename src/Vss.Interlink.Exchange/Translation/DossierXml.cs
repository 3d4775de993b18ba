using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>The Dossier element of interlink-v1.xsd to and from the canonical dossier, field by field.</summary>
public sealed partial class DossierXml(SubmissionBodies bodies)
{
    /// <summary>Namespace of interlink-v1.xsd.</summary>
    public const string Namespace = "urn:vss:interlink:v1";

    private const string Edge = "soap";

    /// <summary>Reads Body/SubmitDossier/Dossier from the verified octets; the attachments' contents go to the body store.</summary>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION, ATTACHMENT_MISMATCH, LIMIT_EXCEEDED or MALFORMED, naming the element; OVERLOADED before a content for which there is no room.</exception>
    public async Task<Submission> ReadAsync(VerifiedDocument document, CancellationToken cancellation)
    {
        using var xml = SafeXml.Reader(document.Octets, XmlLimits.None);   // they were kept when the document came, and canonical octets can be larger than what came
        try
        {
            var at = new SchemaReader(xml, Namespace);
            at.EnterAny("Body");
            at.Enter("SubmitDossier");
            at.Enter("Dossier");
            var (dossier, attachments) = await ReadDossierAsync(at, cancellation);
            at.Leave();
            at.Leave();
            at.Leave();
            return new Submission(document, dossier, attachments, Edge, answeredByStatus: false);
        }
        catch (XmlException broken)
        {
            throw FaultCatalogue.FromRefusal(SafeXml.Refusal(broken));
        }
    }

    /// <summary>Writes the Dossier element with the attachments' contents as base64, a piece at a time; what the writer writes to sees synchronous writes.</summary>
    /// <param name="xml">Stands where the element belongs.</param>
    /// <param name="dossier">The dossier.</param>
    /// <param name="open">Opens an attachment's content; the stream is disposed here.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    public static async Task WriteAsync(XmlWriter xml, Dossier dossier, Func<Attachment, Stream> open, CancellationToken cancellation)
    {
        WriteBeforeAttachments(xml, dossier);
        var piece = new byte[48 * 1024];
        foreach (var attachment in dossier.Attachments)
        {
            WriteAttachmentHead(xml, attachment);
            xml.WriteStartElement("Content", Namespace);
            await using (var content = open(attachment))
            {
                // Whole groups of three octets, or the base64 would be padded in the middle.
                int read;
                while ((read = await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellation)) > 0) xml.WriteBase64(piece, 0, read);
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        WriteAfterAttachments(xml, dossier);
    }

    /// <summary>Octets of the Dossier element, as <see cref="WriteAsync"/> writes it in UTF-8 behind a prefix of one letter: without the attachments' contents, and of these. No content is read.</summary>
    /// <param name="dossier">Each attachment with its size.</param>
    public static (long Fields, long Contents) LengthOf(Dossier dossier)
    {
        using var octets = new CountedOctets();
        using (var xml = XmlWriter.Create(octets, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            xml.WriteStartElement("i", "D", Namespace);
            WriteBeforeAttachments(xml, dossier);
            foreach (var attachment in dossier.Attachments)
            {
                WriteAttachmentHead(xml, attachment);
                xml.WriteStartElement("Content", Namespace);
                xml.WriteFullEndElement();
                xml.WriteEndElement();
            }

            WriteAfterAttachments(xml, dossier);
        }

        return (octets.Length, dossier.Attachments.Sum(attachment => Base64Length(attachment.Size)));
    }

    /// <summary>The form that <see cref="DossierDigest"/> hashes: attachments by size and digest, no trace entries.</summary>
    internal static void WriteForDigest(XmlWriter xml, Dossier dossier)
    {
        WriteBeforeAttachments(xml, dossier, withTrace: false);
        foreach (var attachment in dossier.Attachments)
        {
            WriteAttachmentHead(xml, attachment);
            xml.WriteEndElement();
        }

        WriteAfterAttachments(xml, dossier);
    }

    /// <summary>Characters of so many octets as base64.</summary>
    public static long Base64Length(long octets) => (octets + 2) / 3 * 4;

    /// <summary>Takes octets and keeps their number.</summary>
    private sealed class CountedOctets : Stream
    {
        private long _count;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _count;

        public override long Position { get => _count; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => _count += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _count += buffer.Length;

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
