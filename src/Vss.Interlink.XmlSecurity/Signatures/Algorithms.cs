using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What is known of an algorithm before any policy speaks.</summary>
internal enum AlgorithmStanding
{
    Good,
    Sha1,
    Md5,
    Hmac,
    Dsa,
    Unknown,
}

/// <summary>A digest method: a closed list, identifiers by XML-DSig 1.1 section 6.2 and RFC 9231 section 2.1.</summary>
/// <param name="Uri">The identifier.</param>
/// <param name="Standing">Whether it is known and sound.</param>
/// <param name="Hash">The platform's name; default where it is not computed.</param>
/// <param name="Length">Octets of the digest.</param>
internal sealed record DigestMethod(string Uri, AlgorithmStanding Standing, HashAlgorithmName Hash, int Length)
{
    private static readonly DigestMethod[] s_known =
    [
        new("http://www.w3.org/2001/04/xmlenc#sha256", AlgorithmStanding.Good, HashAlgorithmName.SHA256, 32),
        new("http://www.w3.org/2001/04/xmldsig-more#sha384", AlgorithmStanding.Good, HashAlgorithmName.SHA384, 48),
        new("http://www.w3.org/2001/04/xmlenc#sha512", AlgorithmStanding.Good, HashAlgorithmName.SHA512, 64),
        new("http://www.w3.org/2000/09/xmldsig#sha1", AlgorithmStanding.Sha1, HashAlgorithmName.SHA1, 20),
        new("http://www.w3.org/2007/05/xmldsig-more#sha3-256", Sha3, HashAlgorithmName.SHA3_256, 32),
        new("http://www.w3.org/2007/05/xmldsig-more#sha3-384", Sha3, HashAlgorithmName.SHA3_384, 48),
        new("http://www.w3.org/2007/05/xmldsig-more#sha3-512", Sha3, HashAlgorithmName.SHA3_512, 64),
        new("http://www.w3.org/2001/04/xmldsig-more#md5", AlgorithmStanding.Md5, default, 16),
    ];

    // The platform has all of SHA-3 or none.
    private static AlgorithmStanding Sha3 => SHA3_256.IsSupported ? AlgorithmStanding.Good : AlgorithmStanding.Unknown;

    public static DigestMethod Sha256 => s_known[0];

    /// <summary>The method of an identifier; one that is not known stands as unknown.</summary>
    public static DigestMethod Of(string uri)
    {
        foreach (var known in s_known)
        {
            if (known.Uri == uri) return known;
        }

        return new DigestMethod(uri, AlgorithmStanding.Unknown, default, 0);
    }

    /// <summary>The first octets of a digest, enough to tell two apart.</summary>
    public static string Short(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest[..Math.Min(8, digest.Length)]) + "…";

    /// <summary>The method that computes a hash of the platform, or null.</summary>
    public static DigestMethod? Of(HashAlgorithmName hash) => Array.Find(s_known, known => known.Hash == hash && hash.Name is not null);
}

/// <summary>What a signature value is made with.</summary>
internal enum SignatureKind
{
    None,
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}

/// <summary>A signature method: a closed list, identifiers by XML-DSig 1.1 section 6.4 and RFC 9231 section 2.3.</summary>
/// <param name="Uri">The identifier.</param>
/// <param name="Standing">Whether it is known and sound.</param>
/// <param name="Kind">With which arithmetic.</param>
/// <param name="Hash">What SignedInfo is digested with.</param>
internal sealed record SignatureMethod(string Uri, AlgorithmStanding Standing, SignatureKind Kind, HashAlgorithmName Hash)
{
    /// <summary>RSASSA-PSS with its parameters written out: RFC 9231 section 2.3.9.</summary>
    public const string RsaPssUri = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";

    private const string Dsig = DsigNames.DsigText;
    private const string More = "http://www.w3.org/2001/04/xmldsig-more#";
    private const string More2007 = "http://www.w3.org/2007/05/xmldsig-more#";

    private static readonly SignatureMethod[] s_known =
    [
        Good(More + "rsa-sha256", SignatureKind.RsaPkcs1, HashAlgorithmName.SHA256),
        Good(More + "rsa-sha384", SignatureKind.RsaPkcs1, HashAlgorithmName.SHA384),
        Good(More + "rsa-sha512", SignatureKind.RsaPkcs1, HashAlgorithmName.SHA512),
        Good(More2007 + "sha256-rsa-MGF1", SignatureKind.RsaPss, HashAlgorithmName.SHA256),
        Good(More2007 + "sha384-rsa-MGF1", SignatureKind.RsaPss, HashAlgorithmName.SHA384),
        Good(More2007 + "sha512-rsa-MGF1", SignatureKind.RsaPss, HashAlgorithmName.SHA512),
        Good(More + "ecdsa-sha256", SignatureKind.Ecdsa, HashAlgorithmName.SHA256),
        Good(More + "ecdsa-sha384", SignatureKind.Ecdsa, HashAlgorithmName.SHA384),
        Good(More + "ecdsa-sha512", SignatureKind.Ecdsa, HashAlgorithmName.SHA512),
        new(Dsig + "rsa-sha1", AlgorithmStanding.Sha1, SignatureKind.RsaPkcs1, HashAlgorithmName.SHA1),
        new(More + "ecdsa-sha1", AlgorithmStanding.Sha1, SignatureKind.Ecdsa, HashAlgorithmName.SHA1),
        new(More2007 + "sha1-rsa-MGF1", AlgorithmStanding.Sha1, SignatureKind.RsaPss, HashAlgorithmName.SHA1),
        new(More + "rsa-md5", AlgorithmStanding.Md5, SignatureKind.None, default),
        new(Dsig + "dsa-sha1", AlgorithmStanding.Dsa, SignatureKind.None, default),
        new("http://www.w3.org/2009/xmldsig11#dsa-sha256", AlgorithmStanding.Dsa, SignatureKind.None, default),
        new(Dsig + "hmac-sha1", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-md5", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-sha224", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-sha256", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-sha384", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-sha512", AlgorithmStanding.Hmac, SignatureKind.None, default),
        new(More + "hmac-ripemd160", AlgorithmStanding.Hmac, SignatureKind.None, default),
    ];

    /// <summary>The method of an identifier; one that is not known stands as unknown.</summary>
    public static SignatureMethod Of(string uri)
    {
        foreach (var known in s_known)
        {
            if (known.Uri == uri) return known;
        }

        return new SignatureMethod(uri, AlgorithmStanding.Unknown, SignatureKind.None, default);
    }

    /// <summary>RSASSA-PSS with parameters that this verifier computes: MGF1 and a salt of the same hash.</summary>
    public static SignatureMethod RsaPss(DigestMethod digest) => new(RsaPssUri, digest.Standing, SignatureKind.RsaPss, digest.Hash);

    private static SignatureMethod Good(string uri, SignatureKind kind, HashAlgorithmName hash) => new(uri, AlgorithmStanding.Good, kind, hash);
}
