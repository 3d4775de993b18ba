using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>SHA-256 over all octets of an envelope.</summary>
public readonly record struct EnvelopeDigest(UInt128 High, UInt128 Low)
{
    // A digest is a twentieth of a verification; above it a first submission would wait for it noticeably.
    private const int MaxOctets = 1024 * 1024;

    /// <summary>Null for an envelope that is too large to be remembered.</summary>
    /// <param name="envelope">Seekable; stands afterwards where it stood.</param>
    internal static EnvelopeDigest? Of(Stream envelope)
    {
        var start = envelope.Position;
        if (envelope.Length - start > MaxOctets) return null;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(envelope, digest);
        envelope.Position = start;
        return new EnvelopeDigest(BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
    }
}
