using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>
/// Judges every XML signature of a document of any kind: digests and value by <see cref="SignatureVerifier"/>, then the signer's certificate by the trust store. It makes no
/// <see cref="VerifiedDocument"/>: what goes down the road is verified by its own profile.
/// </summary>
public sealed class DocumentVerifier(TrustStore store, ValidationPolicy policy, DateTimeOffset at)
{
    /// <summary>The signatures of a report, in its order.</summary>
    public IReadOnlyList<JudgedXmlSignature> Judge(DocumentReport report, SignaturePolicy algorithms) => [.. report.Signatures.Select(signature => Judge(signature, algorithms))];

    private JudgedXmlSignature Judge(SignatureReport report, SignaturePolicy algorithms)
    {
        var certificate = CertificateCache.Read(report.SigningCertificate);
        var signer = certificate is null ? null : CertificateJudge.Name(certificate);
        // A broken rung stands. A key that the caller vouches for needs nobody else's word.
        var least = report.Level > SignatureLevel.B ? SignatureLevel.B : report.Level;
        if (report.Verdict.Failure is not null || report.KeyOrigin == KeyOrigin.Caller) return Judged(report, report.Verdict, signer, least, null);

        var ladder = new Ladder();
        foreach (var step in report.Verdict.Ladder) ladder.Pass(step.Rule, step.At, step.Detail);
        foreach (var covered in report.Verdict.Covered) ladder.Cover(covered);
        var material = Material(report);
        // Those of a time-stamping authority may lie with the signer's. Where there are none the store stays what it is, with what it knows of paths already.
        var all = store.With(report.TimeStamps.Count == 0 ? [] : material.Certificates, material.Lists, material.Answers);
        var proof = ProofOfExistence.Of(ProofOfExistence.Carried(report), new TimeStampJudge(all, policy, algorithms, at), Surroundings.None, ladder);
        AlgorithmDates.Check(algorithms, report.Algorithms.SelectMany(SignaturePolicy.NamesOf), proof.At ?? at, "ds:SignedInfo", ladder);
        if (certificate is null)
            ladder.Fail(Rules.Token, "ds:KeyInfo", "the signature has a bare key and no certificate", "Put the signer's certificate into ds:X509Data, or give the key that you trust.");
        else
            CertificateJudge.Judge(certificate, Carried(report), all, at, forClientAuthentication: false, policy, ladder, algorithms, proof);
        var level = certificate is null || least < SignatureLevel.B ? least : new BaselineLevel(store, algorithms, at).Of(certificate, proof, material);
        return Judged(report, ladder.IsWhole ? ladder.Passed() : ladder.Refused(), signer, level, proof.At);
    }

    private static JudgedXmlSignature Judged(SignatureReport report, Verdict verdict, Signatory? signer, SignatureLevel level, DateTimeOffset? proved) => new()
    {
        Report = report,
        Id = report.Id,
        Kind = report.Format == SignatureFormat.Xades ? SignatureKind.Xades : IsInSecurityHeader(report) ? SignatureKind.WsSecurity : SignatureKind.XmlDsig,
        Level = level,
        Integrity = report.Integrity,
        Verdict = verdict,
        Coverage = [.. report.References.Where(reference => reference.Integrity == SignatureIntegrity.Intact && !reference.Reference.IsToProperties).Select(reference => reference.Coverage)],
        Scope = report.Scope,
        Algorithms = report.Algorithms,
        ClaimedTime = report.Claims?.SigningTime,
        ProvedAt = proved,
        Signer = signer,
    };

    // By its way down from the root, as a receiver of SOAP looks for it.
    private static bool IsInSecurityHeader(SignatureReport report)
    {
        if (!report.HasAllParts || report.Parts is not [{ LocalName: "Envelope", NamespaceName: Wss.Soap11 or Wss.Soap12 } root, ..]) return false;
        var security = ParentOf(report.Parts.FirstOrDefault(part => part.Ordinal == report.Ordinal));
        return security is { LocalName: "Security", NamespaceName: Wss.Security }
            && ParentOf(security) is { LocalName: "Header", NamespaceName: Wss.Soap11 or Wss.Soap12 } header && header.Parent == root.Ordinal;

        DocumentPart? ParentOf(DocumentPart? part) => part is null ? null : report.Parts.FirstOrDefault(other => other.Ordinal == part.Parent);
    }

    // What the signature carries helps to find a path and to know of revocations; neither becomes trusted by that.
    private static ValidationMaterial Material(SignatureReport report) => new(
        [.. Carried(report)],
        [.. report.Crls.Select(crl => CertificateList.TryRead(crl)).OfType<CertificateList>()],
        [.. report.Ocsps.Select(ocsp => OcspAnswer.TryRead(ocsp)).OfType<OcspAnswer>()]);

    /// <summary>The certificates that a signature carries, to find a path through.</summary>
    internal static X509Certificate2Collection Carried(SignatureReport report)
    {
        var carried = new X509Certificate2Collection();
        foreach (var octets in report.Certificates)
        {
            // It may carry what it likes; a path goes through certificates.
            if (CertificateCache.Read(octets) is { } certificate) carried.Add(certificate);
        }

        return carried;
    }
}
