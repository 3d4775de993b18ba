using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// The master keys of bodies at rest, by id, one of them current. They never meet content: each body has a data key of its own, which is wrapped here. So whoever holds master keys elsewhere
/// (a token, a service) has to do no more than <see cref="Wrap"/> and <see cref="Unwrap"/>.
/// </summary>
/// <remarks>
/// A wrap is AES-256-GCM under HKDF-SHA-256(master key, 256 random bits). Each derived key encrypts once, so its one fixed nonce is unique by construction (NIST SP 800-38D, 8.2.1), and the bound
/// of 2^32 encryptions under one key (8.3) is out of reach however many bodies a master key sees: two equal salts become likely near 2^128 wraps.
/// </remarks>
/// <threadsafety>Safe for any number of threads.</threadsafety>
public sealed class BodyKeys
{
    public const int MaxIdLength = 32;
    internal const int DataKeyLength = 32;

    private const int SaltLength = 32;
    private const int TagLength = 16;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Strict = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    private readonly string? _file;
    private readonly TimeProvider _clock;
    private volatile Ring _ring;
    private long _lookedAt;

    private BodyKeys(string? file, Ring ring, TimeProvider clock) => (_file, _ring, _clock, _lookedAt) = (file, ring, clock, clock.GetTimestamp());

    /// <summary>Id of the key that wraps now.</summary>
    public string CurrentId => _ring.Current;

    /// <summary>
    /// Opens <c>file:///PATH</c>: JSON, <c>{"current": "ID", "keys": {"ID": "BASE64 of 32 octets"}}</c>, readable by its owner alone. A changed file is seen within half a minute, and at once where
    /// a body asks for a key that is not known.
    /// </summary>
    /// <exception cref="NotSupportedException">Another scheme.</exception>
    /// <exception cref="InvalidDataException">The file is not as it must be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BodyKeys Open(Uri keys, TimeProvider clock)
    {
        if (!keys.IsAbsoluteUri || keys.Scheme != Uri.UriSchemeFile) throw new NotSupportedException($"No provider of body keys for '{(keys.IsAbsoluteUri ? keys.Scheme : "relative")}:' here; use a file: URI.");
        return new BodyKeys(keys.LocalPath, Ring.Read(keys.LocalPath), clock);
    }

    /// <summary>Keys that are held in memory alone.</summary>
    internal static BodyKeys Of(string current, params (string Id, byte[] Key)[] keys) => new(null, new Ring(current, keys.ToFrozenDictionary(key => key.Id, key => key.Key)), TimeProvider.System);

    /// <summary>Reads the file again.</summary>
    /// <exception cref="InvalidDataException">The file is not as it must be; the keys that were read before stay.</exception>
    /// <exception cref="IOException">The file cannot be read; likewise.</exception>
    public void Reload()
    {
        Volatile.Write(ref _lookedAt, _clock.GetTimestamp());
        if (_file is not null) _ring = Ring.Read(_file);
    }

    /// <summary>Wraps a data key by the key of the id.</summary>
    /// <param name="id">Of a key that is known, as <see cref="Current"/> gave it.</param>
    /// <param name="dataKey">32 octets.</param>
    /// <param name="boundTo">What the wrap is worth nothing without.</param>
    internal byte[] Wrap(string id, ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> boundTo)
    {
        var wrapped = new byte[SaltLength + DataKeyLength + TagLength];
        RandomNumberGenerator.Fill(Salt(wrapped));
        using var cipher = Cipher(_ring.Keys[id], Salt(wrapped));
        cipher.Encrypt(OneNonce, dataKey, Key(wrapped), Tag(wrapped), boundTo);
        return wrapped;
    }

    /// <summary>Unwraps a data key. Null: it was not wrapped by this key, or not together with <paramref name="boundTo"/>.</summary>
    /// <exception cref="KeyNotFoundException">No key has the id, in the file as it is now.</exception>
    internal byte[]? Unwrap(string id, byte[] wrapped, ReadOnlySpan<byte> boundTo)
    {
        if (wrapped.Length != SaltLength + DataKeyLength + TagLength) return null;
        if (!_ring.Keys.ContainsKey(id)) LookAgain();
        if (!_ring.Keys.TryGetValue(id, out var master)) throw new KeyNotFoundException($"There is no body key '{id}'.");
        var dataKey = new byte[DataKeyLength];
        using var cipher = Cipher(master, Salt(wrapped));
        try
        {
            cipher.Decrypt(OneNonce, Key(wrapped), Tag(wrapped), dataKey, boundTo);
            return dataKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The current id, after a look at the file when the last one is too long ago.</summary>
    internal string Current()
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookEvery) LookAgain();
        return _ring.Current;
    }

    // A file that is being edited must not stop the intake: what was read last is still right. The command that re-keys reads it by Reload, and says what is wrong with it.
    private void LookAgain()
    {
        try
        {
            Reload();
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
        }
    }

    private static ReadOnlySpan<byte> OneNonce => new byte[12];

    private static Span<byte> Salt(byte[] wrapped) => wrapped.AsSpan(0, SaltLength);

    private static Span<byte> Key(byte[] wrapped) => wrapped.AsSpan(SaltLength, DataKeyLength);

    private static Span<byte> Tag(byte[] wrapped) => wrapped.AsSpan(SaltLength + DataKeyLength, TagLength);

    private static AesGcm Cipher(byte[] master, ReadOnlySpan<byte> salt)
    {
        Span<byte> derived = stackalloc byte[DataKeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, derived, salt, "vss-interlink body key wrap 1"u8);
        var cipher = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }

    private sealed record Ring(string Current, FrozenDictionary<string, byte[]> Keys)
    {
        public static Ring Read(string path)
        {
            // The mode is no use after a copy went out, but it shows the mistake on the day it is made.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new InvalidDataException($"'{path}' must be readable by its owner alone (chmod 600).");
            KeyFile? file;
            try
            {
                using var stream = File.OpenRead(path);
                file = JsonSerializer.Deserialize<KeyFile>(stream, Strict);
            }
            catch (JsonException other)
            {
                // Its message may quote the file.
                throw new InvalidDataException($"'{path}' is no JSON of the form {{\"current\": \"ID\", \"keys\": {{\"ID\": \"BASE64 of 32 octets\"}}}}, at line {other.LineNumber + 1}.");
            }

            if (file is not { Current: { } current, Keys: { } keys }) throw new InvalidDataException($"'{path}' must have 'current' and 'keys'.");
            if (!keys.ContainsKey(current)) throw new InvalidDataException($"'{path}' names '{current}' as current and has no such key.");
            return new Ring(current, keys.ToFrozenDictionary(key => IsId(key.Key) ? key.Key : throw Wrong(key.Key, $"no id: 1 to {MaxIdLength} letters, digits, '.', '_' or '-'"), key => Octets(key.Key, key.Value)));

            InvalidDataException Wrong(string id, string what) => new($"'{path}', key '{id}': {what}.");

            byte[] Octets(string id, string text)
            {
                var octets = new byte[DataKeyLength];
                return Convert.TryFromBase64String(text, octets, out var length) && length == octets.Length ? octets : throw Wrong(id, "its value is not 32 octets in base64");
            }
        }

        private static bool IsId(string id) => id.Length is >= 1 and <= MaxIdLength && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
    }

    private sealed record KeyFile(string? Current, Dictionary<string, string>? Keys);
}
