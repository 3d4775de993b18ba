namespace Vss.Interlink.Trust.Signing;

/// <summary>What a seal covers: a header in a canonical form and parts by their digest.</summary>
/// <param name="Header">Well-formed XML; it is carried inside the seal and compared in exclusive canonical form.</param>
/// <param name="Parts">Attachments, in the order of the document.</param>
public sealed record SealedContent(ReadOnlyMemory<byte> Header, IReadOnlyList<SealedPart> Parts);

/// <summary>One attachment under a seal.</summary>
/// <param name="Id">Its id in the packet, without <c>cid:</c>.</param>
/// <param name="Sha256">Digest of its decoded content, 32 octets.</param>
public sealed record SealedPart(string Id, ReadOnlyMemory<byte> Sha256);
