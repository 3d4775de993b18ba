using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>A key of each kind with a certificate of its own, issued by one root; made once in a test run.</summary>
internal sealed class TestKeys
{
    private static readonly ConcurrentDictionary<string, TestKeys> s_made = new();
    private static readonly (RSA Key, X509Certificate2 Certificate) s_root = MakeRoot();

    private readonly AsymmetricAlgorithm _key;

    private TestKeys(AsymmetricAlgorithm key)
    {
        _key = key;
        var request = key switch
        {
            RSA rsa => new CertificateRequest("CN=Signer & Sons, O=\"Test, <1>\"", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => new CertificateRequest("CN=Signer & Sons, O=\"Test, <1>\"", (ECDsa)key, HashAlgorithmName.SHA256),
        };
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, true));
        X509 = request.Create(s_root.Certificate.SubjectName, X509SignatureGenerator.CreateForRSA(s_root.Key, RSASignaturePadding.Pkcs1), NotBefore, NotAfter, [0x7F, 1, 2, 3, 4, 5, 6, 7]);
        Certificate = new SigningCertificate(X509.RawDataMemory, s_root.Certificate.RawDataMemory);
    }

    public static TestKeys Rsa => s_made.GetOrAdd("rsa", _ => new TestKeys(RSA.Create(2048)));

    /// <summary>DER.</summary>
    public static ReadOnlyMemory<byte> Root => s_root.Certificate.RawDataMemory;

    public static string RootPem => s_root.Certificate.ExportCertificatePem();

    public SigningCertificate Certificate { get; }

    public X509Certificate2 X509 { get; }

    /// <summary>PKCS#8 in PEM, for peers.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    public string CertificatePem => X509.ExportCertificatePem();

    private static DateTimeOffset NotBefore => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset NotAfter => new(2070, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A key that fits the algorithm; ECDSA on the curve of the digest's length.</summary>
    public static TestKeys For(SignatureAlgorithm algorithm) => algorithm.Family != SignatureFamily.Ecdsa ? Rsa
        : s_made.GetOrAdd(algorithm.Uri, _ => new TestKeys(ECDsa.Create(algorithm.Digest == DigestAlgorithm.Sha256 ? ECCurve.NamedCurves.nistP256
            : algorithm.Digest == DigestAlgorithm.Sha384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP521)));

    public DigestSigner Signer(SignatureAlgorithm algorithm) => (digest, hash, _) => ValueTask.FromResult(_key switch
    {
        RSA rsa => rsa.SignHash(digest.Span, hash, algorithm.Family == SignatureFamily.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        _ => ((ECDsa)_key).SignHash(digest.Span),
    });

    private static (RSA Key, X509Certificate2 Certificate) MakeRoot()
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Test Root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var made = request.CreateSelfSigned(NotBefore, NotAfter);
        return (key, X509CertificateLoader.LoadCertificate(made.RawDataMemory.Span));
    }
}
