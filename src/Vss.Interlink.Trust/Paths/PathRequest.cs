using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Paths;

/// <summary>What a certificate is to be used for.</summary>
public enum CertificatePurpose
{
    /// <summary>Nothing is asked of key usage and extended key usage.</summary>
    Any,

    /// <summary>Signing documents: key usage, where there is one, has digitalSignature or nonRepudiation; extended key usage, where there is one, has one of <see cref="SigningUsages"/>.</summary>
    Signing,
    ServerAuth,
    ClientAuth,
    EmailProtection,
    CodeSigning,
    TimeStamping,
    OcspSigning,
}

/// <summary>The settings of RFC 5280 section 6.1.1 (c) to (g).</summary>
/// <param name="Acceptable">Policies that are acceptable; empty for any.</param>
/// <param name="RequiresPolicy">initial-explicit-policy.</param>
/// <param name="InhibitsMapping">initial-policy-mapping-inhibit.</param>
/// <param name="InhibitsAny">initial-any-policy-inhibit.</param>
public sealed record PolicyRequest(IReadOnlyCollection<string> Acceptable, bool RequiresPolicy, bool InhibitsMapping, bool InhibitsAny)
{
    /// <summary>Any policy, none required.</summary>
    public static PolicyRequest None { get; } = new([], false, false, false);
}

/// <summary>What is asked of a certification path.</summary>
public sealed record PathRequest
{
    public required CertificatePurpose Purpose { get; init; }

    /// <summary>The time of judging: what is known then.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The moment at which the certificate was used, where a time stamp proves it; else <see cref="Now"/>.</summary>
    public DateTimeOffset? ProvedAt { get; init; }

    /// <summary>When the certificate had not been used yet, where a content time stamp proves it; null where nothing does.</summary>
    public DateTimeOffset? MadeAfter { get; init; }

    /// <summary>Lists and answers that are proved to have been there; null for none.</summary>
    internal ProofSet? Proofs { get; init; }

    public required RevocationRule Revocation { get; init; }

    /// <summary>For how long after its end an answer on revocation still counts; zero for none.</summary>
    public TimeSpan RevocationGrace { get; init; }

    /// <summary>Algorithms and key lengths of everything along the path.</summary>
    public SignaturePolicy Algorithms { get; init; } = SignaturePolicy.Default;

    public PolicyRequest Policies { get; init; } = PolicyRequest.None;

    /// <summary>Most certificates between the certificate and the anchor.</summary>
    public int MaxIntermediates { get; init; } = 8;

    /// <summary>A DNS name that the certificate must be for; null for none.</summary>
    public string? DnsName { get; init; }

    internal DateTimeOffset Moment => ProvedAt ?? Now;
}
