using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Which algorithms and keys may stand behind a signature, each with the time until which it is acceptable. A whole policy, by name: what it does not list it refuses, and HMAC, DSA and
/// MD5 cannot be listed. The engine knows no clock and admits all that is listed; whoever knows when a signature was made asks <see cref="EndedAt"/>.
/// </summary>
/// <remarks>
/// Names: digests <c>SHA-1</c>, <c>SHA-256</c>, <c>SHA-384</c>, <c>SHA-512</c>, <c>SHA3-256</c>, <c>SHA3-384</c>, <c>SHA3-512</c>; methods <c>RSA-PKCS1</c>, <c>RSA-PSS</c>, <c>ECDSA</c>; keys
/// <c>RSA-n</c> for moduli of n bits and more (1024 at least), up to the next that is listed, and <c>P-256</c>, <c>P-384</c>, <c>P-521</c>.
/// </remarks>
public sealed class SignaturePolicy
{
    private const int LeastRsaBits = 1024;
    private const int MostRsaBits = 16 * 1024;
    private const string Rsa = "RSA-";

    private static readonly FrozenDictionary<string, HashAlgorithmName> s_hashes = new Dictionary<string, HashAlgorithmName>
    {
        ["SHA-1"] = HashAlgorithmName.SHA1,
        ["SHA-256"] = HashAlgorithmName.SHA256,
        ["SHA-384"] = HashAlgorithmName.SHA384,
        ["SHA-512"] = HashAlgorithmName.SHA512,
        ["SHA3-256"] = HashAlgorithmName.SHA3_256,
        ["SHA3-384"] = HashAlgorithmName.SHA3_384,
        ["SHA3-512"] = HashAlgorithmName.SHA3_512,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<HashAlgorithmName, string> s_names = s_hashes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    private static readonly string[] s_today = ["SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "RSA-PKCS1", "RSA-PSS", "ECDSA", "RSA-2048", "P-256", "P-384", "P-521"];

    private readonly FrozenDictionary<string, DateTimeOffset?> _acceptable;
    private readonly int[] _rsaSizes;

    /// <param name="name">What verdicts call it.</param>
    /// <param name="acceptable">Names, each with the last moment at which a signature may have been made with it; null for no end.</param>
    /// <exception cref="ArgumentException">A name is not known; <see cref="IsKnown"/> tells before.</exception>
    public SignaturePolicy(string name, IEnumerable<KeyValuePair<string, DateTimeOffset?>> acceptable)
    {
        _acceptable = acceptable.ToFrozenDictionary(StringComparer.Ordinal);
        if (_acceptable.Keys.FirstOrDefault(key => !IsKnown(key)) is { } unknown) throw new ArgumentException($"'{unknown}' is no algorithm or key that a policy can admit.", nameof(acceptable));
        _rsaSizes = [.. _acceptable.Keys.Select(RsaBits).OfType<int>().Order()];
        Name = name;
    }

    /// <summary>For what arrives today: no SHA-1, RSA from 2048 bits.</summary>
    public static SignaturePolicy Default { get; } = new("default", Open(s_today));

    /// <summary>For judging old material: SHA-1 and RSA from 1024 bits too.</summary>
    public static SignaturePolicy Legacy { get; } = new("legacy", Open([.. s_today, "SHA-1", "RSA-1024"]));

    /// <summary>Those that are always there.</summary>
    public static IReadOnlyList<SignaturePolicy> All { get; } = [Default, Legacy];

    public string Name { get; }

    /// <summary>Bits of the shortest RSA modulus; more than any key has where RSA is not admitted.</summary>
    public int MinRsaBits => _rsaSizes is [var least, ..] ? least : int.MaxValue;

    /// <summary>Moments after which something is no longer acceptable.</summary>
    public IEnumerable<DateTimeOffset> Ends => _acceptable.Values.OfType<DateTimeOffset>();

    /// <summary>What all of these admit, each name to its earliest end.</summary>
    public static SignaturePolicy Strictest(IReadOnlyList<SignaturePolicy> policies)
    {
        if (policies is [var only]) return only;
        Dictionary<string, DateTimeOffset?> all = new(StringComparer.Ordinal);
        foreach (var name in policies.SelectMany(policy => policy._acceptable.Keys).Distinct(StringComparer.Ordinal))
        {
            // A key of so many bits may stand under another name in another policy.
            var names = policies.Select(policy => RsaBits(name) is { } bits ? policy.NameOfKey(isRsa: true, bits) : policy.Admits(name) ? name : null).ToList();
            if (!names.Contains(null)) all[name] = policies.Zip(names, (policy, own) => policy._acceptable[own!]).Min(end => end ?? DateTimeOffset.MaxValue) is var end && end < DateTimeOffset.MaxValue ? end : null;
        }

        return new SignaturePolicy(string.Join('+', policies.Select(policy => policy.Name)), all);
    }

    /// <summary>Whether a policy can list this name.</summary>
    public static bool IsKnown(string name) => s_hashes.ContainsKey(name) || name is "RSA-PKCS1" or "RSA-PSS" or "ECDSA" or "P-256" or "P-384" or "P-521" || RsaBits(name) is >= LeastRsaBits and <= MostRsaBits;

    /// <summary>The name of a digest; null for one that no policy can list.</summary>
    public static string? NameOf(HashAlgorithmName hash) => hash.Name is null ? null : s_names.GetValueOrDefault(hash);

    /// <summary>Names of what an identifier of XML signatures stands for; none for one that digests and signs nothing.</summary>
    public static IEnumerable<string> NamesOf(string identifier)
    {
        var method = SignatureMethod.Of(identifier);
        var hash = method.Hash.Name is not null ? method.Hash : DigestMethod.Of(identifier).Hash;
        if (NameOf(hash) is { } name) yield return name;
        if (identifier == SignatureMethod.RsaPssUri) yield return "RSA-PSS";
        else if (NameOf(method.Kind) is { } kind) yield return kind;
    }

    /// <summary>Whether it may digest, at some time.</summary>
    public bool Admits(HashAlgorithmName hash) => NameOf(hash) is { } name && _acceptable.ContainsKey(name);

    /// <summary>Whether a method is admitted, at some time.</summary>
    /// <param name="method"><c>RSA-PKCS1</c>, <c>RSA-PSS</c> or <c>ECDSA</c>.</param>
    public bool Admits(string method) => _acceptable.ContainsKey(method);

    /// <summary>The name under which a key is admitted at some time; null where it is not.</summary>
    /// <param name="isRsa">RSA; else ECDSA.</param>
    /// <param name="bits">Of the modulus or the curve.</param>
    public string? NameOfKey(bool isRsa, int bits)
    {
        if (!isRsa) return Admits($"P-{bits}") ? $"P-{bits}" : null;
        var size = _rsaSizes.LastOrDefault(size => size <= bits);
        return size > 0 && bits <= MostRsaBits ? string.Create(CultureInfo.InvariantCulture, $"{Rsa}{size}") : null;
    }

    /// <summary>The first of these names that is listed and was no longer acceptable at this time, with its end; null where there is none.</summary>
    public (string Name, DateTimeOffset Until)? EndedAt(IEnumerable<string> names, DateTimeOffset at)
    {
        foreach (var name in names)
        {
            if (_acceptable.TryGetValue(name, out var until) && until < at) return (name, until.Value);
        }

        return null;
    }

    /// <summary>The rule that a digest method breaks, or null.</summary>
    internal string? Refuses(DigestMethod method) => method.Standing switch
    {
        AlgorithmStanding.Md5 => SignatureRules.AlgorithmMd5,
        AlgorithmStanding.Good or AlgorithmStanding.Sha1 when Admits(method.Hash) => null,
        AlgorithmStanding.Sha1 => SignatureRules.AlgorithmSha1,
        _ => SignatureRules.AlgorithmDigest,
    };

    /// <summary>The rule that a signature method breaks, or null.</summary>
    internal string? Refuses(SignatureMethod method) => method.Standing switch
    {
        AlgorithmStanding.Md5 => SignatureRules.AlgorithmMd5,
        AlgorithmStanding.Hmac => SignatureRules.AlgorithmHmac,
        AlgorithmStanding.Dsa => SignatureRules.AlgorithmDsa,
        AlgorithmStanding.Good or AlgorithmStanding.Sha1 when Admits(method.Hash) && NameOf(method.Kind) is { } kind && Admits(kind) => null,
        AlgorithmStanding.Sha1 => SignatureRules.AlgorithmSha1,
        _ => SignatureRules.AlgorithmSignature,
    };

    private static string? NameOf(SignatureKind kind) => kind switch { SignatureKind.RsaPkcs1 => "RSA-PKCS1", SignatureKind.RsaPss => "RSA-PSS", SignatureKind.Ecdsa => "ECDSA", _ => null };

    private static int? RsaBits(string name) => name.StartsWith(Rsa, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Rsa.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) ? bits : null;

    private static IEnumerable<KeyValuePair<string, DateTimeOffset?>> Open(IEnumerable<string> names) => names.Select(name => KeyValuePair.Create(name, (DateTimeOffset?)null));
}
