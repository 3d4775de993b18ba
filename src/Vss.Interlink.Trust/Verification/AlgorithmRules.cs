using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>The algorithms that documents on the road are signed with. What is not named here is refused, though the engine may know it.</summary>
internal static class AlgorithmRules
{
    public const string ExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

    private const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    private const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";

    /// <summary>Whether each is admitted where it stands; breaks a rung at the first that is not.</summary>
    public static bool Admit(SignatureReport signature, Ladder ladder)
    {
        var isAdmitted = Admit(ladder, signature.Algorithms[0], Rules.AlgorithmC14n, "ds:CanonicalizationMethod", ExclusiveC14n)
            && Admit(ladder, signature.Algorithms[1], Rules.AlgorithmSignature, "ds:SignatureMethod", RsaSha256);
        foreach (var reference in signature.References)
        {
            isAdmitted = isAdmitted && Admit(ladder, reference.DigestMethod, Rules.AlgorithmDigest, "ds:DigestMethod", Sha256);
            foreach (var transform in reference.Transforms) isAdmitted = isAdmitted && Admit(ladder, transform, Rules.AlgorithmTransform, "ds:Transform", ExclusiveC14n, Enveloped);
        }

        return isAdmitted;
    }

    /// <summary>Whether a partner's policy admits them too, at this time.</summary>
    public static bool Admit(IReadOnlyList<string> algorithms, SignaturePolicy policy, DateTimeOffset at, Ladder ladder)
    {
        var names = algorithms.SelectMany(SignaturePolicy.NamesOf).ToList();
        return names.Find(name => !policy.Admits(name)) is { } other
            ? ladder.Fail(Rules.AlgorithmSignature, "ds:SignedInfo", $"policy {policy.Name} does not admit {other}", "Use an algorithm that the policy agreed with the hub lists.")
            : AlgorithmDates.Check(policy, names, at, "ds:SignedInfo", ladder);
    }

    private static bool Admit(Ladder ladder, string algorithm, string rule, string at, params ReadOnlySpan<string> admitted) =>
        admitted.Contains(algorithm) || ladder.Fail(rule, at, $"the algorithm {Shown(algorithm)} is not allowed", "Use RSA-SHA256, SHA-256 digests and exclusive canonicalisation without comments.");

    private static string Shown(string algorithm) => algorithm.Length is 0 or > 120 ? "that is named" : $"'{algorithm}'";
}
