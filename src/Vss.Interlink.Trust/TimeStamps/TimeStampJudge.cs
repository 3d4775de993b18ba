using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>A time-stamp token, judged.</summary>
/// <param name="Verdict">With the whole ladder.</param>
/// <param name="IsIntact">Whether the token's signature is right and the imprint that of the data, whoever made it; null when it could not be told.</param>
/// <param name="Signer">Whose certificate made it; null when it was not found.</param>
public sealed record JudgedTimeStamp(Verdict Verdict, bool? IsIntact, Signatory? Signer)
{
    /// <summary>What was not at hand; once it is, the token may pass.</summary>
    public IReadOnlyList<Lack> Lacks { get; init; } = [];

    /// <summary>The signer's certificate; null when it was not found.</summary>
    internal X509Certificate2? Certificate { get; init; }
}

/// <summary>Judges time-stamp tokens: EN 319 102-1 section 5.4, RFC 3161 section 2.3 and 2.4.2, RFC 5816.</summary>
/// <param name="store">Anchors of the authorities that are trusted, and what is at hand.</param>
/// <param name="policy">Whether revocation is asked for.</param>
/// <param name="algorithms">Digests and key lengths.</param>
/// <param name="at">The time to judge at.</param>
public sealed class TimeStampJudge(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    /// <summary>Lists and answers that are proved to have been there; grows as what encloses them passes.</summary>
    internal ProofSet Proofs { get; init; } = new();

    private const string Remedy = "Get a token from a time-stamping authority that follows RFC 3161.";

    /// <param name="token">The token.</param>
    /// <param name="digest">Gives the digest of the data that it is of; null when the data is not there.</param>
    /// <param name="query">What was asked; null when it is not known.</param>
    /// <param name="provedAt">When the token is proved to have been there already; null where only the time of judging is known.</param>
    public JudgedTimeStamp Judge(TimeStampToken token, Func<HashAlgorithmName, byte[]>? digest, TimeStampQuery? query, DateTimeOffset? provedAt = null)
    {
        var ladder = new Ladder();
        var (isIntact, certificate) = Check(token, digest, query, provedAt, ladder);
        var verdict = ladder.IsWhole ? ladder.Passed() : ladder.Refused();
        return new JudgedTimeStamp(verdict, isIntact, certificate is null ? null : CertificateJudge.Name(certificate)) { Lacks = ladder.Lacks, Certificate = certificate };
    }

    private (bool? IsIntact, X509Certificate2? Signer) Check(TimeStampToken token, Func<HashAlgorithmName, byte[]>? digest, TimeStampQuery? query, DateTimeOffset? provedAt, Ladder ladder)
    {
        // 1 one signer (RFC 3161 section 2.4.2), algorithms that the policy admits
        if (!ladder.Check(token.Message.Signers.Count == 1, Rules.Structure, "token", "one signer", "a token has exactly one signer", Remedy)) return (null, null);
        var signer = token.Message.Signers[0];
        if (!IsAdmitted(token.Hash) || !IsAdmitted(signer.Digest) || !signer.Method.IsKnown || !IsAdmitted(signer.Method.Hash))
        {
            ladder.Fail(Rules.AlgorithmDigest, "token", $"the policy {algorithms.Name} does not admit its digest or signature algorithm", "Get a token with SHA-256 or better.");
            return (null, null);
        }

        // "The length of the hash value ... SHALL match" (section 2.4.1): one that does not is of no data at all.
        if (!ladder.Check(token.Imprint.Length == CryptographicOperations.HashData(token.Hash, []).Length, Rules.Structure, "imprint", $"as long as {token.Hash.Name} makes it", $"the imprint has {token.Imprint.Length} octets, which {token.Hash.Name} never makes", Remedy))
            return (null, null);
        if (!AlgorithmDates.Check(algorithms, [SignaturePolicy.NameOf(token.Hash)!, SignaturePolicy.NameOf(signer.Digest)!, .. signer.Method.PolicyNames], provedAt ?? at, "token", ladder)) return (null, null);

        // 2 what it is of
        if (digest is not null && !ladder.Check(CryptographicOperations.FixedTimeEquals(digest(token.Hash), token.Imprint.Span), Rules.Digest, "imprint", "the imprint is that of the data", "the imprint is of other data", "Give the data that was stamped."))
            return (false, null);
        if (query is not null && !Answers(token, query, ladder)) return (false, null);

        // 3 whose it is, and whether he made it
        var candidates = token.Message.Certificates.Concat(store.Intermediates).Concat(store.Anchors).Where(candidate => PathCertificate.TryRead(candidate) is { } read && signer.Names(read)).ToList();
        if (!ladder.Check(candidates.Count > 0, Rules.Token, "token", "the authority's certificate is at hand", "the authority's certificate is neither in the token nor at hand", "Give the certificate (--extra-certs), or ask for it in the request (certReq).")) return (null, null);
        var content = token.Content.Span;
        var isOf = signer.HasSignedAttributes && signer.Problem(token.Message.ContentType) is null && signer.IsOf(CryptographicOperations.HashData(signer.Digest, content));
        if (!ladder.Check(isOf, Rules.Digest, "token", "the signed attributes are of this content", "the signed attributes are not of this content", Remedy)) return (false, null);
        var certificate = candidates.OrderByDescending(candidate => signer.Binds(candidate) == true).FirstOrDefault(candidate => signer.Verifies(candidate, _ => []));
        if (!ladder.Check(certificate is not null, Rules.Value, "token", "the signature is by the certificate's key", "the signature is not by the certificate's key", Remedy)) return (false, candidates[0]);
        if (!ladder.Check(signer.Binds(certificate!) == true, Rules.Token, "token", "the signed attributes name this certificate", "the signed attributes do not name the certificate by its digest (RFC 3161 section 2.4.2)", Remedy)) return (true, certificate);

        if (!ladder.Check(IsOwnName(token.Authority, certificate!), Rules.Token, "tsa", "the name in the token is none other than the certificate's", "the token names another authority than its certificate (RFC 3161 section 2.4.2)", Remedy)) return (true, certificate);

        // 4 whether he may: for time stamping alone, not revoked
        var time = Times.Iso(token.Time);
        if (!ladder.Check(token.Time <= at, Rules.Window, "token", $"made at {time}", $"the token is of {time}, which is after the time of judging", "Judge at a later time.")) return (true, certificate);
        if (!ladder.Check(Times.Plus(token.Time, token.Accuracy) >= certificate!.NotBefore, Rules.Validity, "token", "made in the life of the authority's certificate", $"the token is of {time}, before the authority's certificate began", Remedy)) return (true, certificate);
        Path(token, certificate!, provedAt, ladder);
        return (true, certificate);
    }

    private void Path(TimeStampToken token, X509Certificate2 certificate, DateTimeOffset? provedAt, Ladder ladder)
    {
        var own = token.Material;
        if (provedAt is { } proved) Proofs.Add(own.Octets, proved);
        new PathValidator(store.With(own.Lists, own.Answers), token.Message.Certificates).Validate(certificate, new PathRequest
        {
            Purpose = CertificatePurpose.TimeStamping,
            Now = at,
            ProvedAt = provedAt,
            Proofs = Proofs,
            Revocation = policy.Revocation,
            RevocationGrace = policy.RevocationGrace,
            Algorithms = algorithms,
        }, ladder);
    }

    // Section 2.4.2: it must correspond to one of the names of the subject.
    private static bool IsOwnName(ReadOnlyMemory<byte> name, X509Certificate2 certificate)
    {
        if (name.IsEmpty) return true;
        if (PathCertificate.TryRead(certificate) is not { } read) return false;
        try
        {
            var reader = new AsnReader(name, AsnEncodingRules.BER);
            if (reader.PeekTag() is { TagClass: TagClass.ContextSpecific, TagValue: 4 } tag && NameForm.Of(reader.ReadSequence(tag).ReadEncodedValue()) is var directory)
                return directory == read.Subject || read.DirectoryNames.Contains(directory, StringComparer.Ordinal);
            return certificate.Extensions["2.5.29.17"]?.RawData.AsSpan().IndexOf(name.Span) >= 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool Answers(TimeStampToken token, TimeStampQuery query, Ladder ladder) =>
        ladder.Check(query.Hash == token.Hash && query.Imprint.Span.SequenceEqual(token.Imprint.Span), Rules.Digest, "request", "the imprint is that of the request", "the imprint is not that of the request", Remedy)
        && ladder.Check(query.Nonce == token.Nonce || query.Nonce is null, Rules.Request, "request", "the nonce is that of the request", "the nonce is not that of the request: it is the answer to another one", Remedy)
        && ladder.Check(query.Policy is null || query.Policy == token.Policy, Rules.Request, "request", "the policy is as asked for", "the token was made under another policy than asked for", Remedy);

    private bool IsAdmitted(HashAlgorithmName hash) => algorithms.Admits(hash);
}
