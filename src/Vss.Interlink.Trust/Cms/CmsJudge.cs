using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>
/// Judges one signer of a SignedData: RFC 5652 sections 5.4 to 5.6 and 11, RFC 5035, EN 319 122-1, with the indications of EN 319 102-1 section 5. The content is asked for by its digest
/// alone, so that it may be of any size and anywhere.
/// </summary>
/// <param name="store">Anchors, and what is at hand beside what the signature carries.</param>
/// <param name="policy">Whether revocation is asked for.</param>
/// <param name="algorithms">Digests and key lengths.</param>
/// <param name="at">The time to judge at.</param>
internal sealed class CmsJudge(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    private const string Place = "SignerInfo";
    private const string Remedy = "Sign by CAdES (EN 319 122-1) or by RFC 5652.";

    /// <param name="message">The SignedData.</param>
    /// <param name="signer">One of its signers.</param>
    /// <param name="contentDigest">Gives the digest of the content; null when the content is not there.</param>
    /// <param name="rules">What the profile asks.</param>
    /// <param name="around">What stands around the signature and proves something of it, as a document time stamp.</param>
    public CmsFinding Judge(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]>? contentDigest, CmsRules rules, Surroundings around)
    {
        var ladder = new Ladder();
        var carried = new CarriedMaterial(message, signer);
        var (integrity, certificate) = Arithmetic(message, signer, contentDigest, rules, carried, ladder);
        var proved = around.ProvedAt;
        var level = proved is null ? SignatureLevel.B : SignatureLevel.T;
        if (integrity == SignatureIntegrity.Intact)
        {
            if (certificate is not null) (proved, level) = Trust(signer, certificate, rules, carried, new CmsTimeStamps(message, signer, contentDigest!, carried), around, ladder);
            foreach (var counter in CounterSignature.Of(signer)) counter.Report(CertificatesOf(counter.Signer, carried), ladder);
        }

        return new CmsFinding(
            integrity, ladder.IsWhole ? ladder.Passed() : ladder.Refused(), certificate is null ? null : CertificateJudge.Name(certificate), signer.ClaimedTime, proved,
            signer.Signed.Has(CmsAttributes.SigningCertificateV2) || signer.Signed.Has(CmsAttributes.SigningCertificate) ? level : null, [.. Names(signer)])
        {
            Lacks = ladder.Lacks,
        };
    }

    // Whose certificate it is, when it signed, and whether it was good then.
    private (DateTimeOffset? Proved, SignatureLevel Level) Trust(CmsSigner signer, X509Certificate2 certificate, CmsRules rules, CarriedMaterial carried, CmsTimeStamps stamps, Surroundings around, Ladder ladder)
    {
        Binding(signer, certificate, rules, ladder);
        var material = carried.Material;
        var all = store.With(material.Certificates, material.Lists, material.Answers);
        var proofs = new ProofSet(around.Proved);
        if (around.ProvedAt is { } enclosed) proofs.Add(material.Octets, enclosed);
        if (stamps.IsAnyUnreadable) ladder.Pass(Rules.TimeStamp, "unsignedAttrs", "a time stamp is not counted: it cannot be read");
        var proof = ProofOfExistence.Of(stamps.All, new TimeStampJudge(all, policy, algorithms, at) { Proofs = proofs }, around, ladder);
        var proved = proof.At;
        if (signer.ClaimedTime is { } claimed) ladder.Pass(Rules.ClaimedTime, "signing-time", SigningTimeClaim.Describe(claimed, proved, at));
        AlgorithmDates.Check(algorithms, signer.Method.PolicyNames, proved ?? at, Place, ladder);   // the digest is the method's own
        CertificateJudge.Judge(certificate, carried.Certificates, all, at, forClientAuthentication: false, policy, ladder, algorithms, proof);
        return (proved, new BaselineLevel(store, algorithms, at).Of(certificate, proof, material.And(around.Material)));
    }

    // Format, algorithms, digest, value: in this order, and nothing is computed with what the policy does not admit.
    private (SignatureIntegrity Integrity, X509Certificate2? Certificate) Arithmetic(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]>? contentDigest, CmsRules rules, CarriedMaterial carried, Ladder ladder)
    {
        var named = CertificatesOf(signer, carried);
        var foreseen = named.Find(candidate => signer.Binds(candidate) == true) ?? named.FirstOrDefault();
        if (!Format(message, signer, rules, ladder) || !Algorithms(signer, ladder)) return (SignatureIntegrity.Unknown, foreseen);
        if (!ladder.Check(contentDigest is not null, Rules.ReferenceResolved, "content", "the content is at hand", "what is signed is not in the file", "Give the content beside it (--content FILE).")) return (SignatureIntegrity.Unknown, foreseen);
        if (signer.HasSignedAttributes && !ladder.Check(signer.IsOf(contentDigest!(signer.Digest)), Rules.Digest, "content", "the message-digest attribute is that of the content", "the content was changed after it was signed", "Give the content as it was signed."))
            return (SignatureIntegrity.Broken, foreseen);

        const string passed = "the signature value is right", failed = "the signature value is not by the signer's key over these octets";
        if (rules.Key is { } key)
        {
            if (!signer.Method.Takes(key)) return (Unfit(ladder), null);
            return (ladder.Check(signer.Verifies(key, contentDigest!), Rules.Value, Place, passed, failed, "Give the signer's key, and what it signed.") ? SignatureIntegrity.Intact : SignatureIntegrity.Broken, null);
        }

        if (foreseen is null)
        {
            ladder.Fail(Rules.Token, Place, "the signer's certificate is neither in the message nor at hand", "Give the certificate (--extra-certs), or let the signer send it along.");
            return (SignatureIntegrity.Unknown, null);
        }

        if (!named.Exists(candidate => signer.Method.Takes(candidate.PublicKey))) return (Unfit(ladder), foreseen);

        // Several certificates may answer to one name; the one that the signed attributes name goes first.
        var certificate = named.OrderByDescending(candidate => signer.Binds(candidate) == true).FirstOrDefault(candidate => signer.Verifies(candidate, contentDigest!));
        return ladder.Check(certificate is not null, Rules.Value, Place, passed, failed, "Give the content and the attributes as they were signed.") ? (SignatureIntegrity.Intact, certificate) : (SignatureIntegrity.Broken, foreseen);
    }

    // A key that cannot be computed with says nothing about the value.
    private static SignatureIntegrity Unfit(Ladder ladder)
    {
        ladder.Fail(Rules.Key, Place, "the signer's key is not of the kind that the signature algorithm takes, or on a curve that is not known here", "Sign with an RSA key, or with one on P-256, P-384 or P-521.");
        return SignatureIntegrity.Unknown;
    }

    private static bool Format(CmsMessage message, CmsSigner signer, CmsRules rules, Ladder ladder)
    {
        if (rules.WantsOneSigner && message.Signers.Count != 1) return ladder.Fail(Rules.Structure, "SignedData", $"the message has {message.Signers.Count} signers, its profile asks for one", Remedy);
        if (rules.ContentType is { } wanted && message.ContentType != wanted) return ladder.Fail(Rules.Structure, "eContentType", $"the content is of type {message.ContentType}, its profile asks for {wanted}", Remedy);
        if (!signer.HasSignedAttributes)
        {
            // RFC 5652 section 5.3: they may be left out for plain data alone.
            return ladder.Check(message.ContentType == CmsMessage.Data && !rules.WantsSignedAttributes, Rules.Structure, "signedAttrs", "the value is over the content itself", "there are no signed attributes, which must be there", Remedy);
        }

        return ladder.Check(signer.Problem(message.ContentType) is null, Rules.Structure, "signedAttrs", "the signed attributes are those of RFC 5652", signer.Problem(message.ContentType) ?? "", Remedy);
    }

    private bool Algorithms(CmsSigner signer, Ladder ladder)
    {
        const string remedy = "Sign with SHA-256 or better, and RSA or ECDSA.";
        if (!IsAdmitted(signer.Digest)) return ladder.Fail(Rules.AlgorithmDigest, "digestAlgorithm", $"the policy {algorithms.Name} does not admit the digest {signer.Digest.Name ?? signer.DigestOid}", remedy);
        if (!signer.Method.IsKnown || !signer.Method.PolicyNames.All(algorithms.Admits)) return ladder.Fail(Rules.AlgorithmSignature, "signatureAlgorithm", $"the policy {algorithms.Name} does not admit the signature algorithm {signer.Method.Oid}", remedy);
        return ladder.Check(signer.Method.Hash == signer.Digest, Rules.AlgorithmSignature, "signatureAlgorithm", $"algorithms are those of policy {algorithms.Name}",
            $"the signature is by {signer.Method.Hash.Name}, and the digest by {signer.Digest.Name}", "Sign with one digest algorithm.");
    }

    private static void Binding(CmsSigner signer, X509Certificate2 certificate, CmsRules rules, Ladder ladder)
    {
        const string remedy = "Name the signer's certificate by its digest (signing-certificate-v2).";
        switch (signer.Binds(certificate))
        {
            case true:
                ladder.Pass(Rules.Token, "signing-certificate", "the signed attributes name this certificate");
                break;
            case false:
                ladder.Fail(Rules.Token, "signing-certificate", "the signed attributes name another certificate", remedy);
                break;
            case null when rules.WantsSigningCertificate:
                ladder.Fail(Rules.Token, "signing-certificate", "the signed attributes do not name the signer's certificate by its digest", remedy);
                break;
        }
    }

    private List<X509Certificate2> CertificatesOf(CmsSigner signer, CarriedMaterial carried) =>
        [.. carried.Certificates.Concat(store.Intermediates).Concat(store.Anchors).Where(candidate => PathCertificate.TryRead(candidate) is { } read && signer.Names(read))];

    private bool IsAdmitted(HashAlgorithmName hash) => algorithms.Admits(hash);

    private static IEnumerable<string> Names(CmsSigner signer)
    {
        yield return signer.Digest.Name ?? signer.DigestOid;
        yield return signer.Method.Name;
    }
}
