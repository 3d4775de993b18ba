using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.Keys;

/// <summary>
/// A private key that never leaves its provider, with its certificate. Checks are made here and the answer of the provider is proved, so that no kind of key
/// can forget either.
/// </summary>
public abstract class SigningKey : IDisposable
{
    private static readonly byte[] s_p256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private byte[]? _info;
    private SignatureAlgorithm? _forXml;

    protected SigningKey(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates) => (Certificate, Intermediates) = (certificate, intermediates);

    /// <summary>How this key signs XML: RSA-SHA256, or ECDSA-SHA256 on P-256.</summary>
    /// <exception cref="CryptographicException">The key is of another kind.</exception>
    public SignatureAlgorithm AlgorithmForXml() => _forXml ??= IsRsa ? SignatureAlgorithm.RsaSha256 : IsOnP256 ? SignatureAlgorithm.EcdsaSha256
        : throw new CryptographicException("The hub signs by RSA, or by ECDSA on P-256; this key is of another kind.");

    /// <summary>Whether it is an RSA key.</summary>
    internal bool IsRsa => Certificate.PublicKey.Oid.Value == "1.2.840.113549.1.1.1";

    /// <summary>The signer's certificate; without its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Certificates between the signer's and the anchor, to be sent along.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Signs a SHA-256 digest by RSASSA-PKCS1-v1_5.</summary>
    /// <inheritdoc cref="SignAsync(ReadOnlyMemory{byte}, SignatureAlgorithm, CancellationToken)"/>
    public Task<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation) => SignAsync(digest, SignatureAlgorithm.RsaSha256, cancellation);

    /// <summary>Signs a digest. ECDSA values are r and s side by side (IEEE P1363).</summary>
    /// <exception cref="CryptographicException">The provider fails, its key is of another kind, or its answer does not verify.</exception>
    public async Task<byte[]> SignAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        if (digest.Length != CryptographicOperations.HashData(algorithm.Digest.Name, []).Length) throw new ArgumentException($"The digest is not as long as those of {algorithm.Digest}.", nameof(digest));
        var signature = await SignCoreAsync(digest, algorithm, cancellation);
        return Verifies(digest.Span, signature, algorithm) ? signature : throw new CryptographicException("The key's answer does not verify with its certificate.");
    }

    /// <summary>The key's step in the XML signatures of the hub.</summary>
    internal async ValueTask<byte[]> SignXmlAsync(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellation) => await SignAsync(digest, AlgorithmForXml(), cancellation);

    /// <summary>The certificates as XML signatures carry them.</summary>
    internal SigningCertificate ForXml() => new(Certificate.RawDataMemory, [.. Intermediates.Select(intermediate => intermediate.RawDataMemory)]);

    // RFC 5480 2.1.1: the parameters are the curve's name.
    private bool IsOnP256 => Certificate.PublicKey is { Oid.Value: "1.2.840.10045.2.1", EncodedParameters.RawData: var curve } && curve.AsSpan().SequenceEqual(s_p256);

    private bool Verifies(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, SignatureAlgorithm algorithm)
    {
        _info ??= Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return algorithm.Family == SignatureFamily.Ecdsa
            ? PublicKeys.VerifyEcdsa(_info, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, digest, signature)
            : PublicKeys.VerifyRsa(_info, algorithm.Digest.Name, PaddingOf(algorithm), digest, signature);
    }

    private protected static RSASignaturePadding PaddingOf(SignatureAlgorithm algorithm) => algorithm.Family == SignatureFamily.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Certificate.Dispose();
    }

    /// <summary>The provider's own step over this digest.</summary>
    protected abstract Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation);
}

/// <summary>A key in a PKCS#12 or PEM file: for development and small sites. HSM and remote keys come beside it under the same base.</summary>
internal sealed class FileKey : SigningKey
{
    private readonly AsymmetricAlgorithm _key;

    private FileKey(AsymmetricAlgorithm key, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates)
        : base(certificate, intermediates) => _key = key;

