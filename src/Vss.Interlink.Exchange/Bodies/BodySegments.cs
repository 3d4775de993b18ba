using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// Content in segments of 64 KiB, each under AES-256-GCM with a tag of 128 bits; the last one may be shorter, and is empty where the content is. The nonce is the segment's number and whether it is
/// the last (the STREAM construction), so a segment is good in one place of one file, and the end is known to be the end.
/// </summary>
/// <remarks>
/// NIST SP 800-38D: the data key is made for one file, so number and flag make every nonce unique under it (8.2.1, deterministic construction). A file has at most 2^32 segments (8.3), which is 2^48
/// octets; a segment stays far below 2^39 - 256 bits (5.2.1.1). A body of 1 GiB is 2^14 encryptions and 2^26 blocks under its key: an advantage of some 2^-77 from block collisions, and 2^-128 times
/// the segment's blocks per forgery tried (appendix C).
/// </remarks>
internal sealed class BodySegments(ReadOnlySpan<byte> dataKey) : IDisposable
{
    public const int Size = 64 * 1024;
    public const int TagLength = 16;
    public const int SealedSize = Size + TagLength;
    public const long MaxContentLength = Size * (1L << 32);

    private readonly AesGcm _cipher = new(dataKey, TagLength);

    /// <summary>Seals one segment into <paramref name="output"/>: ciphertext, then tag. Gives the octets written.</summary>
    public int Seal(long number, bool isLast, ReadOnlySpan<byte> plain, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, number, isLast);
        _cipher.Encrypt(nonce, plain, output[..plain.Length], output.Slice(plain.Length, TagLength));
        return plain.Length + TagLength;
    }

    /// <summary>Opens one segment. False: it is not what was sealed at this place; <paramref name="plain"/> is zeros then.</summary>
    public bool Open(long number, bool isLast, ReadOnlySpan<byte> segment, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, number, isLast);
        try
        {
            _cipher.Decrypt(nonce, segment[..^TagLength], segment[^TagLength..], plain);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>Segments of a content; one where it is empty.</summary>
    public static long Count(long contentLength) => contentLength == 0 ? 1 : ((contentLength - 1) / Size) + 1;

    /// <summary>Octets of the file with such a content.</summary>
    public static long FileLength(long contentLength) => BodyHeader.Length + contentLength + (Count(contentLength) * TagLength);

    /// <summary>Where a segment begins in the file.</summary>
    public static long PlaceOf(long number) => BodyHeader.Length + (number * SealedSize);

    public void Dispose() => _cipher.Dispose();

    private static void WriteNonce(Span<byte> nonce, long number, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], checked((uint)number));
        nonce[11] = isLast ? (byte)1 : (byte)0;
    }
}
