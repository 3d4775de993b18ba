namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Families of signature algorithms.</summary>
public enum SignatureFamily
{
    /// <summary>RSASSA-PKCS1-v1_5, RFC 8017 section 8.2.</summary>
    RsaPkcs1,

    /// <summary>RSASSA-PSS with MGF1 over the same hash and a salt of the hash's length, RFC 8017 section 8.1 and RFC 6931 section 2.3.10.</summary>
    RsaPss,

    /// <summary>ECDSA over the curves P-256, P-384 and P-521; the value is r and s side by side, RFC 6931 section 2.3.6.</summary>
    Ecdsa,
}

/// <summary>The algorithms that signatures are made with: a closed set, identifiers by RFC 6931.</summary>
public sealed class SignatureAlgorithm
{
    private SignatureAlgorithm(string uri, SignatureFamily family, DigestAlgorithm digest) => (Uri, Family, Digest) = (uri, family, digest);

    public static SignatureAlgorithm RsaSha256 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SignatureFamily.RsaPkcs1, DigestAlgorithm.Sha256);

    public static SignatureAlgorithm RsaSha384 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", SignatureFamily.RsaPkcs1, DigestAlgorithm.Sha384);

    public static SignatureAlgorithm RsaSha512 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SignatureFamily.RsaPkcs1, DigestAlgorithm.Sha512);

    public static SignatureAlgorithm RsaPssSha256 { get; } = new("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", SignatureFamily.RsaPss, DigestAlgorithm.Sha256);

    public static SignatureAlgorithm RsaPssSha384 { get; } = new("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", SignatureFamily.RsaPss, DigestAlgorithm.Sha384);

    public static SignatureAlgorithm RsaPssSha512 { get; } = new("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", SignatureFamily.RsaPss, DigestAlgorithm.Sha512);

    public static SignatureAlgorithm EcdsaSha256 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SignatureFamily.Ecdsa, DigestAlgorithm.Sha256);

    public static SignatureAlgorithm EcdsaSha384 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", SignatureFamily.Ecdsa, DigestAlgorithm.Sha384);

    public static SignatureAlgorithm EcdsaSha512 { get; } = new("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", SignatureFamily.Ecdsa, DigestAlgorithm.Sha512);

    /// <summary>All nine.</summary>
    public static IReadOnlyList<SignatureAlgorithm> All { get; } =
        [RsaSha256, RsaSha384, RsaSha512, RsaPssSha256, RsaPssSha384, RsaPssSha512, EcdsaSha256, EcdsaSha384, EcdsaSha512];

    /// <summary>The identifier that stands in <c>ds:SignatureMethod</c>.</summary>
    public string Uri { get; }

    public SignatureFamily Family { get; }

    /// <summary>What <c>ds:SignedInfo</c> is digested with before the key sees it.</summary>
    public DigestAlgorithm Digest { get; }

    public override string ToString() => Uri;
}