    public static FileKey Open(string path, string password)
    {
        var contents = X509CertificateLoader.LoadPkcs12Collection(File.ReadAllBytes(path), password, X509KeyStorageFlags.EphemeralKeySet);
        var own = contents.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException($"'{path}' holds no private key.");
        var key = (AsymmetricAlgorithm?)own.GetRSAPrivateKey() ?? own.GetECDsaPrivateKey() ?? throw new InvalidDataException($"'{path}' holds neither an RSA nor an ECDSA key.");
        var bare = X509CertificateLoader.LoadCertificate(own.RawDataMemory.Span);
        return new FileKey(key, bare, [.. contents.Where(certificate => !certificate.HasPrivateKey && certificate.Subject != certificate.Issuer)]);
    }

    /// <summary>A private key in PEM (PKCS#8, PKCS#1 or SEC 1), whose certificate comes from elsewhere, the signer's first.</summary>
    public static FileKey OpenPem(string path, string? password, IReadOnlyList<X509Certificate2> certificates)
    {
        var pem = File.ReadAllText(path);
        var key = certificates[0].GetRSAPublicKey() is null ? (AsymmetricAlgorithm)ECDsa.Create() : RSA.Create();
        try
        {
            if (password is null) key.ImportFromPem(pem);
            else key.ImportFromEncryptedPem(pem, password);
            return new FileKey(key, certificates[0], [.. certificates.Skip(1).Where(certificate => certificate.Subject != certificate.Issuer)]);
        }
        catch (Exception other) when (other is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"'{path}' holds no private key of the certificate's kind that could be read.", other);
        }
    }

    protected override Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation) => Task.FromResult((_key, algorithm.Family) switch
    {
        (ECDsa ecdsa, SignatureFamily.Ecdsa) => ecdsa.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        (RSA rsa, SignatureFamily.RsaPkcs1 or SignatureFamily.RsaPss) => rsa.SignHash(digest.Span, algorithm.Digest.Name, PaddingOf(algorithm)),
        _ => throw new CryptographicException($"This key cannot sign by {algorithm.Uri}."),
    });

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
        return FileKey.Open(file, password ?? throw new InvalidDataException("A file: key in PKCS#12 needs ?password-file=PATH; passwords never stand in a URI."));
    }

    /// <summary>A private key in PEM, <c>file:///path/key.pem</c> with <c>?password-file=</c> when it is encrypted, whose certificate comes from elsewhere; or a PKCS#12 file as above.</summary>
    /// <param name="certificates">The signer's certificate, then those between it and the anchor.</param>
    /// <exception cref="InvalidDataException">The key cannot be read or belongs to another certificate.</exception>
    public static SigningKey Open(Uri key, IReadOnlyList<X509Certificate2> certificates)
    {
        var (file, password) = Parse(key);
        var isPem = File.ReadAllBytes(file).AsSpan().IndexOf("-----BEGIN "u8) >= 0;
        var opened = isPem ? FileKey.OpenPem(file, password, certificates) : Open(key);
        if (opened.Certificate.RawDataMemory.Span.SequenceEqual(certificates[0].RawDataMemory.Span)) return opened;
        opened.Dispose();
        throw new InvalidDataException($"The key in '{file}' belongs to another certificate.");
    }

    /// <summary>A TLS certificate with its key, from the same kind of URI, for a server or a client. TLS keys identify ends of connections; they never seal documents.</summary>
    /// <returns>The certificate, and the intermediates that the file holds, to be sent along.</returns>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) OpenTls(Uri key)
    {
        var (file, password) = Parse(key);
        var contents = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password ?? throw new InvalidDataException("A file: key in PKCS#12 needs ?password-file=PATH; passwords never stand in a URI."));
        var own = contents.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException($"'{file}' holds no private key.");
        return (own, [.. contents.Where(certificate => !certificate.HasPrivateKey)]);
    }

    private static (string File, string? Password) Parse(Uri key)
    {
        const string parameter = "?password-file=";
        if (!key.IsAbsoluteUri || key.Scheme != Uri.UriSchemeFile) throw new NotSupportedException($"No key provider for '{(key.IsAbsoluteUri ? key.Scheme : "relative")}:' keys here; use a file: URI.");
        if (key.Query.Length == 0) return (key.LocalPath, null);
        if (!key.Query.StartsWith(parameter, StringComparison.Ordinal)) throw new InvalidDataException("A file: key has no parameter but ?password-file=PATH; passwords never stand in a URI.");
        return (key.LocalPath, File.ReadAllText(Uri.UnescapeDataString(key.Query[parameter.Length..])).TrimEnd('\r', '\n'));
    }
}
