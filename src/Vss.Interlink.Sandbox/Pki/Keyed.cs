using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>A certificate with its private key.</summary>
internal sealed record Keyed(X509Certificate Certificate, AsymmetricKeyParameter Key)
{
    /// <summary>Signs with SHA-256.</summary>
    public ISignatureFactory Signature => SignatureOf(Key);

    public static ISignatureFactory SignatureOf(AsymmetricKeyParameter key) => new Asn1SignatureFactory(key is RsaKeyParameters ? "SHA256WITHRSA" : "SHA256WITHECDSA", key);

    /// <summary>A new key pair. The platform draws it, for BouncyCastle takes seconds over an RSA key; everything that is signed with it is BouncyCastle's work.</summary>
    /// <returns>Both halves, and the private one as PKCS#8.</returns>
    public static (AsymmetricKeyParameter Public, AsymmetricKeyParameter Private, byte[] Pkcs8) NewKey(AuthorityKey kind)
    {
        using AsymmetricAlgorithm key = kind is AuthorityKey.Rsa2048 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pkcs8 = key.ExportPkcs8PrivateKey();
        return (PublicKeyFactory.CreateKey(key.ExportSubjectPublicKeyInfo()), PrivateKeyFactory.CreateKey(PrivateKeyInfo.GetInstance(pkcs8)), pkcs8);
    }
}
