using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>How a document is verified.</summary>
public sealed record VerificationRequest
{
    /// <summary>Algorithms and key lengths.</summary>
    public SignaturePolicy Policy { get; init; } = SignaturePolicy.Default;

    /// <summary>Limits of the document.</summary>
    public XmlLimits Xml { get; init; } = new();

    /// <summary>Limits of its signatures.</summary>
    public SignatureLimits Limits { get; init; } = new();

    /// <summary>Which attributes are identifiers.</summary>
    public XmlIdRules Ids { get; init; } = XmlIdRules.Every;

    /// <summary>The key to verify with; null takes it from each signature's KeyInfo, which shows integrity and nothing about who signed.</summary>
    public SignerKey? Key { get; init; }

    /// <summary>Contents beside the document, by the URI that references name them by. Nothing is ever fetched.</summary>
    public IReadOnlyDictionary<string, DetachedContent> Contents { get; init; } = new Dictionary<string, DetachedContent>();

    /// <summary>The one signature that is judged, by its position among all start tags, as where others are none of the caller's business; null judges every one.</summary>
    public int? Only { get; init; }

    /// <summary>Which references' octets are to be read afterwards; null keeps none.</summary>
    public Func<SignedReference, bool>? Keep { get; init; }

    /// <summary>
    /// Asked once, when the document was read and nothing is digested yet, with all that is known of its signatures then: everything but digests, value, parts and coverage. False ends
    /// there, so that nothing costly is computed for a stranger (W3C XML Signature Best Practices 1), and those are the reports. Null goes on.
    /// </summary>
    public Func<IReadOnlyList<SignatureReport>, bool>? GoesOn { get; init; }

    /// <summary>Kept octets of one reference that are held in memory; more go to a temporary file.</summary>
    public int MaxKeptInMemory { get; init; } = 1024 * 1024;
}

/// <summary>A reference as it stands in a signature, before anything is digested.</summary>
/// <param name="Uri">What it refers to.</param>
/// <param name="Type">Its type, empty for none.</param>
/// <param name="Id">Its own identifier, empty for none.</param>
/// <param name="SignatureId">Identifier of the signature, empty for none.</param>
public sealed record SignedReference(string Uri, string Type, string Id, string SignatureId)
{
    /// <summary>Whether it is to the signature's own XAdES properties.</summary>
    public bool IsToProperties => Type == DsigNames.SignedPropertiesType;
}

/// <summary>A key that the caller brings.</summary>
public sealed class SignerKey
{
    private SignerKey(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> publicKey) => (Certificate, PublicKey) = (certificate, publicKey);

    /// <summary>The certificate, DER; empty for a bare key.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>SubjectPublicKeyInfo of a bare key, DER; empty for a certificate.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>A certificate, DER.</summary>
    public static SignerKey OfCertificate(ReadOnlyMemory<byte> certificate) => new(certificate, default);

    /// <summary>A certificate.</summary>
    public static SignerKey OfCertificate(X509Certificate2 certificate) => new(certificate.RawData, default);

    /// <summary>A SubjectPublicKeyInfo, DER.</summary>
    public static SignerKey OfPublicKey(ReadOnlyMemory<byte> subjectPublicKeyInfo) => new(default, subjectPublicKeyInfo);
}

/// <summary>Something signed that is not in the document.</summary>
public sealed class DetachedContent
{
    private DetachedContent(Func<Stream>? open, HashAlgorithmName hash, ReadOnlyMemory<byte> digest) => (Open, Hash, Digest) = (open, hash, digest);

    internal Func<Stream>? Open { get; }

    internal HashAlgorithmName Hash { get; }

    internal ReadOnlyMemory<byte> Digest { get; }

    /// <summary>Octets in memory.</summary>
    public static DetachedContent Of(ReadOnlyMemory<byte> octets)
    {
        var held = octets.ToArray();
        return new(() => new MemoryStream(held, writable: false), default, default);
    }

    /// <summary>A stream, opened when it is needed and closed afterwards.</summary>
    public static DetachedContent Of(Func<Stream> open) => new(open, default, default);

    /// <summary>A digest that was computed already, as while the content arrived. It serves references without transforms.</summary>
    public static DetachedContent OfDigest(HashAlgorithmName hash, ReadOnlyMemory<byte> digest) => new(null, hash, digest);
}
