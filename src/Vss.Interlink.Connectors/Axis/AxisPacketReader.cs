using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>A packet as it was read, before anything in it is believed.</summary>
/// <param name="Packet">Header, labels and extensions.</param>
/// <param name="Bodies">Decoded contents by content id, stored.</param>
internal sealed record ReadPacket(EdXmlPacket Packet, IReadOnlyDictionary<string, StoredBody> Bodies);

/// <summary>Reads packets of the axis, verifies their seals and makes submissions of what was verified.</summary>
internal sealed class AxisPacketReader(BodyStore bodies, IntakeRoom room, SealVerifier seals, RevocationSource revocation, Func<PartnerPolicies> policies, long maxPacketBytes)
{
    // A seal holds a header and digests; what is larger is a document.
    private const long LargestSeal = 1024 * 1024;

    /// <summary>Reads a document packet; contents go to the body store while they are read. Throws the fault that names what is wrong.</summary>
    public async Task<ReadPacket> ReadAsync(Stream file, CancellationToken cancellation)
    {
        await room.RequireAsync(cancellation);
        var contents = new List<BodyWriteStream>();
        try
        {
            using var xml = SafeXml.Reader(file, new XmlLimits { MaxBytes = maxPacketBytes });
            var result = EdXmlReader.Read(xml, _ => KeptOpen.Around(Begin(contents)), new EdXmlReadOptions { OpenScratch = PacketFile.Create });
            var packet = result switch
            {
                EdXmlReadResult.Document(var document) => document,
                EdXmlReadResult.Refused(var errors) => throw EdXmlDossier.Refused(errors),
                _ => throw new ExchangeFault(Fault.SchemaViolation, "A status packet came as a document.", "edxml.kind"),
            };
            var stored = new Dictionary<string, StoredBody>(StringComparer.Ordinal);
            foreach (var attachment in packet.Attachments) stored[attachment.ContentId] = await contents[attachment.Index].CommitAsync(cancellation);
            return new ReadPacket(packet, stored);
        }
        finally
        {
            foreach (var content in contents) await content.DisposeAsync();
        }
    }

    /// <summary>Verifies the packet's seal, or asks the policy about a packet without one, and translates what was verified.</summary>
    public async Task<Submission> VerifyAsync(ReadPacket read, MessageId docId, OrganId receiver, CancellationToken cancellation)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (id, body) in read.Bodies)
        {
            if (await SealAsync(body, cancellation) is { } seal) found[id] = seal;
        }

        var others = read.Bodies.Where(body => !found.ContainsKey(body.Key)).ToDictionary(body => body.Key, body => body.Value, StringComparer.Ordinal);
        var parts = others.ToDictionary(body => body.Key, body => (ReadOnlyMemory<byte>)body.Value.Digest.ToArray(), StringComparer.Ordinal);
        var projection = HeaderProjection.Of(read.Packet);
        List<VerificationResult> results = [];
        foreach (var seal in found.Values) results.Add(await revocation.VerifyAsync(() => seals.Verify(seal, projection, parts), cancellation));
        var result = results.OfType<VerificationResult.Passed>().FirstOrDefault()
            ?? results.FirstOrDefault()
            ?? ChannelVerifier.Unsigned(policies().Find(read.Packet.Header.From.OrganId), projection, parts);
        return result switch
        {
            VerificationResult.Passed passed => EdXmlDossier.Read(passed.Document, read.Packet, others, docId, receiver),
            VerificationResult.Refused refused => throw FaultCatalogue.FromVerdict(refused.Verdict),
            _ => throw new InvalidOperationException("A verification passes or refuses."),
        };
    }

    /// <summary>A status packet: never signed in practice, so for information only, and only where the sender's policy says so.</summary>
    public Submission ReadStatus(byte[] octets, MessageId docId, OrganId receiver)
    {
        using var input = new MemoryStream(octets, writable: false);
        using var xml = SafeXml.Reader(input, new XmlLimits());
        var sender = EdXmlReader.Read(xml, static _ => Stream.Null) switch
        {
            EdXmlReadResult.Status(var status) => status.From.OrganId,
            EdXmlReadResult.Refused(var errors) => throw EdXmlDossier.Refused(errors),
            _ => throw new ExchangeFault(Fault.SchemaViolation, "A document packet came as a status.", "edxml.kind"),
        };
        return ChannelVerifier.Unsigned(policies().Find(sender), octets, new Dictionary<string, ReadOnlyMemory<byte>>()) switch
        {
            VerificationResult.Passed passed => EdXmlDossier.ReadStatus(passed.Document, docId, receiver),
            VerificationResult.Refused refused => throw FaultCatalogue.FromVerdict(refused.Verdict),
            _ => throw new InvalidOperationException("A verification passes or refuses."),
        };
    }

    private BodyWriteStream Begin(List<BodyWriteStream> contents)
    {
        contents.Add(bodies.Begin());
        return contents[^1];
    }

    private async Task<byte[]?> SealAsync(StoredBody body, CancellationToken cancellation)
    {
        if (body.Size > LargestSeal) return null;
        await using var content = bodies.OpenRead(body.Digest);
        var octets = new byte[body.Size];
        await content.ReadExactlyAsync(octets, cancellation);
        return SealVerifier.LooksLikeSeal(octets, HeaderProjection.Namespace) ? octets : null;
    }

    /// <summary>The reader disposes what it wrote to; a body must live until it is committed.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2213", Justification = "Not to dispose it is what this is for.")]
    private sealed class KeptOpen : Stream
    {
        private readonly Stream _inner;

        private KeptOpen(Stream inner) => _inner = inner;

        public static KeptOpen Around(Stream inner) => new(inner);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _inner.Length;

        public override long Position { get => _inner.Position; set => throw new NotSupportedException(); }

        public override void Flush() => _inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => _inner.Write(buffer);
    }
}
