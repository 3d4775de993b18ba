namespace Vss.Interlink.EdXml;

/// <summary>An entry of the manifest. The Java SDK keeps the original content type here while the attachment says <c>application/zip</c>.</summary>
public sealed record ManifestReference
{
    /// <summary>Without <c>cid:</c>.</summary>
    public required string ContentId { get; init; }

    /// <summary>A hint only: senders write misspelt, wrong and zipped types.</summary>
    public string? ContentType { get; init; }

    public string? Description { get; init; }
    public string? AttachmentName { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    /// <summary>Ids stand in a child (Java SDK) or in an <c>xlink:href</c> attribute (.NET style), with <c>cid:</c> or without.</summary>
    internal static ManifestReference Read(FieldReader at)
    {
        var id = EdXmlNames.WithoutScheme(at.Text("ContentId") ?? at.Element.Attribute("href"));
        if (string.IsNullOrEmpty(id)) at.Missing("ContentId");
        return new ManifestReference
        {
            ContentId = id ?? "",
            ContentType = at.Text("ContentType") ?? at.Element.Attribute("ContentType"),
            Description = at.Text("Description") ?? at.Element.Attribute("Description"),
            AttachmentName = at.Text("AttachmentName") ?? at.Element.Attribute("AttachmentName"),
            Extensions = at.Rest(),
        };
    }

    internal EdXmlElement? Write() => new FieldWriter("Reference")
        .Text("ContentId", EdXmlNames.ContentIdScheme + EdXmlNames.WithoutScheme(ContentId))
        .Text("ContentType", ContentType)
        .Text("Description", Description)
        .Text("AttachmentName", AttachmentName)
        .Extensions(Extensions)
        .Element();
}

/// <summary>An attachment without its content, which went to (or comes from) a stream of the caller's.</summary>
public sealed record AttachmentInfo
{
    /// <summary>Without <c>cid:</c>. Empty while reading when the element follows the content.</summary>
    public required string ContentId { get; init; }

    /// <summary>A name for people. Never a path: it comes from a stranger.</summary>
    public string? AttachmentName { get; init; }

    public string? Description { get; init; }

    /// <summary>As the packet has it, a hint only. The writer always writes <c>application/zip</c>; the original type belongs in the manifest.</summary>
    public string? ContentType { get; init; }

    public string? FieldName { get; init; }
    public string? MimeType { get; init; }
    public string? Format { get; init; }

    /// <summary>Position in the packet, from 0. Set by the reader.</summary>
    public int Index { get; init; }

    /// <summary>Bytes of the content as it went to the caller's stream. Set by the reader, once the content was read.</summary>
    public long Length { get; init; }

    /// <summary>The content came in the zip that the vendor's SDK puts around every attachment, and was taken out of it. Set by the reader.</summary>
    public bool Unwrapped { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    /// <summary>Everything but the content; <see cref="Extensions"/> is taken up even while elements may still follow.</summary>
    internal static AttachmentInfo Read(FieldReader at) => new()
    {
        ContentId = EdXmlNames.WithoutScheme(at.Required("ContentId")) ?? "",
        AttachmentName = at.Text("AttachmentName"),
        Description = at.Text("Description"),
        ContentType = at.Text("ContentType"),
        FieldName = at.Text("FieldName"),
        MimeType = at.Text("MimeType"),
        Format = at.Text("Format"),
        Extensions = at.Rest(),
    };

    /// <summary>Everything but the content, which the writer appends.</summary>
    internal EdXmlElement? Write() => new FieldWriter("Attachment")
        .Text("ContentId", EdXmlNames.ContentIdScheme + EdXmlNames.WithoutScheme(ContentId))
        .Text("AttachmentName", AttachmentName)
        .Text("Description", Description)
        .Text("ContentType", "application/zip")
        .Text("FieldName", FieldName)
        .Text("MimeType", MimeType)
        .Text("Format", Format)
        .Extensions(Extensions)
        .Element();
}

/// <summary>Holds the contents of attachments in memory: for small packets whose size the caller has bounded.</summary>
public sealed class AttachmentsInMemory
{
    private readonly Dictionary<int, MemoryStream> _contents = [];

    /// <summary>To be handed to <see cref="EdXmlReader"/>.</summary>
    public Stream Create(AttachmentInfo attachment) => _contents[attachment.Index] = new MemoryStream();

    /// <summary>The content of an attachment that was read.</summary>
    public byte[] ContentOf(AttachmentInfo attachment) => _contents[attachment.Index].ToArray();
}
