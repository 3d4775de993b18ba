namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>What a XAdES baseline signature says under its signature: ETSI EN 319 132-1 section 5.2. The certificate and the formats of what is signed come by themselves.</summary>
public sealed record XadesProperties
{
    /// <summary>When the signer says that he signed (section 5.2.1).</summary>
    public required DateTimeOffset SigningTime { get; init; }

    /// <summary>What the signer commits himself to, for everything that is signed (section 5.2.3).</summary>
    public IReadOnlyList<CommitmentType> Commitments { get; init; } = [];

    /// <summary>The rules that the signature is made under (section 5.2.9).</summary>
    public SignaturePolicy? Policy { get; init; }

    /// <summary>Roles that the signer claims (section 5.2.6), as text.</summary>
    public IReadOnlyList<string> ClaimedRoles { get; init; } = [];

    /// <summary>What is added beyond B-B; null for none.</summary>
    public XadesExtension? Extension { get; init; }
}

/// <summary>A commitment, ETSI EN 319 132-1 section 5.2.3 and TS 119 172-1 annex B.</summary>
/// <param name="Identifier">A URI, or <c>urn:oid:…</c>.</param>
public sealed record CommitmentType(string Identifier)
{
    public static CommitmentType ProofOfOrigin { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin");

    public static CommitmentType ProofOfReceipt { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt");

    public static CommitmentType ProofOfDelivery { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery");

    public static CommitmentType ProofOfSender { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfSender");

    public static CommitmentType ProofOfApproval { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfApproval");

    public static CommitmentType ProofOfCreation { get; } = new("http://uri.etsi.org/01903/v1.2.2#ProofOfCreation");
}

/// <summary>A signature policy, named and pinned by its digest.</summary>
/// <param name="Identifier">A URI, or <c>urn:oid:…</c>.</param>
/// <param name="Algorithm">What <paramref name="Digest"/> was computed by.</param>
/// <param name="Digest">Digest of the policy document.</param>
/// <param name="Location">Where the document is, a URI; null for none.</param>
public sealed record SignaturePolicy(string Identifier, DigestAlgorithm Algorithm, ReadOnlyMemory<byte> Digest, string? Location = null);
