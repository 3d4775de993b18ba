using System.Security.Cryptography;
using Vss.Interlink.Exchange.Evidence;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class LedgerProof
{
    /// <summary>Looks at some batches of time stamps in their order: whether the leaves make the root, the token is over it, and each leaf is of something that the ledger knows.</summary>
    /// <param name="after">Number of the last batch that was looked at; 0 for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>What was found, and where to go on; null when that was all.</returns>
    public async Task<(IReadOnlyList<Finding> Findings, long? Next)> CheckStampsAsync(long after, int max, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        var batches = await ledger.ListStampBatchesAsync(after, max, cancellation);
        foreach (var batch in batches) Check(batch, await ledger.ListStampedAsync(batch.Number, cancellation), findings);
        return (findings, batches.Count == max ? batches[^1].Number : null);
    }

    private void Check(StampBatch batch, IReadOnlyList<StampedEvidence> members, List<Finding> findings)
    {
        void Broken(string rule, string detail) => findings.Add(new Finding($"batch {batch.Number}", rule, detail, Broken: true));
        var root = batch.Leaves.Length > 0 && batch.Leaves.Length % MerkleTree.Length == 0 ? MerkleTree.Root(batch.Leaves) : [];
        if (!root.AsSpan().SequenceEqual(batch.Root)) Broken("ledger.stamp.root", "Its leaves do not make its root.");
        Token(batch, root, Broken, findings);
        if (members.Count != batch.Size) Broken("ledger.stamp.leaves", $"It has {batch.Size} leaves, and {members.Count} pieces of evidence stand in it.");
        foreach (var member in members)
        {
            if (!batch.Leaf(member.Leaf).SequenceEqual(member.Sha256)) Broken("ledger.stamp.leaves", $"Leaf {member.Leaf} is not the evidence of {member.Subject} that stands there.");
            if (!member.IsKnown) Broken("ledger.stamp.evidence", $"Leaf {member.Leaf} is evidence of {member.Subject}, and it is gone or is not the document that was stamped.");
        }
    }

    // As with signatures: whether the token is over the root can be told for ever, who made it only as long as lists of that time are at hand.
    private void Token(StampBatch batch, byte[] root, Action<string, string> broken, List<Finding> findings)
    {
        if (stamps.Verify(batch.Token, root) is not { } kept) broken("ledger.stamp.token", "Its time stamp is no token.");
        else if (kept.Judged.IsIntact == false) broken("ledger.stamp.token", $"Its time stamp is not over its leaves: {kept.Judged.Verdict.Failure?.Detail}.");
        else if (kept.Token.Time.ToTheMillisecond() != batch.StampedAt) broken("ledger.stamp.token", "Its time stamp is of another time.");
        else if (kept.Judged.Verdict.Failure is { } failure)
            findings.Add(new Finding($"batch {batch.Number}", "ledger.stamp.trust", $"Who made its time stamp cannot be told: {failure.Rule}, {failure.Detail}.", Broken: false));
    }

    // Whether the documents of an exchange are those that were stamped, all of them, and nothing else is missing.
    private static void CheckStamps(ExchangeRows rows, bool allStamped, Action<string, string> broken)
    {
        var there = rows.View.Evidence.Select(evidence => Convert.ToHexStringLower(SHA256.HashData(evidence.Document.Span))).ToList();
        foreach (var one in rows.Stamped.Where(one => !there.Contains(Convert.ToHexStringLower(one.Sha256))))
            broken("ledger.stamp.evidence", $"The evidence with SHA-256 {Convert.ToHexStringLower(one.Sha256)} that batch {one.Batch} stamped as leaf {one.Leaf} is missing, or was altered.");
        if (!allStamped) return;
        HashSet<string> accounted = [.. rows.Unstamped.Concat(rows.Stamped.Select(one => one.Sha256)).Select(Convert.ToHexStringLower)];
        foreach (var (evidence, _) in rows.View.Evidence.Zip(there).Where(one => !accounted.Contains(one.Second)))
            broken("ledger.stamp.missing", $"A {evidence.Type} has no time stamp and does not wait for one.");
    }
}
