using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>The digests that signatures are made with: a closed set, identifiers by RFC 6931 section 2.1 and XML Encryption 1.1 section 5.8.</summary>
public sealed class DigestAlgorithm
{
    private DigestAlgorithm(string uri, HashAlgorithmName name) => (Uri, Name) = (uri, name);

    public static DigestAlgorithm Sha256 { get; } = new("http://www.w3.org/2001/04/xmlenc#sha256", HashAlgorithmName.SHA256);

    public static DigestAlgorithm Sha384 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#sha384", HashAlgorithmName.SHA384);

    public static DigestAlgorithm Sha512 { get; } = new("http://www.w3.org/2001/04/xmlenc#sha512", HashAlgorithmName.SHA512);

    /// <summary>The identifier that stands in <c>ds:DigestMethod</c>.</summary>
    public string Uri { get; }

    /// <summary>The platform's name for it.</summary>
    public HashAlgorithmName Name { get; }

    public override string ToString() => Uri;

    internal byte[] Hash(ReadOnlySpan<byte> octets) => CryptographicOperations.HashData(Name, octets);

    internal IncrementalHash Begin() => IncrementalHash.CreateHash(Name);
}
