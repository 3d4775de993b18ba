using System.Collections.ObjectModel;

namespace Vss.Interlink.EdXml;

/// <summary>Rules that join parts of a packet; the reader and the writer hold the same ones.</summary>
internal static class PacketRules
{
    /// <summary>Every content id names one attachment, and what the manifest names is there (completeness: Decision 28/2018/QD-TTg Art. 9.1).</summary>
    public static void CheckAttachments(EdXmlPacket packet, ICollection<EdXmlError> errors)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attachment in packet.Attachments)
            if (!present.Add(attachment.ContentId)) errors.Add(Twice("AttachmentEncoded", attachment.ContentId));
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in packet.Manifest)
        {
            if (!named.Add(reference.ContentId)) errors.Add(Twice("edXMLManifest", reference.ContentId));
            if (!present.Contains(reference.ContentId))
            {
                errors.Add(new EdXmlError(
                    EdXmlFault.AttachmentMissing, "edXMLManifest", $"The manifest names '{reference.ContentId}', and no attachment has this id.", "Send the packet with all its attachments."));
            }
        }
    }

    private static EdXmlError Twice(string place, string contentId) =>
        new(EdXmlFault.Duplicate, place, $"The content id '{contentId}' stands more than once.", "Give each attachment its own content id.");
}

/// <summary>The parts of <c>edXMLBody</c>.</summary>
internal sealed record ManifestBody
{
    public IReadOnlyList<ManifestReference> References { get; private init; } = [];
    public IReadOnlyList<EdXmlElement> Extensions { get; private init; } = [];
    public IReadOnlyList<EdXmlElement> ManifestExtensions { get; private init; } = [];

    public static ManifestBody Read(FieldReader at)
    {
        var manifest = at.Section("edXMLManifest", list => new ManifestBody
        {
            References = list.Sections("Reference", ManifestReference.Read),
            ManifestExtensions = list.Rest(),
        });
        return (manifest ?? new ManifestBody()) with { Extensions = at.Rest() };
    }
}

/// <summary>Errors up to a number; a hostile packet must not be answered with a million reasons.</summary>
internal sealed class ErrorList(int capacity) : Collection<EdXmlError>
{
    protected override void InsertItem(int index, EdXmlError item)
    {
        if (Count < capacity) base.InsertItem(index, item);
    }
}
