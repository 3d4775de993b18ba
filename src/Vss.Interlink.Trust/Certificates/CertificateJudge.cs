using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>Judges a signer's certificate at one moment: key, validity, path to an anchor, usage, revocation. Absence of an answer refuses.</summary>
internal static class CertificateJudge
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public static Signatory Name(X509Certificate2 certificate) =>
        new(certificate.Subject, certificate.Issuer, certificate.SerialNumber, Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span)));

    /// <summary>Adds the rungs for one certificate; false after the first that breaks.</summary>
    public static bool Judge(X509Certificate2 certificate, X509Certificate2Collection sent, TrustStore store, DateTimeOffset at, bool forClientAuthentication, ValidationPolicy policy, Ladder ladder, SignaturePolicy? algorithms = null)
    {
        try
        {
            return JudgeParts(certificate, sent, store, at, forClientAuthentication, policy, ladder, algorithms ?? SignaturePolicy.Default);
        }
        catch (CryptographicException)
        {
            // The platform decodes the parts of a certificate when they are asked for, so a broken one shows anywhere on the way.
            return ladder.Fail(Rules.Token, "certificate", "a part of the certificate cannot be decoded", "Use a well-formed X.509 certificate (RFC 5280).");
        }
    }

    /// <summary>Whether a certificate that is not good ends the validation; one that cannot be read or whose key is unfit does so always, for there is nothing to compute with.</summary>
    public static bool Ends(ValidationPolicy policy, Ladder ladder) =>
        policy.UntrustedSigner is not UntrustedSignerRule.JudgeIntegrity || ladder.Broke(Rules.Key) || ladder.Broke(Rules.Token);

    private static bool JudgeParts(
        X509Certificate2 certificate, X509Certificate2Collection sent, TrustStore store, DateTimeOffset at, bool forClientAuthentication, ValidationPolicy policy, Ladder ladder, SignaturePolicy algorithms)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = rsa is null ? certificate.GetECDsaPublicKey() : null;
        var fits = rsa is not null ? rsa.KeySize >= algorithms.MinRsaBits : ecdsa is { KeySize: 256 or 384 or 521 };
        if (!ladder.Check(fits, Rules.Key, "certificate", rsa is not null ? $"RSA, {rsa.KeySize} bits" : $"ECDSA, {ecdsa?.KeySize} bits",
                $"the key is {(rsa is not null ? $"RSA with {rsa.KeySize} bits" : "of another kind")}; an RSA key of at least {algorithms.MinRsaBits} bits or a key on P-256, P-384 or P-521 is required",
                "Have a certificate issued for an RSA key of 2048 bits or more, or for one on a NIST curve."))
        {
            return false;
        }

        if (!ladder.Check(certificate.NotBefore.ToUniversalTime() <= at.UtcDateTime && at.UtcDateTime <= certificate.NotAfter.ToUniversalTime(), Rules.Validity, "certificate", "valid at this time",
                $"valid from {Iso(certificate.NotBefore)} to {Iso(certificate.NotAfter)}, judged at {Iso(at.UtcDateTime)}", "Sign with a certificate that is valid now."))
        {
            return false;
        }

        return Usage(certificate, forClientAuthentication, ladder) && Path(certificate, sent, store, at, policy, ladder);
    }

    private static bool Usage(X509Certificate2 certificate, bool forClientAuthentication, Ladder ladder)
    {
        const X509KeyUsageFlags signing = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        var extended = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        var authority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
        var fits = !authority && (usage is null || (usage.KeyUsages & signing) != 0)
            && (!forClientAuthentication || extended is null || extended.EnhancedKeyUsages.OfType<Oid>().Any(oid => oid.Value == ClientAuthentication));
        return ladder.Check(fits, Rules.Usage, "certificate", "its usage fits", "the certificate may not be used for this (key usage, extended key usage or CA flag)",
            "Use a certificate issued for digital signatures, or for client authentication on connections.");
    }

    private static bool Path(X509Certificate2 certificate, X509Certificate2Collection sent, TrustStore store, DateTimeOffset at, ValidationPolicy policy, Ladder ladder)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(store.Anchors);
        chain.ChainPolicy.ExtraStore.AddRange(store.Intermediates);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;   // lists are judged below, by us
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        var built = chain.Build(certificate);
        if (!ladder.Check(built, Rules.Chain, "certificate", $"a path of {chain.ChainElements.Count} certificates leads to an anchor",
                store.Anchors.Count == 0 ? "no trust anchor is at hand" : $"no valid path to a trust anchor ({string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())})",
                "Use a certificate below an anchor agreed with the hub and send its intermediates."))
        {
            return false;
        }

        if (policy.Revocation is RevocationRule.NotChecked) return true;
        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            if (!NotRevoked(chain.ChainElements[i].Certificate, chain.ChainElements[i + 1].Certificate, store, at, ladder)) return false;
        }

        return true;
    }

    private static bool NotRevoked(X509Certificate2 certificate, X509Certificate2 issuer, TrustStore store, DateTimeOffset at, Ladder ladder)
    {
        var lists = store.Lists.Where(list => list.Issuer.Span.SequenceEqual(issuer.SubjectName.RawData) && list.IsSignedBy(issuer)).OrderByDescending(list => list.ThisUpdate).ToList();

        // A revocation stands even in a stale list; only "not revoked" needs a fresh one.
        if (lists.Exists(list => list.Revokes(certificate)))
        {
            return ladder.Fail(Rules.Revoked, "certificate", $"serial {certificate.SerialNumber} is revoked by its issuer", "Sign with a certificate that is not revoked.");
        }

        var fresh = lists.Find(list => list.IsFreshAt(at));
        return ladder.Check(fresh is not null, Rules.RevocationKnown, "certificate", $"not revoked, by the list of {Iso(fresh?.ThisUpdate.UtcDateTime)}",
            lists.Count == 0 ? "no revocation list of the issuer is at hand" : $"the newest revocation list is of {Iso(lists[0].ThisUpdate.UtcDateTime)} and ended at {Iso(lists[0].NextUpdate?.UtcDateTime)}",
            "The hub's operators must fetch a fresh revocation list of the issuer; try again later.");
    }

    private static string Iso(DateTime? time) => time is { } known ? known.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") : "none";
}
