using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// How far a signature was brought, by what holds and not by what is there: section 6 of EN 319 122-1, 132-1 and 142-1. T is a time stamp that passed; LT that what comes along shows by itself that
/// signer and time-stamping authority were not revoked; LTA that an archive time stamp that passed is over that.
/// </summary>
/// <param name="store">Anchors. Nothing else of it is used: the signature must bring the rest.</param>
/// <param name="algorithms">Digests and key lengths.</param>
/// <param name="at">The time to judge at.</param>
internal sealed class BaselineLevel(TrustStore store, SignaturePolicy algorithms, DateTimeOffset at)
{
    private const int MaxStamps = 4;   // the earliest prove the most; how many there are is a stranger's choice

    /// <param name="signer">The signer's certificate.</param>
    /// <param name="proof">What time stamps prove.</param>
    /// <param name="material">All that comes along.</param>
    public SignatureLevel Of(X509Certificate2 signer, SignatureProof proof, ValidationMaterial material)
    {
        if (proof.At is null) return SignatureLevel.B;
        if (proof.IsArchived && Covers(material.ProvedBy(proof.Things), signer, proof)) return SignatureLevel.LTA;
        return Covers(material, signer, proof) ? SignatureLevel.LT : SignatureLevel.T;
    }

    private bool Covers(ValidationMaterial material, X509Certificate2 signer, SignatureProof proof)
    {
        if (!material.HasRevocation || !IsShown(signer, CertificatePurpose.Signing, material, proof.At!.Value, proof.Things)) return false;
        return proof.Stamps.OrderBy(stamp => stamp.Time).Take(MaxStamps).Any(stamp =>
            IsShown(stamp.Certificate, CertificatePurpose.TimeStamping, material.And(stamp.Token.Material), stamp.Time, proof.Things));
    }

    private bool IsShown(X509Certificate2 certificate, CertificatePurpose purpose, ValidationMaterial material, DateTimeOffset moment, ProofSet things)
    {
        var archived = new TrustStore(store.TrustAnchors, store.TrustLists, material.Certificates, material.Lists, material.Answers);
        var request = new PathRequest { Purpose = purpose, Now = at, ProvedAt = moment, Proofs = things, Revocation = RevocationRule.Required, Algorithms = algorithms };
        return new PathValidator(archived, []).Validate(certificate, request, new Ladder());
    }
}
