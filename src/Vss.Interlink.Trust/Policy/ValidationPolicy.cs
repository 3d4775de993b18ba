namespace Vss.Interlink.Trust.Policy;

/// <summary>Whether a signer must be shown to be unrevoked.</summary>
public enum RevocationRule
{
    /// <summary>A fresh answer for every certificate of the path; absence refuses.</summary>
    Required,

    /// <summary>What is known counts; what is not known does not refuse.</summary>
    IfAvailable,

    /// <summary>Not looked at, for judging a document where no lists are at hand. The verdict then says nothing about revocation.</summary>
    NotChecked,
}

/// <summary>What follows when the signer's certificate is not good.</summary>
public enum UntrustedSignerRule
{
    /// <summary>Nothing costly is computed for a stranger (W3C XML Signature Best Practices, practice 1).</summary>
    Stop,

    /// <summary>Digests and signature value are judged all the same, so that a report can tell a changed document from an unknown signer. The verdict stays a refusal.</summary>
    JudgeIntegrity,
}

/// <summary>How a document is judged. A whole policy, named by its rules; no rule has a default.</summary>
public sealed record ValidationPolicy(RevocationRule Revocation, UntrustedSignerRule UntrustedSigner)
{
    /// <summary>For how long after its end an answer on revocation still counts, where a partner's policy names such a time; zero for none.</summary>
    public TimeSpan RevocationGrace { get; init; }

    /// <summary>Policies that the signer's own terms are taken from (algorithms with their dates, grace); null where everybody is judged alike.</summary>
    public Func<PartnerPolicies>? Partners { get; init; }

    /// <summary>The hub's own: every rule at its strictest.</summary>
    public static ValidationPolicy Strict { get; } = new(RevocationRule.Required, UntrustedSignerRule.Stop);
}
