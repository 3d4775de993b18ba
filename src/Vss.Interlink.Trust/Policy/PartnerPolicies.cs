using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Policy;

/// <summary>All policies at one moment. Read once per message, then handed on.</summary>
public sealed class PartnerPolicies
{
    private readonly Dictionary<string, PartnerPolicy> _byOrgan;

    public PartnerPolicies(IEnumerable<PartnerPolicy> policies) => _byOrgan = policies.ToDictionary(policy => policy.Organ, StringComparer.Ordinal);

    public IReadOnlyCollection<PartnerPolicy> All => _byOrgan.Values;

    /// <summary>The organ's policy, or null: the caller must refuse.</summary>
    public PartnerPolicy? Find(string organ) => _byOrgan.GetValueOrDefault(organ);

    /// <summary>How dossiers for the organ fare while nothing is exchanged with it; null for one that is not suspended, and for one that has no policy.</summary>
    public SuspensionRule? SuspensionOf(string organ) => Find(organ)?.Suspended;

    /// <summary>Whether this signer is registered for the organ; false for an unknown organ or nobody.</summary>
    public bool MaySign(string organ, Signatory? signatory) => signatory is not null && Find(organ)?.Signers.Any(signer => signer.Is(signatory)) == true;

    /// <summary>
    /// By what a signer's documents are judged: the strictest of the policies of the organs that he may sign for, for which of them he speaks is known only once his document is. Who is
    /// registered nowhere is judged without any grace, and refused later.
    /// </summary>
    internal (SignaturePolicy Algorithms, TimeSpan RevocationGrace) TermsOf(Signatory signatory)
    {
        var policies = _byOrgan.Values.Where(partner => partner.Signers.Any(signer => signer.Is(signatory))).Select(partner => partner.Policy).Distinct().ToList();
        return policies.Count == 0 ? (SignaturePolicy.Default, TimeSpan.Zero) : (SignaturePolicy.Strictest([.. policies.Select(policy => policy.Algorithms)]), policies.Min(policy => policy.RevocationGrace));
    }
}
