using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.Keys;

/// <summary>
/// A private key that never leaves its provider, with its certificate. Checks are made here and the answer of the provider is proved, so that no kind of key
/// can forget either.
/// </summary>
public abstract class SigningKey : IDisposable
{
    protected SigningKey(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates)
    {
        (Certificate, Intermediates) = (certificate, intermediates);
        Carried = new SigningCertificate(certificate.RawDataMemory, [.. intermediates.Select(intermediate => intermediate.RawDataMemory)]);
    }

    /// <summary>The signer's certificate; without its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Certificates between the signer's and the anchor, to be sent along.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Both as XML signatures carry them.</summary>
    internal SigningCertificate Carried { get; }

    /// <summary>Signs a SHA-256 digest by RSASSA-PKCS1-v1_5. Throws <see cref="CryptographicException"/> when the provider fails or its answer does not verify.</summary>
    public async Task<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation)
    {
        if (digest.Length != SHA256.HashSizeInBytes) throw new ArgumentException("A SHA-256 digest has 32 octets.", nameof(digest));
        var signature = await SignCoreAsync(digest, cancellation);
        using var key = Certificate.GetRSAPublicKey() ?? throw new CryptographicException("The certificate has no RSA key.");
        return key.VerifyHash(digest.Span, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ? signature
            : throw new CryptographicException("The key's answer does not verify with its certificate.");
    }

    /// <summary>The same as XML signatures ask for it: <see cref="DigestSigner"/> of <see cref="SignatureAlgorithm.RsaSha256"/>.</summary>
    internal async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellation) =>
        hash == HashAlgorithmName.SHA256 ? await SignAsync(digest, cancellation) : throw new ArgumentException("This key signs digests by SHA-256.", nameof(hash));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Certificate.Dispose();
    }

    /// <summary>The provider's own step: PKCS#1 v1.5 over this digest.</summary>
    protected abstract Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation);
}

/// <summary>A key in a PKCS#12 file: for development and small sites. HSM and remote keys come beside it under the same base.</summary>
internal sealed class FileKey : SigningKey
{
    private readonly RSA _key;

    private FileKey(RSA key, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates)
        : base(certificate, intermediates) => _key = key;

    public static FileKey Open(string path, string password)
    {
        var contents = X509CertificateLoader.LoadPkcs12Collection(File.ReadAllBytes(path), password, X509KeyStorageFlags.EphemeralKeySet);
        var own = contents.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException($"'{path}' holds no private key.");
        var key = own.GetRSAPrivateKey() ?? throw new InvalidDataException($"'{path}' holds no RSA key.");
        var bare = X509CertificateLoader.LoadCertificate(own.RawDataMemory.Span);
        return new FileKey(key, bare, [.. contents.Where(certificate => !certificate.HasPrivateKey && certificate.Subject != certificate.Issuer)]);
    }

    protected override Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation) =>
        Task.FromResult(_key.SignHash(digest.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    protected override void Dispose(bool disposing)
    {
        if (disposing) _key.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Opens keys by URI: the one string that configuration, command line and audit share.</summary>
public static class KeyUri
{
    /// <summary><c>file:///path/key.p12?password-file=/path/key.pass</c>. Any other scheme is refused by name.</summary>
    public static SigningKey Open(Uri key)
    {
        var (file, password) = Parse(key);
        return FileKey.Open(file, password);
    }

    /// <summary>A TLS certificate with its key, from the same kind of URI, for a server or a client. TLS keys identify ends of connections; they never seal documents.</summary>
    /// <returns>The certificate, and the intermediates that the file holds, to be sent along.</returns>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) OpenTls(Uri key)
    {
        var (file, password) = Parse(key);
        var contents = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
        var own = contents.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException($"'{file}' holds no private key.");
        return (own, [.. contents.Where(certificate => !certificate.HasPrivateKey)]);
    }

    private static (string File, string Password) Parse(Uri key)
    {
        const string parameter = "?password-file=";
        if (!key.IsAbsoluteUri || key.Scheme != Uri.UriSchemeFile) throw new NotSupportedException($"No key provider for '{(key.IsAbsoluteUri ? key.Scheme : "relative")}:' keys here; use a file: URI.");
        if (!key.Query.StartsWith(parameter, StringComparison.Ordinal)) throw new InvalidDataException("A file: key needs ?password-file=PATH; passwords never stand in a URI.");
        return (key.LocalPath, File.ReadAllText(Uri.UnescapeDataString(key.Query[parameter.Length..])).TrimEnd('\r', '\n'));
    }
}
