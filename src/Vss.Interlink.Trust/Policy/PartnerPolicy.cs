namespace Vss.Interlink.Trust.Policy;

/// <summary>What happens to a document without a valid signature. There is no default: a policy that does not choose is refused at start.</summary>
public enum UnsignedRule
{
    Refuse,
    InformationOnly,
}

/// <summary>Whether the partner must also present a TLS client certificate. No default either.</summary>
public enum ClientCertificateRule
{
    Required,
    NotRequired,
}

/// <summary>What the hub trusts one organ with. Immutable; replaced whole.</summary>
/// <param name="Organ">Organ code as it stands in messages.</param>
/// <param name="Name">For people.</param>
/// <param name="Signers">Distinguished names of certificates that may sign for the organ; a renewed certificate keeps its name.</param>
/// <param name="Unsigned">What happens to its unsigned documents.</param>
/// <param name="ClientCertificate">Whether its connections need one.</param>
public sealed record PartnerPolicy(string Organ, string Name, IReadOnlyList<string> Signers, UnsignedRule Unsigned, ClientCertificateRule ClientCertificate);

/// <summary>All policies at one moment. Read once per message, then handed on.</summary>
public sealed class PartnerPolicies
{
    private readonly Dictionary<string, PartnerPolicy> _byOrgan;

    public PartnerPolicies(IEnumerable<PartnerPolicy> policies) => _byOrgan = policies.ToDictionary(policy => policy.Organ, StringComparer.Ordinal);

    /// <summary>The organ's policy, or null: the caller must refuse.</summary>
    public PartnerPolicy? Find(string organ) => _byOrgan.GetValueOrDefault(organ);

    /// <summary>Whether the certificate's subject is registered for the organ; false for an unknown organ.</summary>
    public bool MaySign(string organ, string subject) => Find(organ)?.Signers.Contains(subject, StringComparer.Ordinal) == true;
}
