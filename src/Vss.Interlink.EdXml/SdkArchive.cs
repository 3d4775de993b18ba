using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Vss.Interlink.EdXml;

/// <summary>
/// The zip that the vendor's SDK puts around every attachment: one deflated entry named <c>&lt;uuid&gt;.&lt;ext&gt;</c>. The axis packs it anew, so
/// neither its bytes nor the entry's name mean anything. Recognised by its bytes, never by the content type, which senders get wrong.
/// A zip of any other form is somebody's attachment and is left alone. Entry names are compared with a pattern and used for nothing.
/// </summary>
internal static partial class SdkArchive
{
    private const int LocalHeaderLength = 30;
    private const int EndRecordLength = 22;
    private const int MaxDirectoryLength = 4096;
    private const uint LocalHeaderMagic = 0x04034b50;
    private const uint DirectoryMagic = 0x02014b50;
    private const uint EndRecordMagic = 0x06054b50;
    private const ushort Deflate = 8;
    private const ushort Encrypted = 1;

    /// <summary>So many first bytes suffice for <see cref="MayBegin"/>.</summary>
    public const int HeadLength = LocalHeaderLength + 36 + 1 + 16;

    [GeneratedRegex(@"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\.[0-9A-Za-z]{1,16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex EntryName { get; }

    /// <summary>The first entry is one that the SDK could have written.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> head)
    {
        if (head.Length < LocalHeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(head) != LocalHeaderMagic) return false;
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        return (flags & Encrypted) == 0
               && BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) == Deflate
               && LocalHeaderLength + nameLength <= head.Length
               && EntryName.IsMatch(Encoding.Latin1.GetString(head.Slice(LocalHeaderLength, nameLength)));
    }

    /// <summary>
    /// The archive has exactly one entry, of the SDK's form. Read from the directory at the end by hand, because opening an archive loads a directory
    /// of any size first.
    /// </summary>
    /// <exception cref="InvalidDataException">The archive has no end: it was cut off.</exception>
    public static bool IsOne(Stream zip)
    {
        Span<byte> end = stackalloc byte[EndRecordLength];
        if (zip.Length < LocalHeaderLength + EndRecordLength) throw new InvalidDataException("the zip is cut off");
        zip.Position = zip.Length - EndRecordLength;
        zip.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndRecordMagic)
            return EndsElsewhere(zip) ? false : throw new InvalidDataException("the zip is cut off");

        var entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (entries != 1 || length is < 46 or > MaxDirectoryLength || offset + length != zip.Length - EndRecordLength) return false;

        Span<byte> directory = stackalloc byte[46 + 64];
        directory = directory[..(int)Math.Min(length, directory.Length)];
        zip.Position = offset;
        zip.ReadExactly(directory);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(directory) == DirectoryMagic
               && BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]) == Deflate
               && BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]) == 0
               && 46 + nameLength <= directory.Length
               && EntryName.IsMatch(Encoding.Latin1.GetString(directory.Slice(46, nameLength)));
    }

    /// <summary>Inflates the one entry of an archive that <see cref="IsOne"/> accepted.</summary>
    /// <param name="zip">The archive, seekable.</param>
    /// <param name="content">Gets the content.</param>
    /// <param name="allow">Is told the bytes inflated so far and throws when they are too many.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">The entry is damaged.</exception>
    public static long Inflate(Stream zip, Stream content, Action<long> allow)
    {
        zip.Position = 0;
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        var entry = archive.Entries[0];
        using var inflated = entry.Open();
        var buffer = new byte[32 * 1024];
        var crc = Crc32.Start;
        long length = 0;
        int read;
        while ((read = inflated.Read(buffer)) > 0)
        {
            length += read;
            allow(length);
            crc = Crc32.Add(crc, buffer.AsSpan(0, read));
            content.Write(buffer.AsSpan(0, read));
        }
        // Attachments damaged under way are a fact of the field, and the zip's own sum is the first that can tell.
        if (length != entry.Length || Crc32.Finish(crc) != entry.Crc32) throw new InvalidDataException("the zipped content is damaged");
        return length;
    }

    /// <summary>Zips one content the SDK's way, in a single pass. Nothing in it depends on the clock, so the same content gives the same bytes.</summary>
    public static void Deflated(Stream output, Guid id, string extension, Stream content)
    {
        using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var entry = archive.CreateEntry($"{id:D}.{extension}", CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var deflated = entry.Open();
        content.CopyTo(deflated);
    }

    /// <summary>An end record with a comment behind it: a zip, but not the SDK's.</summary>
    private static bool EndsElsewhere(Stream zip)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndRecordLength + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        return tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8) >= 0;
    }
}

/// <summary>The check sum of zip files (ISO 3309); the base library computes it only inside its zip writer.</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(TableEntry)];

    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) crc = Table[(crc & 0xFF) ^ value] ^ (crc >> 8);
        return crc;
    }

    public static uint Finish(uint crc) => ~crc;

    private static uint TableEntry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        return value;
    }
}
