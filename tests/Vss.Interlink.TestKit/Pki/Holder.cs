using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>How a certificate of a test differs from a good one.</summary>
public sealed class CertificateSettings
{
    public DateTimeOffset NotBefore { get; set; } = Holder.Now.AddYears(-1);

    public DateTimeOffset NotAfter { get; set; } = Holder.Now.AddYears(2);

    /// <summary>Extensions by what they are; one that is set again replaces the one before.</summary>
    public Dictionary<string, X509Extension> Extensions { get; } = [];

    /// <summary>The key, where it is not to be a new one.</summary>
    public AsymmetricAlgorithm? Key { get; set; }

    /// <summary>The issuer's name, where it is not to be as the issuer writes it.</summary>
    public X500DistinguishedName? IssuerName { get; set; }

    /// <summary>Whether subject and authority key identifiers are put in where they are not set.</summary>
    public bool HasKeyIds { get; set; } = true;

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA256;

    public byte[]? Serial { get; set; }

    public CertificateSettings With(params X509Extension[] extensions)
    {
        foreach (var extension in extensions) Extensions[extension.Oid!.Value!] = extension;
        return this;
    }

    public CertificateSettings Without(string oid)
    {
        Extensions.Remove(oid);
        return this;
    }
}

/// <summary>Somebody with a certificate and its key, who may issue others. Synthetic, in memory, by the platform's own maker; keys are on P-256 unless a test brings one.</summary>
public sealed class Holder
{
    /// <summary>The time that tests judge at.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static int s_serial = 0x1000;

    private Holder(X509Certificate2 certificate, AsymmetricAlgorithm key) => (Certificate, Key) = (certificate, key);

    public X509Certificate2 Certificate { get; }

    public AsymmetricAlgorithm Key { get; }

    public static Holder Root(string name = "CN=Root", Action<CertificateSettings>? set = null) => Make(name, null, AsAuthority(null, set));

    public Holder Authority(string name, Action<CertificateSettings>? set = null) => Make(name, this, AsAuthority(null, set));

    public Holder Issue(string name = "CN=Leaf", Action<CertificateSettings>? set = null) => Make(name, this, settings =>
    {
        settings.With(Extensions.Usage(X509KeyUsageFlags.DigitalSignature));
        set?.Invoke(settings);
    });

    /// <summary>The certificate with its private key, for those who sign.</summary>
    public X509Certificate2 WithKey() => Key is RSA rsa ? Certificate.CopyWithPrivateKey(rsa) : Certificate.CopyWithPrivateKey((ECDsa)Key);

    internal X509SignatureGenerator Generator => Key is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)Key);

    private static Action<CertificateSettings> AsAuthority(int? length, Action<CertificateSettings>? set) => settings =>
    {
        settings.With(Extensions.Constraints(true, length), Extensions.Usage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign));
        set?.Invoke(settings);
    };

    private static Holder Make(string name, Holder? issuer, Action<CertificateSettings> set)
    {
        var settings = new CertificateSettings();
        set(settings);
        var key = settings.Key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedName(name);
        var request = key is RSA rsa ? new CertificateRequest(subject, rsa, settings.Hash, RSASignaturePadding.Pkcs1) : new CertificateRequest(subject, (ECDsa)key, settings.Hash);
        if (settings.HasKeyIds) settings.Extensions.TryAdd("2.5.29.14", new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (settings.HasKeyIds && issuer is not null && issuer.Certificate.Extensions["2.5.29.14"] is { } issuerKey)
            settings.Extensions.TryAdd("2.5.29.35", X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(issuerKey, false)));
        foreach (var extension in settings.Extensions.Values) request.CertificateExtensions.Add(extension);
        var serial = settings.Serial ?? BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(Interlocked.Increment(ref s_serial)));
        var signer = issuer?.Generator ?? new Holder(null!, key).Generator;
        var made = request.Create(settings.IssuerName ?? issuer?.Certificate.SubjectName ?? subject, signer, settings.NotBefore, settings.NotAfter, serial);
        return new Holder(made, key);
    }
}
