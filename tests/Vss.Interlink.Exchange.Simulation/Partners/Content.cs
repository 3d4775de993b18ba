using System.Security.Cryptography;
using Google.Protobuf;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>What may be attached: a few contents for all letters, so that the same one comes again while it is looked at.</summary>
internal sealed record Content(string Id, byte[] Octets)
{
    // The last one has two segments in the store.
    public static IReadOnlyList<Content> All { get; } = [Make("a-1", 1), Make("a-2", 40), Make("a-3", 2_000), Make("a-4", 70_000)];

    public StoredBody Body { get; } = new(ContentDigest.Stored(SHA256.HashData(Octets)), Octets.Length);

    public static Content? Find(ContentDigest digest) => All.FirstOrDefault(content => content.Body.Digest == digest);

    public Attachment Attachment() => new() { Id = Id, Size = Body.Size, Sha256 = ByteString.CopyFrom(Body.Digest.Octets) };

    private static Content Make(string id, int length) => new(id, [.. Enumerable.Range(0, length).Select(at => (byte)((at + length) % 251))]);
}
