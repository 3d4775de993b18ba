using System.Collections.Concurrent;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// Messages that passed lately, by SHA-256 over all their octets. A sender who got no answer sends the same octets again, and many senders do so at once when the hub was away: what
/// depends on nothing but the octets is not computed again for them. What depends on the time, on certificates or on policies is no part of this and is judged each time.
/// </summary>
internal sealed class PassedMessages
{
    // Octets kept by each of the two generations. What is larger than a small message costs more memory than it saves time.
    private const long MaxKept = 4L * 1024 * 1024;
    private const int MaxOctets = 64 * 1024;

    private readonly Lock _change = new();
    private ConcurrentDictionary<Key, PassedMessage> _young = new();
    private ConcurrentDictionary<Key, PassedMessage> _old = new();
    private long _kept;

    /// <summary>The name of a message; null for one that is too large to be kept.</summary>
    /// <param name="envelope">Seekable; stands afterwards where it stood.</param>
    /// <param name="limits">What it is held to.</param>
    public static Key? KeyOf(Stream envelope, XmlLimits limits)
    {
        var start = envelope.Position;
        if (envelope.Length - start > MaxOctets) return null;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(envelope, digest);
        envelope.Position = start;
        return new Key(new UInt128(BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest[8..])), new UInt128(BitConverter.ToUInt64(digest[16..]), BitConverter.ToUInt64(digest[24..])), limits);
    }

    public PassedMessage? Find(Key key) => _young.TryGetValue(key, out var passed) || _old.TryGetValue(key, out passed) ? passed : null;

    public void Keep(Key key, PassedMessage passed)
    {
        if (passed.Document.Octets.Length > MaxOctets || !_young.TryAdd(key, passed)) return;
        if (Interlocked.Add(ref _kept, passed.Document.Octets.Length) <= MaxKept) return;
        lock (_change)
        {
            if (Volatile.Read(ref _kept) <= MaxKept) return;
            _old = _young;
            _young = new ConcurrentDictionary<Key, PassedMessage>();
            Volatile.Write(ref _kept, 0);
        }
    }

    /// <summary>SHA-256 in two halves, and the limits that were kept.</summary>
    internal readonly record struct Key(UInt128 First, UInt128 Second, XmlLimits Limits);
}

/// <summary>A message that passed.</summary>
/// <param name="Document">What was verified.</param>
/// <param name="Signer">Is judged again.</param>
/// <param name="Life">What its Timestamp says; is judged again.</param>
internal sealed record PassedMessage(VerifiedDocument Document, SignerTerms Signer, MessageLife Life);
