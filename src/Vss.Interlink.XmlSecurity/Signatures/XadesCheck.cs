using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What makes XAdES properties those of a signature: EN 319 132-1 sections 4.4.2 and 5.2.2.</summary>
internal static class XadesCheck
{
    /// <summary>Whether there are properties, and they are this signature's own and signed.</summary>
    public static bool Run(SignatureModel signature, List<ReferencePlan> plans, ReadOnlyMemory<byte> certificate, SignaturePolicy policy, Ladder ladder)
    {
        if (signature.Xades is not { } xades)
        {
            if (plans.Exists(IsToProperties)) ladder.Fail(SignatureRules.ReferenceTarget, "ds:Reference", "a reference to signed properties, and the signature has none");
            return false;
        }

        var isSigned = false;
        foreach (var plan in plans)
        {
            if (!IsToProperties(plan)) continue;
            if (plan.Target == xades.SignedOrdinal && plan.Source is { LeftOut: 0, IsBase64: false } && xades.SignedOrdinal > 0) isSigned = true;
            else if (plan.Broken is null) ladder.Fail(SignatureRules.ReferenceTarget, plan.At, "a reference of the type of signed properties points to something else than the signature's own");
        }

        if (!isSigned)
        {
            // A reference to them that could not be followed, for its algorithm perhaps, has said so itself; then nobody knows.
            if (!plans.Exists(plan => IsToProperties(plan) && plan.Broken is not null)) ladder.Fail(SignatureRules.XadesSigned, "xades:SignedProperties", "the properties are not signed");
            return false;
        }

        if (xades.Target.Length < 2 || xades.Target != "#" + signature.Id) ladder.Fail(SignatureRules.XadesStructure, "xades:QualifyingProperties", "Target does not name the signature");
        NamesCertificate(signature, xades, plans, certificate, policy, ladder);
        return true;
    }

    /// <summary>How far the properties that are there bring the signature.</summary>
    public static SignatureLevel Level(XadesModel xades)
    {
        if (xades.SigningCertificates is null) return SignatureLevel.Dsig;
        if (!xades.TimeStamps.Exists(stamp => stamp.Kind == TimeStampKind.Signature)) return SignatureLevel.B;
        if (!xades.HasCertificateValues || !xades.HasRevocationValues) return SignatureLevel.T;
        return xades.TimeStamps.Exists(stamp => stamp.Kind == TimeStampKind.Archive) ? SignatureLevel.LTA : SignatureLevel.LT;
    }

    private static bool IsToProperties(ReferencePlan plan) => plan.Reference.Type == DsigNames.SignedPropertiesType;

    // Without that a certificate in KeyInfo could be exchanged for another one of the same key.
    private static void NamesCertificate(SignatureModel signature, XadesModel xades, List<ReferencePlan> plans, ReadOnlyMemory<byte> certificate, SignaturePolicy policy, Ladder ladder)
    {
        const string at = "xades:SigningCertificate";
        if (xades.SigningCertificates is not [var named, ..])
        {
            var keyInfoIsSigned = signature.KeyInfo is { } keyInfo && plans.Exists(plan => plan is { Broken: null, Source.IsBase64: false } && plan.Target == keyInfo.Ordinal);
            if (!keyInfoIsSigned) ladder.Fail(SignatureRules.XadesCertificate, at, "the signed properties do not name the signer's certificate");
        }
        else if (policy.Refuses(named.Digest) is { } refused)
        {
            ladder.Fail(refused, at, $"the certificate is named by the digest method '{named.Digest.Uri}', which policy {policy.Name} does not admit");
        }
        else if (!certificate.IsEmpty)
        {
            var found = CryptographicOperations.HashData(named.Digest.Hash, certificate.Span);
            if (CryptographicOperations.FixedTimeEquals(found, named.Value)) ladder.Pass(SignatureRules.XadesCertificate, at, "the signed properties name this certificate");
            else ladder.Fail(SignatureRules.XadesCertificate, at, $"the signed properties name the certificate {DigestMethod.Short(named.Value)}, the signer's is {DigestMethod.Short(found)}");
        }
    }
}
