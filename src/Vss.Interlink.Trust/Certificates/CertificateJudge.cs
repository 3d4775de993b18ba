using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>Judges a signer's certificate at one moment: key, validity, path to an anchor, usage, revocation. Absence of an answer refuses.</summary>
internal static class CertificateJudge
{
    public static Signatory Name(X509Certificate2 certificate) =>
        new(certificate.Subject, certificate.Issuer, certificate.SerialNumber, Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span)));

    /// <summary>Adds the rungs for one certificate; false after the first that breaks.</summary>
    public static bool Judge(X509Certificate2 certificate, X509Certificate2Collection sent, TrustStore store, DateTimeOffset at, bool forClientAuthentication, ValidationPolicy policy, Ladder ladder, SignaturePolicy? algorithms = null, SignatureProof? proof = null) =>
        Judge(certificate, sent, store, new PathRequest
        {
            Purpose = forClientAuthentication ? CertificatePurpose.ClientAuth : CertificatePurpose.Signing,
            Now = at,
            ProvedAt = proof?.At,
            MadeAfter = proof?.MadeAfter,
            Proofs = proof?.Things,
            Revocation = policy.Revocation,
            RevocationGrace = policy.RevocationGrace,
            Algorithms = algorithms ?? SignaturePolicy.Default,
        }, ladder);

    /// <summary>The same for the certificate of a TLS server that was called by a name.</summary>
    public static bool JudgeServer(X509Certificate2 certificate, TrustStore store, DateTimeOffset at, string dnsName, ValidationPolicy policy, Ladder ladder) => Judge(certificate, [], store, new PathRequest
    {
        Purpose = CertificatePurpose.ServerAuth,
        Now = at,
        Revocation = policy.Revocation,
        RevocationGrace = policy.RevocationGrace,
        DnsName = dnsName,
    }, ladder);

    private static bool Judge(X509Certificate2 certificate, X509Certificate2Collection sent, TrustStore store, PathRequest request, Ladder ladder)
    {
        var isGood = new PathValidator(store, [.. sent]).Validate(certificate, request, ladder);
        if (!isGood && ladder.Broke(Rules.Chain) && WithoutIssuer(certificate, [.. sent, .. store.Intermediates], [.. store.Anchors]) is { } last) ladder.Want(Lack.OfIssuer(last.RawDataMemory));
        return isGood;
    }

    // The certificate at which the way up ends because nobody at hand has its issuer's name; null where it ends for another reason.
    private static X509Certificate2? WithoutIssuer(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> between, IReadOnlyList<X509Certificate2> anchors)
    {
        var last = certificate;
        for (var steps = 0; steps <= between.Count; steps++)
        {
            if (IsOf(last, last) || anchors.Any(anchor => IsOf(last, anchor))) return null;
            if (between.FirstOrDefault(candidate => IsOf(last, candidate)) is not { } issuer) return last;
            last = issuer;
        }

        return null;

        static bool IsOf(X509Certificate2 below, X509Certificate2 above) => below.IssuerName.RawData.AsSpan().SequenceEqual(above.SubjectName.RawData);
    }

    /// <summary>Whether a certificate that is not good ends the validation; one that cannot be read or whose key is unfit does so always, for there is nothing to compute with.</summary>
    public static bool Ends(ValidationPolicy policy, Ladder ladder) =>
        policy.UntrustedSigner is not UntrustedSignerRule.JudgeIntegrity || ladder.Broke(Rules.Key) || ladder.Broke(Rules.Token);
}
