namespace Vss.Interlink.Exchange.Bodies;

/// <summary>Content that is durable in the <see cref="BodyStore"/>.</summary>
/// <param name="Digest">SHA-256 of the content, and its name in the store.</param>
/// <param name="Size">Octets.</param>
public sealed record StoredBody(ContentDigest Digest, long Size);
