using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>How a certificate, a revocation list or an OCSP answer is signed: an AlgorithmIdentifier of RFC 5280 section 4.1.1.2 with the identifiers of RFC 4055 and RFC 5758.</summary>
/// <param name="Oid">Its object identifier.</param>
/// <param name="Hash">What digests; default for algorithms that are not known here.</param>
/// <param name="Kind">Family of keys.</param>
internal sealed record SignatureMethod(string Oid, HashAlgorithmName Hash, KeyKind Kind)
{
    private const string PssOid = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    // Object identifiers, DER: 1.2.840.10045.3.1.7, 1.3.132.0.34, 1.3.132.0.35.
    private static readonly byte[][] s_curves = [[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], [6, 5, 0x2b, 0x81, 4, 0, 0x22], [6, 5, 0x2b, 0x81, 4, 0, 0x23]];

    /// <summary>Whether it is SHA-1, which only old material may have.</summary>
    public bool IsSha1 => Hash == HashAlgorithmName.SHA1;

    /// <summary>False for what is in no policy: MD5, DSA and whatever else comes.</summary>
    public bool IsKnown => Hash.Name is not null;

    /// <summary>As people call it; the identifier where it is not known here.</summary>
    public string Name => Hash.Name is null ? Oid : Kind switch
    {
        KeyKind.RsaPkcs1 => $"RSA-{Hash.Name}",
        KeyKind.RsaPss => $"RSASSA-PSS-{Hash.Name}",
        KeyKind.Ecdsa => $"ECDSA-{Hash.Name}",
        _ => Oid,
    };

    /// <param name="identifier">The AlgorithmIdentifier, DER.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static SignatureMethod Read(ReadOnlyMemory<byte> identifier)
    {
        var sequence = new AsnReader(identifier, AsnEncodingRules.BER).ReadSequence();
        var oid = sequence.ReadObjectIdentifier();
        return oid switch
        {
            "1.2.840.113549.1.1.5" or "1.3.14.3.2.29" => new(oid, HashAlgorithmName.SHA1, KeyKind.RsaPkcs1),
            "1.2.840.113549.1.1.11" => new(oid, HashAlgorithmName.SHA256, KeyKind.RsaPkcs1),
            "1.2.840.113549.1.1.12" => new(oid, HashAlgorithmName.SHA384, KeyKind.RsaPkcs1),
            "1.2.840.113549.1.1.13" => new(oid, HashAlgorithmName.SHA512, KeyKind.RsaPkcs1),
            "1.2.840.10045.4.1" => new(oid, HashAlgorithmName.SHA1, KeyKind.Ecdsa),
            "1.2.840.10045.4.3.2" => new(oid, HashAlgorithmName.SHA256, KeyKind.Ecdsa),
            "1.2.840.10045.4.3.3" => new(oid, HashAlgorithmName.SHA384, KeyKind.Ecdsa),
            "1.2.840.10045.4.3.4" => new(oid, HashAlgorithmName.SHA512, KeyKind.Ecdsa),
            PssOid => ReadPss(sequence),
            _ => new(oid, default, KeyKind.Unknown),
        };
    }

    /// <summary>Mask generation and salt of RSASSA-PSS; null for everything else.</summary>
    public PssParameters? Pss { get; private init; }

