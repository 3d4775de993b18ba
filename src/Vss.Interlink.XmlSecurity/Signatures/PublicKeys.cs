using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Verification by a public key that is given as its SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER. Keys that were read lately are kept, because reading one costs the platform's
/// library several times what verifying with it does. RSA to 16384 bits and ECDSA on P-256, P-384 and P-521; with anything else nothing verifies.
/// </summary>
public static class PublicKeys
{
    /// <summary>Whether the value is an RSA signature over the digest.</summary>
    /// <param name="info">SubjectPublicKeyInfo, DER.</param>
    /// <param name="hash">What made the digest.</param>
    /// <param name="padding">PKCS #1 v1.5, or PSS with MGF1 over the same hash and a salt of its length.</param>
    /// <param name="digest">The digest.</param>
    /// <param name="value">The signature value.</param>
    public static bool VerifyRsa(byte[] info, HashAlgorithmName hash, RSASignaturePadding padding, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> value)
    {
        if (Rent(info) is not { } key) return false;
        try
        {
            return key.Verifies(hash, padding, digest, value);
        }
        finally
        {
            KeyPool.Return(info, key);
        }
    }

    /// <summary>Whether the value is an ECDSA signature over the digest.</summary>
    /// <inheritdoc cref="VerifyRsa"/>
    /// <param name="info">SubjectPublicKeyInfo, DER.</param>
    /// <param name="format">How the value holds its two numbers.</param>
    /// <param name="digest">The digest.</param>
    /// <param name="value">The signature value.</param>
    public static bool VerifyEcdsa(byte[] info, DSASignatureFormat format, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> value)
    {
        if (Rent(info) is not { } key) return false;
        try
        {
            return key.Verifies(format, digest, value);
        }
        finally
        {
            KeyPool.Return(info, key);
        }
    }

    /// <summary>What kind of key it is and the bits of its modulus or its curve; null where it is none, or one of another kind.</summary>
    public static (bool IsRsa, int Bits)? Describe(byte[] info)
    {
        if (Rent(info) is not { } key) return null;
        try
        {
            return (key.IsRsa, key.Bits);
        }
        finally
        {
            KeyPool.Return(info, key);
        }
    }

    private static VerificationKey? Rent(byte[] info) => KeyPool.Rent(info) ?? VerificationKey.OfSubjectPublicKeyInfo(info);
}
