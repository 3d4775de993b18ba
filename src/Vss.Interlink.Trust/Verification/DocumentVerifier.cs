using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>One signature, judged: what XML security found of it and who stands behind it.</summary>
/// <param name="Report">What was found without trust.</param>
/// <param name="Verdict">The whole ladder, the rungs of the signer's certificate last.</param>
/// <param name="Signer">Who the certificate names; null when none was found.</param>
/// <param name="ProvedAt">When a time stamp that is good proves that it existed; null where none does.</param>
public sealed record JudgedSignature(SignatureReport Report, Verdict Verdict, Signatory? Signer, DateTimeOffset? ProvedAt = null);

/// <summary>
/// Judges every XML signature of a document of any kind: digests and value by <see cref="SignatureVerifier"/>, then the signer's certificate by the trust store. It makes no
/// <see cref="VerifiedDocument"/>: what goes down the road is verified by its own profile.
/// </summary>
public sealed class DocumentVerifier(TrustStore store, ValidationPolicy policy, DateTimeOffset at)
{
    /// <summary>The signatures of a report, in its order.</summary>
    public IReadOnlyList<JudgedSignature> Judge(DocumentReport report, SignaturePolicy algorithms) => [.. report.Signatures.Select(signature => Judge(signature, algorithms))];

    private JudgedSignature Judge(SignatureReport report, SignaturePolicy algorithms)
    {
        using var certificate = Read(report.SigningCertificate);
        var signer = certificate is null ? null : CertificateJudge.Name(certificate);
        // A broken rung stands. A key that the caller vouches for needs nobody else's word.
        if (report.Verdict.Failure is not null || report.KeyOrigin == KeyOrigin.Caller) return new JudgedSignature(report, report.Verdict, signer);

        var ladder = new Ladder();
        foreach (var step in report.Verdict.Ladder) ladder.Pass(step.Rule, step.At, step.Detail);
        foreach (var covered in report.Verdict.Covered) ladder.Cover(covered);
        var all = WithCarried(report);
        var proved = ProofOfExistence.Of(report, all, policy, algorithms, at, ladder);
        if (certificate is null)
            ladder.Fail(Rules.Token, "ds:KeyInfo", "the signature has a bare key and no certificate", "Put the signer's certificate into ds:X509Data, or give the key that you trust.");
        else
            CertificateJudge.Judge(certificate, Carried(report), all, at, forClientAuthentication: false, policy, ladder, algorithms, proved);
        return new JudgedSignature(report, ladder.IsWhole ? ladder.Passed() : ladder.Refused(), signer, proved);
    }

    // What the signature carries helps to find a path and to know of revocations; neither becomes trusted by that.
    private TrustStore WithCarried(SignatureReport report) => store.With(
        [.. report.Crls.Select(crl => CertificateList.TryRead(crl)).OfType<CertificateList>()],
        [.. report.Ocsps.Select(ocsp => OcspAnswer.TryRead(ocsp)).OfType<OcspAnswer>()]);

    /// <summary>The certificates that a signature carries, to find a path through.</summary>
    internal static X509Certificate2Collection Carried(SignatureReport report)
    {
        var carried = new X509Certificate2Collection();
        foreach (var octets in report.Certificates)
        {
            // It may carry what it likes; a path goes through certificates.
            if (Read(octets) is { } certificate) carried.Add(certificate);
        }

        return carried;
    }

    /// <summary>A certificate; null where the octets are none, or one whose names cannot be decoded.</summary>
    internal static X509Certificate2? Read(ReadOnlyMemory<byte> der)
    {
        if (der.IsEmpty) return null;
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            _ = CertificateJudge.Name(certificate);   // decoded when asked for
            return certificate;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
