using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Keys and certificates of nobody, made once for the run.</summary>
internal static class Signers
{
    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly RSA OtherRsa = RSA.Create(2048);
    public static readonly RSA ShortRsa = RSA.Create(1024);
    public static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly ECDsa P384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    public static readonly ECDsa P521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    public static readonly X509Certificate2 RsaCertificate = Certificate(new CertificateRequest("CN=Test signer", Rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    public static readonly X509Certificate2 OtherRsaCertificate = Certificate(new CertificateRequest("CN=Test signer", OtherRsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    public static readonly X509Certificate2 P256Certificate = Certificate(new CertificateRequest("CN=Test signer", P256, HashAlgorithmName.SHA256));

    private static X509Certificate2 Certificate(CertificateRequest request) =>
        request.CreateSelfSigned(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2034, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
