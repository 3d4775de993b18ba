using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// The first 512 octets of a body's file, numbers big-endian:
/// <code>
///   0   8  "VSSBODY", version 1
///   8   8  octets of the content
///  16  32  id of the master key, ASCII, filled up with zeros
///  48   2  octets of the wrapped data key
///  50      the wrapped data key, bound to octets 0 to 47 and to the SHA-256 of the content
///          zeros
/// </code>
/// The data key is this file's alone, so its segments fit no other file; the wrap is bound to the digest, so the file is good under no other name; the length is under the wrap, so nothing can be
/// cut off or added.
/// </summary>
internal sealed record BodyHeader(string KeyId, long ContentLength, byte[] WrappedKey)
{
    public const int Length = 512;

    private const int IdAt = 16;
    private const int BoundLength = 48;
    private const int WrapAt = 50;
    private const int MaxWrapLength = Length - WrapAt;

    private static ReadOnlySpan<byte> Magic => "VSSBODY\x01"u8;

    /// <summary>The header of a body, with its data key wrapped.</summary>
    public static BodyHeader Make(MasterKey master, byte[] dataKey, long contentLength, ContentDigest digest) =>
        new(master.Id, contentLength, master.Wrap(dataKey, Bound(master.Id, contentLength, digest)));

    /// <summary>Reads a header. Null: it is none.</summary>
    public static BodyHeader? Read(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Length || !octets.StartsWith(Magic)) return null;
        var (length, wrapLength) = (BinaryPrimitives.ReadInt64BigEndian(octets[8..]), BinaryPrimitives.ReadUInt16BigEndian(octets[BoundLength..]));
        var id = octets.Slice(IdAt, BodyKeys.MaxIdLength).TrimEnd((byte)0);
        if (length is < 0 or > BodySegments.MaxContentLength || wrapLength > MaxWrapLength || id.IsEmpty || !Ascii.IsValid(id)) return null;
        return octets[(WrapAt + wrapLength)..Length].ContainsAnyExcept((byte)0) ? null : new BodyHeader(Encoding.ASCII.GetString(id), length, octets.Slice(WrapAt, wrapLength).ToArray());
    }

    /// <summary>The data key. Null: the header is not that of this content, or damaged.</summary>
    public byte[]? Unwrap(MasterKey master, ContentDigest digest) => master.Unwrap(WrappedKey, Bound(KeyId, ContentLength, digest));

    public byte[] ToArray()
    {
        if (WrappedKey.Length > MaxWrapLength) throw new CryptographicException($"A wrapped key has at most {MaxWrapLength} octets.");
        var octets = new byte[Length];
        WriteStart(octets, KeyId, ContentLength);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(BoundLength), (ushort)WrappedKey.Length);
        WrappedKey.CopyTo(octets, WrapAt);
        return octets;
    }

    private static byte[] Bound(string keyId, long contentLength, ContentDigest digest)
    {
        var bound = new byte[BoundLength + ContentDigest.Length];
        WriteStart(bound, keyId, contentLength);
        digest.Octets.CopyTo(bound.AsSpan(BoundLength));
        return bound;
    }

    private static void WriteStart(Span<byte> octets, string keyId, long contentLength)
    {
        Magic.CopyTo(octets);
        BinaryPrimitives.WriteInt64BigEndian(octets[8..], contentLength);
        Encoding.ASCII.GetBytes(keyId, octets[IdAt..]);
    }
}
