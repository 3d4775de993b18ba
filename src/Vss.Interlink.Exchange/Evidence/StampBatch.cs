namespace Vss.Interlink.Exchange.Evidence;

/// <summary>A piece of evidence that waits for its time stamp.</summary>
/// <param name="Place">In the queue.</param>
/// <param name="Subject">Id of its exchange; of evidence SUBMISSION_REJECTION the reference of the refusal.</param>
/// <param name="Sha256">Of the signed document.</param>
/// <param name="Since">How long it waits: since it was recorded, since stamps were switched on, or since it was found to be dated in the future.</param>
public sealed record UnstampedEvidence(long Place, string Subject, byte[] Sha256, DateTimeOffset Since);

/// <summary>Where a piece of evidence is stamped.</summary>
/// <param name="Subject">As in <see cref="UnstampedEvidence"/>.</param>
/// <param name="Sha256">Of the signed document.</param>
/// <param name="Batch">Number of the batch.</param>
/// <param name="Leaf">From 0.</param>
/// <param name="IsKnown">Whether the ledger knows what it is of.</param>
public sealed record StampedEvidence(string Subject, byte[] Sha256, long Batch, int Leaf, bool IsKnown);

/// <summary>A batch before it is recorded.</summary>
/// <param name="Evidence">In the order of the leaves, which is that of the places.</param>
/// <param name="Leaves">Their digests, one after the other.</param>
/// <param name="Root">Of the Merkle tree over them.</param>
/// <param name="Token">RFC 3161 token over the root, DER.</param>
/// <param name="StampedAt">When the authority saw it.</param>
/// <param name="Authority">Subject of its certificate.</param>
public sealed record NewStampBatch(IReadOnlyList<UnstampedEvidence> Evidence, byte[] Leaves, byte[] Root, byte[] Token, DateTimeOffset StampedAt, string Authority)
{
    /// <summary>Evidence whose places follow each other without a gap: where each run begins, and how much it is.</summary>
    internal IEnumerable<(int First, int Count)> Runs()
    {
        for (int first = 0, next; first < Evidence.Count; first = next)
        {
            next = first + 1;
            while (next < Evidence.Count && Evidence[next].Place == Evidence[next - 1].Place + 1) next++;
            yield return (first, next - first);
        }
    }
}

/// <summary>A batch as it is kept for ever.</summary>
/// <param name="Number">From 1, in order.</param>
/// <param name="StampedAt">When the authority saw the root.</param>
/// <param name="Authority">Subject of its certificate.</param>
/// <param name="Root">Of the Merkle tree (RFC 6962 section 2.1).</param>
/// <param name="Leaves">SHA-256 of each document, one after the other.</param>
/// <param name="Token">RFC 3161 token whose imprint is the root, DER.</param>
public sealed record StampBatch(long Number, DateTimeOffset StampedAt, string Authority, byte[] Root, byte[] Leaves, byte[] Token)
{
    /// <summary>How many leaves.</summary>
    public int Size => Leaves.Length / MerkleTree.Length;

    /// <summary>The data of one leaf; empty when there is no such leaf.</summary>
    public ReadOnlySpan<byte> Leaf(int index) => index >= 0 && index < Size ? Leaves.AsSpan(index * MerkleTree.Length, MerkleTree.Length) : [];
}

/// <summary>How it stands with time stamps in the ledger.</summary>
/// <param name="IsOn">Whether they were ever switched on.</param>
/// <param name="Batches">Made ever.</param>
/// <param name="Waiting">Pieces of evidence without one.</param>
public sealed record StampCounts(bool IsOn, long Batches, long Waiting);
