using System.Security.Cryptography;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>Time stamps that a signer carries, and the level of CAdES that follows from them: EN 319 122-1 sections 5.3, 5.5 and 6.</summary>
internal static class CmsTimeStamps
{
    /// <summary>Those that prove that the signature existed.</summary>
    public static IReadOnlyList<CarriedTimeStamp> Of(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]>? contentDigest) =>
        [.. SignatureStamps(signer)];

    /// <summary>By what is there; whether it is good says the verdict. Null where the signed attributes do not name the signer's certificate.</summary>
    public static SignatureLevel? LevelOf(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]>? contentDigest, CarriedMaterial carried)
    {
        if (!signer.Signed.Has(CmsAttributes.SigningCertificateV2) && !signer.Signed.Has(CmsAttributes.SigningCertificate)) return null;
        var stamps = Of(message, signer, contentDigest).Where(stamp => stamp.IsOverThis == true).ToList();
        if (!stamps.Exists(stamp => stamp.Kind == TimeStampKind.Signature)) return SignatureLevel.B;
        if (!carried.HasRevocation) return SignatureLevel.T;
        return stamps.Exists(stamp => stamp.Kind == TimeStampKind.Archive) ? SignatureLevel.LTA : SignatureLevel.LT;
    }

    // EN 319 122-1 section 5.3: over the octets of the signature value.
    private static IEnumerable<CarriedTimeStamp> SignatureStamps(CmsSigner signer)
    {
        foreach (var value in signer.Unsigned.Values(CmsAttributes.SignatureTimeStamp))
        {
            if (TimeStampToken.TryRead(value) is { } token) yield return new CarriedTimeStamp(TimeStampKind.Signature, token, IsOver(token, hash => CryptographicOperations.HashData(hash, signer.Value)));
        }
    }

    private static bool? IsOver(TimeStampToken token, Func<HashAlgorithmName, byte[]> digest) =>
        token.Hash.Name is null ? null : CryptographicOperations.FixedTimeEquals(digest(token.Hash), token.Imprint.Span);
}
