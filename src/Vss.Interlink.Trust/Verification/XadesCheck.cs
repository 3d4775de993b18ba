using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Trust.Certificates;

namespace Vss.Interlink.Trust.Verification;

/// <summary>The part of a signature that XAdES adds and enveloped documents and seals share: the signer's certificate, bound by its digest.</summary>
internal static class XadesCheck
{
    private const int MaxCertificates = 8;

    /// <summary>The certificates of ds:X509Data, the signer's first; null after a broken rung.</summary>
    public static X509Certificate2Collection? Certificates(SignatureElement signature, Ladder ladder)
    {
        const string remedy = "Put the signer's certificate, then its intermediates, into one ds:X509Data.";
        var found = new X509Certificate2Collection();
        var data = SignatureElement.Elements(signature.KeyInfo!).ToList();
        if (data is not [var only] || !SignatureElement.Is(only, "X509Data"))
        {
            ladder.Fail(Rules.Token, "ds:KeyInfo", "expected one ds:X509Data", remedy);
            return null;
        }

        foreach (var element in SignatureElement.Elements(only).Where(element => SignatureElement.Is(element, "X509Certificate")).Take(MaxCertificates))
        {
            if (!TryCertificate(element, out var certificate))
            {
                ladder.Fail(Rules.Token, "ds:X509Certificate", "a certificate cannot be read", remedy);
                return null;
            }

            found.Add(certificate);
        }

        if (found.Count > 0)
        {
            ladder.Claims = ladder.Claims! with { Signer = CertificateJudge.Name(found[0]) };
            return found;
        }

        ladder.Fail(Rules.Token, "ds:X509Data", "there is no certificate in it", remedy);
        return null;
    }

    public static bool TryCertificate(XmlElement element, out X509Certificate2 certificate)
    {
        certificate = null!;
        if (!SignatureElement.TryBase64(element, out var octets)) return false;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(octets);
            _ = CertificateJudge.Name(certificate);   // names are decoded when asked for; one that cannot be is no certificate
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// The signed properties name the signer's certificate by digest (EN 319 132-1 §5.2.2). Without that the certificate in KeyInfo could be exchanged for another one of the
    /// same key.
    /// </summary>
    public static bool BindsCertificate(XmlElement properties, X509Certificate2 signer, Ladder ladder)
    {
        const string remedy = "Make a XAdES B-B signature with SigningCertificateV2 (SHA-256).";
        ladder.Claims = ladder.Claims!.WithProperties(properties);
        var named = Only(Only(properties, "SignedSignatureProperties"), "SigningCertificateV2") is { } certificates
            ? SignatureElement.Elements(certificates).FirstOrDefault(child => child is { LocalName: "Cert", NamespaceURI: Dsig.Xades })   // the signer's stands first
            : null;
        var bound = Only(named, "CertDigest") is { } claimed && SignatureElement.Elements(claimed).ToList() is [var method, var value]
            && SignatureElement.Is(method, "DigestMethod") && method.GetAttribute("Algorithm") == Dsig.Sha256 && SignatureElement.Is(value, "DigestValue")
            && SignatureElement.TryBase64(value, out var digest) && CryptographicOperations.FixedTimeEquals(digest, SHA256.HashData(signer.RawDataMemory.Span));
        return ladder.Check(bound, Rules.Token, "xades:SigningCertificateV2", "the signed properties name this certificate", "the signed properties do not name the certificate by its SHA-256", remedy);
    }

    private static XmlElement? Only(XmlElement? parent, string name) =>
        parent is not null && SignatureElement.Elements(parent).Where(child => child.LocalName == name && child.NamespaceURI == Dsig.Xades).Take(2).ToList() is [var only] ? only : null;
}
