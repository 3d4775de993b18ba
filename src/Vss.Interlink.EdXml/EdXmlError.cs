namespace Vss.Interlink.EdXml;

/// <summary>Why a packet was refused.</summary>
public enum EdXmlFault
{
    /// <summary>The bytes are no well-formed XML within the limits of the XML reader that was handed in.</summary>
    NotWellFormed = 1,

    /// <summary>XML, but not an edXML packet.</summary>
    NotEdXml = 2,

    /// <summary>A mandatory element is missing or empty.</summary>
    Missing = 3,

    /// <summary>An element that may stand once stands twice, so that two readers could understand two different things.</summary>
    Duplicate = 4,

    /// <summary>A value or an element is not of the form that its place asks for.</summary>
    BadValue = 5,

    /// <summary>The header or an attachment is over a limit.</summary>
    TooLarge = 6,

    /// <summary>The content of an attachment is not base64.</summary>
    BadBase64 = 7,

    /// <summary>The zip around an attachment is broken or inflates beyond the limits.</summary>
    BadArchive = 8,

    /// <summary>The manifest names an attachment that is not in the packet.</summary>
    AttachmentMissing = 9,
}

/// <summary>One reason for a refusal.</summary>
/// <param name="Fault">The kind of error.</param>
/// <param name="Place">Path of element names below the root, with the position of repeated elements, e.g. <c>MessageHeader/To[2]/OrganId</c>.</param>
/// <param name="Message">What is wrong, for a person.</param>
/// <param name="Remedy">What the sender should do about it.</param>
public sealed record EdXmlError(EdXmlFault Fault, string Place, string Message, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Fault} at {Place}: {Message} {Remedy}";
}

/// <summary>What reading gave: a document, a status, or the reasons for refusing.</summary>
public abstract record EdXmlReadResult
{
    private EdXmlReadResult()
    {
    }

    /// <summary>A document packet (new, reply, update, replacement or revocation).</summary>
    public sealed record Document(EdXmlPacket Packet) : EdXmlReadResult;

    /// <summary>A status packet.</summary>
    public sealed record Status(EdXmlStatus Packet) : EdXmlReadResult;

    /// <summary>At least one error. Attachment streams that were opened hold part of the content and are to be thrown away.</summary>
    public sealed record Refused(IReadOnlyList<EdXmlError> Errors) : EdXmlReadResult
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join('\n', Errors);
    }
}

/// <summary>Stops a reading that cannot go on; caught where the reading began.</summary>
internal sealed class EdXmlRefusalException(EdXmlError error) : Exception(error.Message)
{
    public EdXmlError Error { get; } = error;
}
