using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Policy;

/// <summary>Whether algorithms were still acceptable when they were used: EN 319 102-1 section 5.2.8, the "cryptographic verification" against the dates of the policy.</summary>
internal static class AlgorithmDates
{
    /// <summary>Adds a rung where one had ended; says nothing where the policy sets no end.</summary>
    /// <param name="policy">Algorithms with their ends.</param>
    /// <param name="names">Names as <see cref="SignaturePolicy"/> has them.</param>
    /// <param name="used">When they are proved to have been used, else the time of judging.</param>
    /// <param name="at">Place.</param>
    /// <param name="ladder">Gets the rung.</param>
    public static bool Check(SignaturePolicy policy, IEnumerable<string> names, DateTimeOffset used, string at, Ladder ladder) => policy.EndedAt(names, used) is not { } ended
        || ladder.Fail(Rules.AlgorithmDate, at, $"policy {policy.Name} accepts {ended.Name} until {Times.Iso(ended.Until)}, and nothing proves a time before {Times.Iso(used)}",
            "Sign with a newer algorithm, or have a time stamp that proves when it was signed.");
}
