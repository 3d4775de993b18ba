using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>
/// A whole public-key infrastructure for development, made on first use in one folder: <c>anchors/</c>, <c>intermediates/</c>, <c>crls/</c> and one <c>NAME.p12</c>,
/// <c>NAME.pass</c>, <c>NAME.pem</c> per key, and <c>body-keys.json</c> for bodies at rest. A second run makes only what is missing or about to end.
/// </summary>
public sealed class DevelopmentPki
{
    public const string HubSubject = "CN=Interlink seal (development), O=Vietnam Social Security, C=VN";
    public const string MinistrySubject = "CN=Ministry seal (development), O=Ministry of Finance, C=VN";
    public const string OfficeSubject = "CN=Government Office seal (development), O=Government Office, C=VN";
    public const string InsideSubject = "CN=Claims service (development), O=Vietnam Social Security, C=VN";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string EmailProtection = "1.3.6.1.5.5.7.3.4";
    private static readonly TimeSpan Margin = TimeSpan.FromDays(2);

    private readonly string _folder;
    private readonly DateTimeOffset _now;

    private DevelopmentPki(string folder, TimeProvider clock) => (_folder, _now) = (folder, clock.GetUtcNow());

    /// <summary>Makes what is missing.</summary>
    public static DevelopmentPki Ensure(string folder, TimeProvider clock)
    {
        var pki = new DevelopmentPki(Path.GetFullPath(folder), clock);
        Directory.CreateDirectory(pki._folder);
        pki.MakeMissing();
        return pki;
    }

    public string Anchors => Path.Combine(_folder, "anchors");

    public string Intermediates => Path.Combine(_folder, "intermediates");

    public string RevocationLists => Path.Combine(_folder, "crls");

    /// <summary>Certificate with its private key: hub, hub-tls, ministry, ministry-expired, ministry-revoked, office, inside, stranger.</summary>
    public X509Certificate2 Load(string name) => X509CertificateLoader.LoadPkcs12FromFile(PathOf(name, ".p12"), File.ReadAllText(PathOf(name, ".pass")), X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);

    public string PathOf(string name, string extension) => Path.Combine(_folder, name + extension);

    /// <summary>Key URI for configuration.</summary>
    public string KeyUri(string name) => new Uri(PathOf(name, ".p12")).AbsoluteUri + "?password-file=" + Uri.EscapeDataString(PathOf(name, ".pass"));

    /// <summary>A new key with a new certificate for the holder of another: same issuer, subject and usages.</summary>
    public void Renew(string name, string asName)
    {
        using var issuing = Load("issuing");
        using var old = Load(name);
        Leaf(asName, old.Subject, issuing, _now.AddHours(-1), _now.AddDays(365), [.. old.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(one => one.EnhancedKeyUsages.Cast<Oid>()).Select(oid => oid.Value!)]);
    }

