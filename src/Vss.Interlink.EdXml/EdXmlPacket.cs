namespace Vss.Interlink.EdXml;

/// <summary>What a document packet does.</summary>
public enum PacketKind
{
    /// <summary>A <c>BussinessDocType</c> outside 0 to 3: not to be acted on.</summary>
    Unknown = 0,
    New = 1,
    Reply = 2,
    Revocation = 3,
    Update = 4,
    Replacement = 5,
}

/// <summary>How a packet's header is signed. A fact about the packet, never evidence: the axis re-writes packets, and the vendor's SDK writes dummies.</summary>
public enum HeaderSignature
{
    /// <summary>No signature element.</summary>
    None = 0,

    /// <summary>An empty <c>DigitalSignature</c>, as .NET writers emit.</summary>
    EmptyDigitalSignature = 1,

    /// <summary><c>Signature</c> in the packet's namespace: what the axis leaves of an XML signature. Nothing can verify it.</summary>
    PacketNamespace = 2,

    /// <summary><c>Signature</c> in the W3C namespace. Not evaluated.</summary>
    XmlDsig = 3,
}

/// <summary>A document packet (QCVN 102:2016, file variant): new, reply, update, replacement or revocation.</summary>
public sealed record EdXmlPacket
{
    public required MessageHeader Header { get; init; }

    /// <summary>What the packet does to an earlier document.</summary>
    public Bussiness? Bussiness { get; init; }

    /// <summary>The stops on the way.</summary>
    public IReadOnlyList<TraceHeader> TraceHeaders { get; init; } = [];

    /// <summary>Attributes of the list of trace headers: some writers put SOAP 1.1's <c>actor</c> and <c>mustUnderstand</c> there.</summary>
    public IReadOnlyList<EdXmlAttribute> TraceHeaderAttributes { get; init; } = [];

    /// <summary>One reference per attachment.</summary>
    public IReadOnlyList<ManifestReference> Manifest { get; init; } = [];

    public IReadOnlyList<AttachmentInfo> Attachments { get; init; } = [];

    /// <summary>Set by the reader; the writer writes no signature.</summary>
    public HeaderSignature HeaderSignature { get; init; }

    /// <summary>Unknown elements outside <see cref="Header"/> and <see cref="Bussiness"/>.</summary>
    public PacketExtensions Extensions { get; init; } = PacketExtensions.None;

    /// <summary>What the packet does, by its content; the presence of <c>Bussiness/DocumentId</c> tells nothing.</summary>
    public PacketKind Kind => Bussiness?.BussinessDocType switch
    {
        null or "0" => Header.ResponseFor.Count > 0 ? PacketKind.Reply : PacketKind.New,
        "1" => PacketKind.Revocation,
        "2" => PacketKind.Update,
        "3" => PacketKind.Replacement,
        _ => PacketKind.Unknown,
    };

    /// <summary>The manifest's entry for an attachment; null when the manifest does not name it.</summary>
    public ManifestReference? ReferenceOf(AttachmentInfo attachment) =>
        Manifest.FirstOrDefault(reference => reference.ContentId == attachment.ContentId);

    /// <summary>The packet with one more attachment, in the list and in the manifest.</summary>
    /// <param name="contentId">Unique in the packet.</param>
    /// <param name="name">The name with its extension, for people.</param>
    /// <param name="contentType">The type of the content before it is zipped.</param>
    /// <param name="description">Free text; the name where there is none, as the SDK does.</param>
    public EdXmlPacket WithAttachment(string contentId, string name, string contentType, string? description = null) => this with
    {
        Manifest = [.. Manifest, new() { ContentId = contentId, ContentType = contentType, Description = description ?? name, AttachmentName = name }],
        Attachments = [.. Attachments, new() { ContentId = contentId, AttachmentName = name, Description = description ?? name, Index = Attachments.Count }],
    };
}

/// <summary>Unknown elements of a document packet, by the element they stand in.</summary>
public sealed record PacketExtensions
{
    public static readonly PacketExtensions None = new();

    public IReadOnlyList<EdXmlElement> Root { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Envelope { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Header { get; init; } = [];
    public IReadOnlyList<EdXmlElement> TraceHeaderList { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Body { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Manifest { get; init; } = [];
}
