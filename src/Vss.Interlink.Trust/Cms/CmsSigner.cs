using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Cms;

/// <summary>One SignerInfo: RFC 5652 section 5.3.</summary>
internal sealed class CmsSigner
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_one = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private static readonly (string Oid, string Name)[] s_atMostOnce =
    [
        (CmsAttributes.SigningTime, "signing-time"), (CmsAttributes.SigningCertificate, "signing-certificate"), (CmsAttributes.SigningCertificateV2, "signing-certificate-v2"),
    ];

    private readonly ReadOnlyMemory<byte> _signedAttributes;
    private readonly List<ReadOnlyMemory<byte>> _fields = [];
    private readonly string _issuer = "";
    private readonly BigInteger _serial;
    private readonly byte[]? _keyId;

    public CmsSigner(AsnReader signer)
    {
        Keep(signer.PeekEncodedValue());
        signer.ReadInteger();
        Keep(signer.PeekEncodedValue());
        if (signer.PeekTag().HasSameClassAndValue(s_zero))
        {
            _keyId = signer.ReadOctetString(s_zero);
        }
        else
        {
            var id = signer.ReadSequence();
            (_issuer, _serial) = (NameForm.Of(id.ReadEncodedValue()), id.ReadInteger());
        }

        DigestAlgorithm = Keep(signer.PeekEncodedValue());
        DigestOid = signer.ReadSequence().ReadObjectIdentifier();
        Digest = SignatureMethod.HashOf(DigestOid);
        if (signer.PeekTag().HasSameClassAndValue(s_zero)) _signedAttributes = Keep(signer.ReadEncodedValue());
        Signed = new CmsAttributes(_signedAttributes);
        SignatureAlgorithm = Keep(signer.ReadEncodedValue());
        Method = MethodOf(SignatureAlgorithm);
        Keep(signer.PeekEncodedValue());
        Value = signer.ReadOctetString();
        Unsigned = new CmsAttributes(signer.HasData && signer.PeekTag().HasSameClassAndValue(s_one) ? signer.ReadEncodedValue() : default);
        signer.ThrowIfNotEmpty();
    }

    /// <summary>Its fields as they stand, without the unsigned attributes: part of what an archive time stamp is over.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Fields => _fields;

    /// <summary>AlgorithmIdentifier of the digest.</summary>
    public ReadOnlyMemory<byte> DigestAlgorithm { get; }

    /// <summary>AlgorithmIdentifier of the signature.</summary>
    public ReadOnlyMemory<byte> SignatureAlgorithm { get; }

    /// <summary>Object identifier of what digests the content.</summary>
    public string DigestOid { get; }

    /// <summary>What digests the content; default where it is not known here.</summary>
    public HashAlgorithmName Digest { get; }

    public SignatureMethod Method { get; }

    public CmsAttributes Signed { get; }

    public CmsAttributes Unsigned { get; }

    /// <summary>The signature value.</summary>
    public byte[] Value { get; }

    public bool HasSignedAttributes => !_signedAttributes.IsEmpty;

    /// <summary>Whether the signer says that this certificate is its own. Proof is <see cref="Verifies"/> alone.</summary>
    public bool Names(PathCertificate certificate) => _keyId is not null
        ? certificate.SubjectKeyId.AsSpan().SequenceEqual(_keyId)
        : certificate.Issuer == _issuer && certificate.Serial == _serial;

    /// <summary>Whether the message-digest attribute is this digest of the content.</summary>
    public bool IsOf(ReadOnlySpan<byte> digest) =>
        Signed.Single(CmsAttributes.MessageDigest) is { } claimed && Octets(claimed) is { } octets && CryptographicOperations.FixedTimeEquals(octets, digest);

    /// <summary>What is wrong with the signed attributes by RFC 5652 section 11, which wants each of these once with one value, and RFC 5035 section 5; null when nothing is.</summary>
    /// <param name="contentType">What the content is.</param>
    public string? Problem(string contentType)
    {
        if (Signed.Single(CmsAttributes.ContentType) is not { } type || Oid(type) is not { } claimed) return "there is not exactly one content-type attribute";
        if (claimed != contentType) return $"the content-type attribute says {claimed}, and the content is {contentType}";
        if (Signed.Single(CmsAttributes.MessageDigest) is not { } digest || Octets(digest) is null) return "there is not exactly one message-digest attribute";
        foreach (var (oid, name) in s_atMostOnce)
        {
            if (Signed.Has(oid) && Signed.Single(oid) is null) return $"there is more than one {name} attribute";
        }

        if (Signed.Has(CmsAttributes.CounterSignature)) return "a counter-signature stands among the signed attributes";
        return Signed.Has(CmsAttributes.AlgorithmProtection) && !IsProtected() ? "the algorithms are not those that the signed attributes name (RFC 6211)" : null;
    }

    /// <summary>Whether the certificate's key made the signature value over the signed attributes, or over the content where there are none.</summary>
    /// <param name="certificate">The signer's.</param>
    /// <param name="digest">Gives the digest of the content; only asked where there are no signed attributes.</param>
    public bool Verifies(X509Certificate2 certificate, Func<HashAlgorithmName, byte[]> digest)
    {
        try
        {
            return Verifies(certificate.PublicKey, digest);
        }
        catch (CryptographicException)
        {
            return false;   // the key cannot be decoded
        }
    }

    /// <inheritdoc cref="Verifies(X509Certificate2, Func{HashAlgorithmName, byte[]})"/>
    /// <param name="key">The signer's.</param>
    /// <param name="digest">As above.</param>
    public bool Verifies(PublicKey key, Func<HashAlgorithmName, byte[]> digest)
    {
        if (!Method.IsKnown) return false;
        if (!HasSignedAttributes) return Method.VerifiesHash(key, digest(Method.Hash), Value);
        if (Signed.Encode() is { } encoded && Method.VerifiesHash(key, CryptographicOperations.HashData(Method.Hash, encoded), Value)) return true;

        // Some sign the attributes in the order in which they wrote them; the octets are the signer's either way.
        var asWritten = _signedAttributes.ToArray();
        asWritten[0] = 0x31;
        return Method.VerifiesHash(key, CryptographicOperations.HashData(Method.Hash, asWritten), Value);
    }

    /// <summary>
    /// Whether the signed attributes name this certificate by its digest (RFC 5035): without that it could be exchanged for another one of the same key. Where both versions stand
    /// there, both must name it (section 3: neither may contradict the other). Null where they name none.
    /// </summary>
    public bool? Binds(X509Certificate2 certificate)
    {
        (string Oid, bool IsSecond)[] versions = [(CmsAttributes.SigningCertificateV2, true), (CmsAttributes.SigningCertificate, false)];
        var there = versions.Where(version => Signed.Has(version.Oid)).ToList();
        return there.Count == 0 ? null : there.TrueForAll(version => Signed.Single(version.Oid) is { } value && IsNamed(value, version.IsSecond, certificate));
    }

    /// <summary>The signer's word on when he signed; null where he says nothing that can be read.</summary>
    public DateTimeOffset? ClaimedTime
    {
        get
        {
            if (Signed.Single(CmsAttributes.SigningTime) is not { } value) return null;
            try
            {
                var reader = new AsnReader(value, AsnEncodingRules.BER);
                return reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
            }
            catch (AsnContentException)
            {
                return null;
            }
        }
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> field)
    {
        _fields.Add(field);
        return field;
    }

    // RFC 6211: SEQUENCE { digestAlgorithm, signatureAlgorithm [1] OPTIONAL, macAlgorithm [2] OPTIONAL }.
    private bool IsProtected()
    {
        if (Signed.Single(CmsAttributes.AlgorithmProtection) is not { } value) return false;
        try
        {
            var named = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
            if (named.ReadSequence().ReadObjectIdentifier() != DigestOid) return false;
            return named.HasData && named.PeekTag().HasSameClassAndValue(s_one) && named.ReadSequence(s_one).ReadObjectIdentifier() == Method.Oid;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    // The key's own identifier stands for the signature by that key with the digest that the signer names (RFC 3370 section 3.2, RFC 5753 section 2.1.1).
    private SignatureMethod MethodOf(ReadOnlyMemory<byte> identifier)
    {
        var method = SignatureMethod.Read(identifier);
        return method.Oid switch
        {
            RsaEncryption => new(method.Oid, Digest, KeyKind.RsaPkcs1),
            EcPublicKey => new(method.Oid, Digest, KeyKind.Ecdsa),
            _ => method,
        };
    }

    // SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), policies OPTIONAL }; the signer's comes first.
    private static bool IsNamed(ReadOnlyMemory<byte> value, bool isSecond, X509Certificate2 certificate)
    {
        try
        {
            var id = new AsnReader(value, AsnEncodingRules.BER).ReadSequence().ReadSequence().ReadSequence();
            var hash = isSecond ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
            if (isSecond && id.PeekTag() == Asn1Tag.Sequence) hash = SignatureMethod.HashOf(id.ReadSequence().ReadObjectIdentifier());
            var digest = id.ReadOctetString();
            return hash.Name is not null && CryptographicOperations.FixedTimeEquals(digest, CryptographicOperations.HashData(hash, certificate.RawDataMemory.Span)) && (!id.HasData || IsIssuerSerial(id.ReadSequence(), certificate));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    // IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber }, whose issuer is one directory name (RFC 5035 section 5).
    private static bool IsIssuerSerial(AsnReader named, X509Certificate2 certificate)
    {
        var names = named.ReadSequence();
        var isIssuer = PathName.Read(names) is { Kind: NameKind.Directory } issuer && !names.HasData && issuer.Text == NameForm.Of(certificate.IssuerName.RawData);
        return isIssuer && named.ReadInteger() == new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true);
    }

    private static byte[]? Octets(ReadOnlyMemory<byte> value)
    {
        try
        {
            return new AsnReader(value, AsnEncodingRules.BER).ReadOctetString();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static string? Oid(ReadOnlyMemory<byte> value)
    {
        try
        {
            return new AsnReader(value, AsnEncodingRules.BER).ReadObjectIdentifier();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
