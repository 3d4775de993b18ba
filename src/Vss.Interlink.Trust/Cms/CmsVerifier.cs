using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>What a SignedData is over.</summary>
/// <param name="Covered">As the report names it.</param>
/// <param name="Open">Opens it; null when it is not there.</param>
public sealed record CmsContent(Coverage Covered, Func<Stream>? Open)
{
    /// <summary>The content that stands in the file; where none does, one that is not there.</summary>
    public static CmsContent Of(CmsFile file) => file.HasContent ? new(new Coverage(CoverageKind.WholeDocument, ""), file.OpenContent) : new(new Coverage(CoverageKind.External, ""), null);
}

/// <summary>Judges every signer of a CMS or CAdES signature: RFC 5652, EN 319 122-1. Content of any size is digested as it is read.</summary>
public sealed class CmsVerifier(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    private const int MaxAttributes = 64 * 1024;

    /// <summary>Its signers in their order; empty when there are none.</summary>
    /// <param name="file">The SignedData.</param>
    /// <param name="content">What it is over.</param>
    /// <param name="key">A key that the caller vouches for; null to find each signer's certificate.</param>
    public IReadOnlyList<JudgedSignature> Judge(CmsFile file, CmsContent content, SignerKey? key = null) => Judge(file.Message, content, key, Surroundings.None);

    internal IReadOnlyList<JudgedSignature> Judge(CmsMessage message, CmsContent content, SignerKey? key, Surroundings around)
    {
        var judge = new CmsJudge(store, policy, algorithms, at);
        var rules = CmsRules.Plain with { Key = KeyOf(key), WantsSignedAttributes = message.Signers.Exists(signer => !signer.HasSignedAttributes) && LooksLikeAttributes(content) };
        Dictionary<HashAlgorithmName, byte[]> digests = [];
        Func<HashAlgorithmName, byte[]>? digest = content.Open is null ? null : Digest;
        return [.. message.Signers.Select(signer => Judged(judge.Judge(message, signer, digest, rules, around), content.Covered))];

        byte[] Digest(HashAlgorithmName hash)
        {
            if (digests.TryGetValue(hash, out var known)) return known;
            using var stream = content.Open!();
            return digests[hash] = CryptographicOperations.HashData(hash, stream);
        }
    }

    private static JudgedSignature Judged(CmsFinding finding, Coverage covered)
    {
        var isIntact = finding.Integrity == SignatureIntegrity.Intact;
        return new JudgedSignature
        {
            Kind = finding.Level is null ? SignatureKind.Cms : SignatureKind.Cades,
            Level = finding.Level,
            Integrity = finding.Integrity,
            Verdict = finding.Verdict,
            Coverage = isIntact ? [covered] : [],
            Scope = isIntact ? SignatureScope.Full : SignatureScope.None,
            Algorithms = finding.Algorithms,
            ClaimedTime = finding.ClaimedTime,
            ProvedAt = finding.ProvedAt,
            Signer = finding.Signer,
        };
    }

    // A signature over signed attributes is one over their encoding too: without them in their place, whoever has it could pass that encoding off as what was signed.
    private static bool LooksLikeAttributes(CmsContent content)
    {
        if (content.Open is null) return false;
        using var stream = content.Open();
        var head = new byte[MaxAttributes];
        var count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (head[0] != 0x31) return false;
        try
        {
            var attributes = new CmsAttributes(head.AsMemory(0, count));
            return attributes.Has(CmsAttributes.ContentType) && attributes.Has(CmsAttributes.MessageDigest);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    internal static PublicKey? KeyOf(SignerKey? key)
    {
        if (key is null) return null;
        if (key.Certificate.IsEmpty) return PublicKey.CreateFromSubjectPublicKeyInfo(key.PublicKey.Span, out _);
        using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate.Span);
        return certificate.PublicKey;
    }
}
