namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Which algorithms and keys may stand behind a signature. A whole policy, by name; HMAC, DSA and MD5 are in none.</summary>
public sealed class SignaturePolicy
{
    private SignaturePolicy(string name, bool admitsSha1, int minRsaBits) => (Name, AdmitsSha1, MinRsaBits) = (name, admitsSha1, minRsaBits);

    /// <summary>For what arrives today: no SHA-1, RSA from 2048 bits.</summary>
    public static SignaturePolicy Default { get; } = new("default", false, 2048);

    /// <summary>For judging old material: SHA-1 and RSA from 1024 bits too.</summary>
    public static SignaturePolicy Legacy { get; } = new("legacy", true, 1024);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SignaturePolicy> All { get; } = [Default, Legacy];

    public string Name { get; }

    /// <summary>Whether SHA-1 may digest.</summary>
    public bool AdmitsSha1 { get; }

    /// <summary>Bits of the shortest RSA modulus.</summary>
    public int MinRsaBits { get; }

    /// <summary>The rule that a digest method breaks, or null.</summary>
    internal string? Refuses(DigestMethod method) => method.Standing switch
    {
        AlgorithmStanding.Good => null,
        AlgorithmStanding.Sha1 => AdmitsSha1 ? null : SignatureRules.AlgorithmSha1,
        AlgorithmStanding.Md5 => SignatureRules.AlgorithmMd5,
        _ => SignatureRules.AlgorithmDigest,
    };

    /// <summary>The rule that a signature method breaks, or null.</summary>
    internal string? Refuses(SignatureMethod method) => method.Standing switch
    {
        AlgorithmStanding.Good => null,
        AlgorithmStanding.Sha1 => AdmitsSha1 ? null : SignatureRules.AlgorithmSha1,
        AlgorithmStanding.Md5 => SignatureRules.AlgorithmMd5,
        AlgorithmStanding.Hmac => SignatureRules.AlgorithmHmac,
        AlgorithmStanding.Dsa => SignatureRules.AlgorithmDsa,
        _ => SignatureRules.AlgorithmSignature,
    };
}
