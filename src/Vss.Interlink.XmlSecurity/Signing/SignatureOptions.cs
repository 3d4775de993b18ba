namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>How a signature is made.</summary>
public sealed record SignatureOptions
{
    /// <summary>Whose signature it is.</summary>
    public required SigningCertificate Certificate { get; init; }

    /// <summary>What the key computes.</summary>
    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>Digest of each reference.</summary>
    public DigestAlgorithm Digest { get; init; } = DigestAlgorithm.Sha256;

    /// <summary>Canonical form of <c>ds:SignedInfo</c>.</summary>
    public CanonicalizationMethod Canonicalization { get; init; } = CanonicalizationMethod.Exclusive;

    /// <summary>Id of the <c>ds:Signature</c>, from which its other identifiers are made; null for a random one.</summary>
    public string? Id { get; init; }

    /// <summary>Which attributes of the document are identifiers.</summary>
    public XmlIdRules Ids { get; init; } = XmlIdRules.Every;

    public KeyInformation KeyInfo { get; init; } = KeyInformation.Certificates;

    /// <summary>The XAdES properties; null for a signature by XML-DSig alone.</summary>
    public XadesProperties? Xades { get; init; }

    /// <summary>Breaks base64 into lines of 76 characters (RFC 2045 section 6.8), for readers that hold no long lines.</summary>
    public bool Base64InLines { get; init; }
}

/// <summary>The key's own step, wherever it is: signs a digest.</summary>
/// <returns>The signature value: of RSA as the algorithm has it, of ECDSA r and s side by side, each as long as the curve's order (IEEE P1363).</returns>
public delegate ValueTask<byte[]> DigestSigner(ReadOnlyMemory<byte> digest, System.Security.Cryptography.HashAlgorithmName hash, CancellationToken cancellation);
