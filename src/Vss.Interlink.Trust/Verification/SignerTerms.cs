using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Who signed, and by what: the part of a signature whose judgement changes with time, lists and policies.</summary>
/// <param name="Certificate">The signer's; shared, not to be disposed of.</param>
/// <param name="Carried">What came along to find a path through.</param>
/// <param name="Algorithms">URIs, as the signature names them.</param>
internal sealed record SignerTerms(X509Certificate2 Certificate, X509Certificate2Collection Carried, IReadOnlyList<string> Algorithms)
{
    public Signatory Signatory { get; } = CertificateJudge.Name(Certificate);

    /// <summary>Null where the certificate cannot be read.</summary>
    public static SignerTerms? Of(SignatureReport signature) =>
        CertificateCache.Read(signature.SigningCertificate) is { } certificate ? new SignerTerms(certificate, DocumentVerifier.Carried(signature), signature.Algorithms) : null;

    /// <summary>Whether signer and algorithms are good at this time, by the signer's own policy where he has one; false after a broken rung.</summary>
    public bool Judge(TrustStore store, ValidationPolicy policy, DateTimeOffset at, Ladder ladder)
    {
        var (algorithms, grace) = policy.Partners?.Invoke().TermsOf(Signatory) ?? (SignaturePolicy.Default, policy.RevocationGrace);
        return AlgorithmRules.Admit(Algorithms, algorithms, at, ladder)
            && CertificateJudge.Judge(Certificate, Carried, store, at, forClientAuthentication: false, policy with { RevocationGrace = grace }, ladder, algorithms);
    }
}
