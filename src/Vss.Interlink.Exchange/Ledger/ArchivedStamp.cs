using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What shows, without the hub, that a piece of evidence is under a time stamp. Digests are hexadecimal.</summary>
/// <param name="Evidence">Its file in the exchange's folder.</param>
/// <param name="Sha256">Of the file: the leaf's data.</param>
/// <param name="Leaf">Its index in the Merkle tree (RFC 6962 section 2.1), from 0.</param>
/// <param name="Leaves">How many the tree has.</param>
/// <param name="Path">The audit path, from the leaf upwards.</param>
/// <param name="Root">Where it leads.</param>
/// <param name="Token">File of the archive: RFC 3161 token whose imprint is the root.</param>
internal sealed record ArchivedStamp(string Evidence, string Sha256, int Leaf, int Leaves, IReadOnlyList<string> Path, string Root, string Token)
{
    /// <summary>In the exchange's folder.</summary>
    public const string File = "stamps.json";

    /// <summary>The token itself.</summary>
    [JsonIgnore]
    public byte[] Octets { get; private init; } = [];

    public static ArchivedStamp Of(string file, EvidenceView evidence, StampBatch batch) => new(
        file, Convert.ToHexStringLower(evidence.Sha256.Span), evidence.Stamp.Leaf, batch.Size,
        [.. MerkleTree.Path(batch.Leaves, evidence.Stamp.Leaf).Select(Convert.ToHexStringLower)], Convert.ToHexStringLower(batch.Root), $"stamps/{batch.Number}.tst") { Octets = batch.Token };

    /// <summary>Whether the document leads to the root, and the token is over it. Who made the token is not looked at.</summary>
    public bool IsOf(byte[] document, byte[] token)
    {
        var digest = SHA256.HashData(document);
        return Convert.ToHexStringLower(digest) == Sha256
            && MerkleTree.RootOf(digest, Leaf, Leaves, [.. Path.Select(Convert.FromHexString)]) is { } root && Convert.ToHexStringLower(root) == Root
            && TimeStampToken.TryRead(token) is { } read && read.Imprint.Span.SequenceEqual(root);
    }
}
