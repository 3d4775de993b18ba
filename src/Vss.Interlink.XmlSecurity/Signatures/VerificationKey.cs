using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>A public key: RSA, or ECDSA on P-256, P-384 or P-521.</summary>
internal sealed class VerificationKey : IDisposable
{
    // Who sends a document chooses its keys. What OpenSSL computes with at all, and what a public exponent may have without making verification as dear as signing.
    private const int MaxRsaBits = 16 * 1024;
    private const int MaxExponentOctets = 8;

    private readonly RSA? _rsa;   // null too for a key that no policy admits: reading one costs more than looking at its numbers
    private readonly ECDsa? _ecdsa;
    private readonly bool _hasFitExponent;

    private VerificationKey(RSA? rsa, int bits, bool hasFitExponent) => (_rsa, Bits, _hasFitExponent) = (rsa, bits, hasFitExponent);

    private VerificationKey(ECDsa ecdsa) => (_ecdsa, Bits) = (ecdsa, ecdsa.KeySize);

    public int Bits { get; }

    public override string ToString() => _ecdsa is null ? $"RSA {Bits}" : $"ECDSA P-{Bits}";

    /// <summary>Null when it is none, or of another kind.</summary>
    public static VerificationKey? OfSubjectPublicKeyInfo(byte[] octets)
    {
        try
        {
            var outer = new AsnReader(octets, AsnEncodingRules.DER);
            var info = outer.ReadSequence();
            var algorithm = info.ReadSequence();
            outer.ThrowIfNotEmpty();
            switch (algorithm.ReadObjectIdentifier())
            {
                case "1.2.840.113549.1.1.1":
                    var numbers = new AsnReader(info.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
                    return OfNumbers(numbers.ReadIntegerBytes().Span, numbers.ReadIntegerBytes().Span, rsa => rsa.ImportSubjectPublicKeyInfo(octets, out _));

                // Only the curves of NIST, by name: a key that brings its own curve is a key that anyone can make fit (CVE-2020-0601).
                case "1.2.840.10045.2.1" when algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) && Curve("urn:oid:" + algorithm.ReadObjectIdentifier()) is not null:
                    return Made(ECDsa.Create(), ecdsa => ecdsa.ImportSubjectPublicKeyInfo(octets, out _));
                default:
                    return null;
            }
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Null when it is none, or of another kind.</summary>
    public static VerificationKey? Of(KeyValueModel value)
    {
        if (value is { Modulus: { } modulus, Exponent: { } exponent })
        {
            return OfNumbers(modulus, exponent, rsa => rsa.ImportParameters(new RSAParameters { Modulus = WithoutZeros(modulus).ToArray(), Exponent = WithoutZeros(exponent).ToArray() }));
        }

        // Uncompressed points only: SEC 1 section 2.3.3.
        if (value is not { Curve: { } name, Point: [4, .. { Length: > 0 } point] } || point.Length % 2 != 0 || Curve(name) is not { } curve) return null;
        var half = point.Length / 2;
        return Made(ECDsa.Create(), ecdsa => ecdsa.ImportParameters(new ECParameters { Curve = curve, Q = new ECPoint { X = point[..half], Y = point[half..] } }));
    }

    public bool IsSameAs(VerificationKey other)
    {
        if (ReferenceEquals(this, other)) return true;   // exporting a key costs more than verifying with it
        if (_rsa is not null && other._rsa is not null)
        {
            var (one, two) = (_rsa.ExportParameters(false), other._rsa.ExportParameters(false));
            return one.Modulus.AsSpan().SequenceEqual(two.Modulus) && one.Exponent.AsSpan().SequenceEqual(two.Exponent);
        }

        if (_ecdsa is null || other._ecdsa is null || Bits != other.Bits) return false;
        var (left, right) = (_ecdsa.ExportParameters(false).Q, other._ecdsa.ExportParameters(false).Q);
        return left.X.AsSpan().SequenceEqual(right.X) && left.Y.AsSpan().SequenceEqual(right.Y);
    }

    /// <summary>The rule that the key breaks, and how; null when it may verify by this method.</summary>
    public (string Rule, string Detail)? Unfit(SignatureMethod method, SignaturePolicy policy)
    {
        if (_ecdsa is null != method.Kind is not SignatureKind.Ecdsa) return (SignatureRules.KeyFound, $"the key is {this}, the signature method is of another kind");
        if (policy.NameOfKey(IsRsa, Bits) is null) return (SignatureRules.KeyLength, $"the key is {this}; {(IsRsa ? $"policy {policy.Name} asks for {policy.MinRsaBits} to {MaxRsaBits} bits" : $"policy {policy.Name} does not admit the curve")}");
        if (_ecdsa is not null) return null;
        if (!_hasFitExponent) return (SignatureRules.KeyExponent, "the public exponent of the RSA key is even, 1 or longer than 64 bits");
        return null;
    }

    public bool IsRsa => _ecdsa is null;

    /// <summary>Whether the value is this key's over the hash.</summary>
    public bool Verifies(SignatureMethod method, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> value) => method.Kind switch
    {
        SignatureKind.RsaPkcs1 => Verifies(method.Hash, RSASignaturePadding.Pkcs1, hash, value),
        SignatureKind.RsaPss => Verifies(method.Hash, RSASignaturePadding.Pss, hash, value),
        _ => Verifies(DSASignatureFormat.IeeeP1363FixedFieldConcatenation, hash, value),
    };

    /// <summary>Whether the value is this key's; never where the key is of another kind or unfit.</summary>
    public bool Verifies(HashAlgorithmName name, RSASignaturePadding padding, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> value)
    {
        try
        {
            return _rsa is not null && _rsa.VerifyHash(hash, value, name, padding);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="Verifies(HashAlgorithmName, RSASignaturePadding, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public bool Verifies(DSASignatureFormat format, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> value)
    {
        try
        {
            return _ecdsa is not null && _ecdsa.VerifyHash(hash, value, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    private static VerificationKey? OfNumbers(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, Action<RSA> import)
    {
        modulus = WithoutZeros(modulus);
        exponent = WithoutZeros(exponent);
        if (modulus.IsEmpty) return null;
        var bits = (8 * modulus.Length) - BitOperations.LeadingZeroCount((uint)modulus[0] << 24);

        // With 1 everything is its own signature; an even one is no key.
        var isFit = exponent is { Length: > 0 and <= MaxExponentOctets } and not [1] && (exponent[^1] & 1) == 1;
        return isFit && bits <= MaxRsaBits ? Made(RSA.Create(), import, bits) : new VerificationKey(null, bits, isFit);
    }

    private static VerificationKey? Made(RSA rsa, Action<RSA> import, int bits)
    {
        try
        {
            import(rsa);
            return new VerificationKey(rsa, bits, true);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    private static VerificationKey? Made(ECDsa ecdsa, Action<ECDsa> import)
    {
        try
        {
            import(ecdsa);
            return new VerificationKey(ecdsa);
        }
        catch (CryptographicException)
        {
            ecdsa.Dispose();
            return null;
        }
    }

    private static ECCurve? Curve(string name) => name switch
    {
        "urn:oid:1.2.840.10045.3.1.7" => ECCurve.NamedCurves.nistP256,
        "urn:oid:1.3.132.0.34" => ECCurve.NamedCurves.nistP384,
        "urn:oid:1.3.132.0.35" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };

    private static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> number) => number.TrimStart((byte)0);
}