    /// <summary>Whether the holder of the certificate's key made the signature.</summary>
    public bool Verifies(X509Certificate2 signer, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        IsKnown && VerifiesHash(signer, CryptographicOperations.HashData(Hash, data), signature);

    /// <summary>Whether the holder of the certificate's key made the signature, over octets of which <see cref="Hash"/> gives this.</summary>
    public bool VerifiesHash(X509Certificate2 signer, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        try
        {
            return VerifiesHash(signer.PublicKey, hash, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="VerifiesHash(X509Certificate2, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public bool VerifiesHash(PublicKey key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Kind == KeyKind.Ecdsa)
            {
                using var ecdsa = EcdsaOf(key);
                return ecdsa?.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence) == true;
            }

            using var rsa = Kind == KeyKind.RsaPkcs1 && key.Oid.Value == PssOid ? null : RsaOf(key);
            return rsa is not null && Kind switch
            {
                KeyKind.RsaPkcs1 => rsa.VerifyHash(hash, signature, Hash, RSASignaturePadding.Pkcs1),
                KeyKind.RsaPss => Pss!.Verifies(rsa, Hash, hash, signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether the key is of the family that this method takes, and one that can be computed with here.</summary>
    public bool Takes(PublicKey key)
    {
        using AsymmetricAlgorithm? found = Kind switch { KeyKind.Ecdsa => EcdsaOf(key), KeyKind.RsaPkcs1 or KeyKind.RsaPss => RsaOf(key), _ => null };
        return found is not null;
    }

    /// <summary>An RSA key, one for RSASSA-PSS alone (RFC 4055 section 1.2) included; null for others and for one that cannot be decoded.</summary>
    public static RSA? RsaOf(PublicKey key)
    {
        try
        {
            if (key.Oid.Value != PssOid) return key.GetRSAPublicKey();
            var rsa = RSA.Create();
            rsa.ImportRSAPublicKey(key.EncodedKeyValue.RawData, out _);
            return rsa;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A key on P-256, P-384 or P-521 by name; null for others and for one that cannot be decoded. A key that brings its own curve is one that anyone can make fit.</summary>
    public static ECDsa? EcdsaOf(PublicKey key)
    {
        try
        {
            return Array.Exists(s_curves, curve => key.EncodedParameters?.RawData.AsSpan().SequenceEqual(curve) == true) ? key.GetECDsaPublicKey() : null;
        }
        catch (Exception unfit) when (unfit is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    // RFC 4055 section 3.1: [0] hash, [1] mask generation, [2] salt length, [3] trailer.
    private static SignatureMethod ReadPss(AsnReader sequence)
    {
        var unknown = new SignatureMethod(PssOid, default, KeyKind.Unknown);
        if (!sequence.HasData || sequence.PeekTag() != Asn1Tag.Sequence) return unknown;
        var parameters = sequence.ReadSequence();
        var (hash, mask, salt, trailer) = (HashAlgorithmName.SHA1, HashAlgorithmName.SHA1, 20, 1);
        if (Has(0)) hash = HashOf(parameters.ReadSequence(Tag(0)).ReadSequence().ReadObjectIdentifier());
        if (Has(1))
        {
            var generation = parameters.ReadSequence(Tag(1)).ReadSequence();
            mask = generation.ReadObjectIdentifier() == Mgf1 ? HashOf(generation.ReadSequence().ReadObjectIdentifier()) : default;
        }

        if (Has(2) && !parameters.ReadSequence(Tag(2)).TryReadInt32(out salt)) return unknown;
        if (Has(3) && !parameters.ReadSequence(Tag(3)).TryReadInt32(out trailer)) return unknown;
        return hash.Name is null || mask.Name is null || salt is < 0 or > PssParameters.MaxSalt || trailer != 1 ? unknown : new(PssOid, hash, KeyKind.RsaPss) { Pss = new PssParameters(mask, salt) };

        bool Has(int number) => parameters.HasData && parameters.PeekTag().HasSameClassAndValue(Tag(number));
        static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);
    }

    /// <summary>Hashes by their identifiers; default for those that are in no policy, and for those that the platform has not.</summary>
    public static HashAlgorithmName HashOf(string oid) => oid switch
    {
        "1.3.14.3.2.26" => HashAlgorithmName.SHA1,
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        "2.16.840.1.101.3.4.2.8" when SHA3_256.IsSupported => HashAlgorithmName.SHA3_256,
        "2.16.840.1.101.3.4.2.9" when SHA3_384.IsSupported => HashAlgorithmName.SHA3_384,
        "2.16.840.1.101.3.4.2.10" when SHA3_512.IsSupported => HashAlgorithmName.SHA3_512,
        _ => default,
    };
}

/// <summary>Families of signatures under certificates.</summary>
internal enum KeyKind
{
    Unknown,
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}
