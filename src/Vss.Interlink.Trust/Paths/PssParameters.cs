using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// RSASSA-PSS with any salt and mask: RFC 8017 section 8.1.2. The platform verifies with a salt as long as the digest and a mask by the same hash; others are rare in documents and the
/// default of OpenSSL, whose salt is as long as the key allows.
/// </summary>
/// <param name="Mask">Hash of MGF1.</param>
/// <param name="Salt">Octets of the salt.</param>
internal sealed record PssParameters(HashAlgorithmName Mask, int Salt)
{
    /// <summary>More than the longest key leaves room for.</summary>
    public const int MaxSalt = 2048;

    private const int MaxExponentOctets = 8;   // longer ones make verifying as dear as signing

    /// <summary>Whether the key made the signature over octets with this hash.</summary>
    public bool Verifies(RSA key, HashAlgorithmName name, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (Mask == name && Salt == hash.Length) return key.VerifyHash(hash, signature, name, RSASignaturePadding.Pss);
        var numbers = key.ExportParameters(false);
        var modulus = Number(numbers.Modulus);
        if (signature.Length != (key.KeySize + 7) / 8 || numbers.Exponent!.Length > MaxExponentOctets || Number(signature) >= modulus) return false;

        // RFC 8017 section 9.1.2: the encoded message has one bit fewer than the modulus.
        var bits = key.KeySize - 1;
        var octets = BigInteger.ModPow(Number(signature), Number(numbers.Exponent), modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        var encoded = new byte[(bits + 7) / 8];
        if (octets.Length > encoded.Length) return false;
        octets.CopyTo(encoded.AsSpan(encoded.Length - octets.Length));
        var block = encoded.Length - hash.Length - 1;
        if (block < Salt + 1 || encoded[^1] != 0xbc) return false;
        var data = encoded.AsSpan(0, block);
        var seed = encoded.AsSpan(block, hash.Length);
        var unused = (8 * encoded.Length) - bits;
        if (data[0] >> (8 - unused) != 0) return false;
        Unmask(data, seed);
        data[0] &= (byte)(0xff >> unused);
        var padding = data[..^Salt];
        var salt = data[^Salt..];
        if (padding[^1] != 1 || padding[..^1].ContainsAnyExcept((byte)0)) return false;
        return CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(name, [.. new byte[8], .. hash, .. salt]), seed);
    }

    // MGF1: RFC 8017 appendix B.2.1.
    private void Unmask(Span<byte> data, ReadOnlySpan<byte> seed)
    {
        var input = new byte[seed.Length + 4];
        seed.CopyTo(input);
        for (int at = 0, counter = 0; at < data.Length; counter++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(seed.Length), counter);
            foreach (var octet in CryptographicOperations.HashData(Mask, input))
            {
                if (at == data.Length) return;
                data[at++] ^= octet;
            }
        }
    }

    private static BigInteger Number(ReadOnlySpan<byte> octets) => new(octets, isUnsigned: true, isBigEndian: true);
}
