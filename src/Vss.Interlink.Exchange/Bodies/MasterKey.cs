using System.Security.Cryptography;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>One master key. It never meets content: each body has a data key of its own, which is wrapped here. A key that lies elsewhere (a token, a service) has to do no more than these two.</summary>
/// <remarks>
/// A wrap is AES-256-GCM under HKDF-SHA-256(master key, 256 random bits). Each derived key encrypts once, so its one fixed nonce is unique by construction (NIST SP 800-38D, 8.2.1), and the bound
/// of 2^32 encryptions under one key (8.3) is out of reach however many bodies a master key sees: two equal salts become likely near 2^128 wraps.
/// </remarks>
internal sealed class MasterKey(string id, byte[] key)
{
    public const int Length = 32;
    public const int DataKeyLength = 32;

    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int WrappedLength = SaltLength + DataKeyLength + TagLength;

    public string Id => id;

    private ReadOnlySpan<byte> Octets => key;

    private static ReadOnlySpan<byte> OneNonce => new byte[12];

    /// <summary>Whether it is the same key, whatever the ids.</summary>
    public bool HasOctetsOf(MasterKey other) => CryptographicOperations.FixedTimeEquals(key, other.Octets);

    /// <summary>Wraps a data key.</summary>
    /// <param name="dataKey">32 octets.</param>
    /// <param name="boundTo">What the wrap is worth nothing without.</param>
    public byte[] Wrap(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> boundTo)
    {
        var wrapped = new byte[WrappedLength];
        RandomNumberGenerator.Fill(Salt(wrapped));
        using var cipher = Cipher(Salt(wrapped));
        cipher.Encrypt(OneNonce, dataKey, Wrapped(wrapped), Tag(wrapped), boundTo);
        return wrapped;
    }

    /// <summary>Unwraps a data key. Null: it was not wrapped by this key, or not together with <paramref name="boundTo"/>.</summary>
    public byte[]? Unwrap(byte[] wrapped, ReadOnlySpan<byte> boundTo)
    {
        if (wrapped.Length != WrappedLength) return null;
        var dataKey = new byte[DataKeyLength];
        using var cipher = Cipher(Salt(wrapped));
        try
        {
            cipher.Decrypt(OneNonce, Wrapped(wrapped), Tag(wrapped), dataKey, boundTo);
            return dataKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static Span<byte> Salt(byte[] wrapped) => wrapped.AsSpan(0, SaltLength);

    private static Span<byte> Wrapped(byte[] wrapped) => wrapped.AsSpan(SaltLength, DataKeyLength);

    private static Span<byte> Tag(byte[] wrapped) => wrapped.AsSpan(SaltLength + DataKeyLength);

    private AesGcm Cipher(ReadOnlySpan<byte> salt)
    {
        Span<byte> derived = stackalloc byte[Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, "vss-interlink body key wrap 1"u8);
        var cipher = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }
}