    public X509Certificate2Collection AnchorCertificates() => [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Anchors, "root.crt"))];

    /// <summary>URI of the master key that bodies at rest are under.</summary>
    public string BodyKeys => new Uri(PathOf("body-keys", ".json")).AbsoluteUri;

    private void MakeMissing()
    {
        if (!File.Exists(PathOf("body-keys", ".json"))) MakeBodyKey();
        foreach (var folder in new[] { Anchors, Intermediates, RevocationLists }) Directory.CreateDirectory(folder);
        var year = TimeSpan.FromDays(365);
        using var root = Authority("root", "CN=Development root, O=Interlink sandbox, C=VN", null, 10 * year, Path.Combine(Anchors, "root.crt"));
        using var issuing = Authority("issuing", "CN=Development issuing CA, O=Interlink sandbox, C=VN", root, 5 * year, Path.Combine(Intermediates, "issuing.crt"));
        Leaf("hub", HubSubject, issuing, _now.AddHours(-1), _now + year);
        Leaf("hub-answers", HubSubject, issuing, _now.AddHours(-1), _now + year, ECCurve.NamedCurves.nistP256);
        Leaf("hub-tls", "CN=localhost, O=Vietnam Social Security, C=VN", issuing, _now.AddHours(-1), _now + year, ServerAuthentication);
        Leaf("ministry", MinistrySubject, issuing, _now.AddHours(-1), _now + year, ClientAuthentication, EmailProtection);   // connects and signs, as those of public authorities
        Leaf("office", OfficeSubject, issuing, _now.AddHours(-1), _now + year);
        Leaf("inside", InsideSubject, issuing, _now.AddHours(-1), _now + year, ClientAuthentication);
        Leaf("ministry-revoked", MinistrySubject, issuing, _now.AddHours(-1), _now + year);
        Leaf("ministry-expired", MinistrySubject, issuing, _now.AddDays(-30), _now.AddDays(-1));
        if (!File.Exists(PathOf("stranger", ".p12")))
        {
            using var strange = Authority("stranger-root", "CN=Nobody knows this root, C=VN", null, year, PathOf("stranger-root", ".crt"));
            Leaf("stranger", MinistrySubject, strange, _now.AddHours(-1), _now + year);
        }

        using var revoked = Load("ministry-revoked");
        List(root, "root", []);
        List(issuing, "issuing", [revoked]);
    }

    private void MakeBodyKey()
    {
        var id = $"development-{_now:yyyy-MM-dd}";
        var keys = new Dictionary<string, string> { [id] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };
        Secret(PathOf("body-keys", ".json"), JsonSerializer.SerializeToUtf8Bytes(new { current = id, keys }));
    }

    private X509Certificate2 Authority(string name, string subject, X509Certificate2? issuer, TimeSpan life, string publicFile)
    {
        if (StillGood(name) && File.Exists(publicFile)) return Load(name);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, issuer is not null, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var from = _now.AddDays(-60);
        using var bare = issuer is null ? request.CreateSelfSigned(from, _now + life) : request.Create(issuer, from < issuer.NotBefore ? issuer.NotBefore : from, _now + life, Serial());
        using var whole = bare.HasPrivateKey ? new X509Certificate2(bare) : bare.CopyWithPrivateKey(key);
        Write(name, whole, issuer);
        File.WriteAllText(publicFile, whole.ExportCertificatePem() + "\n");
        return Load(name);
    }

    private void Leaf(string name, string subject, X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset to, params string[] extendedUsages) => Leaf(name, subject, issuer, from, to, null, extendedUsages);

    // Without a curve the key is RSA-2048.
    private void Leaf(string name, string subject, X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset to, ECCurve? curve, params string[] extendedUsages)
    {
        var endsInPast = to < _now;
        if (endsInPast ? File.Exists(PathOf(name, ".p12")) && IssuedBy(name, issuer) : StillGood(name) && IssuedBy(name, issuer) && IsFor(name, extendedUsages)) return;
        using var rsa = curve is null ? RSA.Create(2048) : null;
        using var ecdsa = curve is { } named ? ECDsa.Create(named) : null;
        var request = rsa is not null
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(new X500DistinguishedName(subject), ecdsa!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        if (extendedUsages.Length > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. extendedUsages.Select(oid => new Oid(oid))], false));
        if (extendedUsages.Contains(ServerAuthentication))
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var signer = issuer.GetRSAPrivateKey()!;
        using var bare = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForRSA(signer, RSASignaturePadding.Pkcs1), from, to, Serial());
        using var whole = rsa is not null ? bare.CopyWithPrivateKey(rsa) : bare.CopyWithPrivateKey(ecdsa!);
        Write(name, whole, issuer);
    }

    private void Write(string name, X509Certificate2 certificate, X509Certificate2? issuer)
    {
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var contents = new X509Certificate2Collection(certificate);
        if (issuer is not null && issuer.Subject != issuer.Issuer) contents.Add(X509CertificateLoader.LoadCertificate(issuer.RawDataMemory.Span));
        Secret(PathOf(name, ".p12"), contents.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password));
        Secret(PathOf(name, ".pass"), System.Text.Encoding.ASCII.GetBytes(password));
        File.WriteAllText(PathOf(name, ".pem"), string.Join('\n', contents.Select(each => each.ExportCertificatePem())) + "\n");
    }

    private void List(X509Certificate2 issuer, string name, IReadOnlyList<X509Certificate2> revoked)
    {
        var path = Path.Combine(RevocationLists, name + ".crl");
        if (File.Exists(path) && File.GetLastWriteTimeUtc(path) > _now.AddDays(-1).UtcDateTime) return;
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked) builder.AddEntry(certificate.SerialNumberBytes.Span, _now.AddMinutes(-30), X509RevocationReason.KeyCompromise);
        var number = new BigInteger(_now.ToUnixTimeSeconds());
        File.WriteAllBytes(path, builder.Build(issuer, number, _now.AddDays(7), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, _now.AddHours(-1)));
    }

    private bool IsFor(string name, string[] extendedUsages)
    {
        using var known = Load(name);
        var usages = known.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).Select(oid => oid.Value!);
        return usages.ToHashSet().SetEquals(extendedUsages);
    }

    private bool StillGood(string name)
    {
        if (!File.Exists(PathOf(name, ".p12")) || !File.Exists(PathOf(name, ".pass"))) return false;
        using var existing = Load(name);
        return existing.NotAfter.ToUniversalTime() > (_now + Margin).UtcDateTime;
    }

    private bool IssuedBy(string name, X509Certificate2 issuer)
    {
        using var existing = Load(name);
        return existing.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } id
            && issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } key && id.Span.SequenceEqual(key.SubjectKeyIdentifierBytes.Span);
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);   // positive and never shortened
        return serial;
    }

    private static void Secret(string path, byte[] octets)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(octets);
    }
}
