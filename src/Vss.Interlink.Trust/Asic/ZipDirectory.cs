using System.Buffers.Binary;
using System.Text;

namespace Vss.Interlink.Trust.Asic;

/// <summary>
/// Reads the directory of a ZIP file and holds it against the headers before the data (APPNOTE.TXT 6.3 section 4.3): some readers believe the one and some the other, and what was judged must be
/// what is unpacked. So every octet of the file belongs to exactly one member, names and sizes agree, no two members could be taken for one, and nothing is encrypted, linked or spread over
/// several files.
/// </summary>
internal static class ZipDirectory
{
    private const uint LocalHeader = 0x04034b50;
    private const uint Descriptor = 0x08074b50;
    private const uint Entry = 0x02014b50;
    private const uint End = 0x06054b50;
    private const uint End64 = 0x06064b50;
    private const uint Locator64 = 0x07064b50;
    private const int EndLength = 22;
    private const int End64Length = 56;
    private const int Locator64Length = 20;
    private const int EntryLength = 46;
    private const int LocalLength = 30;
    private const int MaxMembers = 4096;
    private const int MaxDirectory = 4 * 1024 * 1024;
    private const long MaxTotal = 4L * 1024 * 1024 * 1024;
    private const long Unsuspected = 64 * 1024 * 1024;   // octets that may come out of next to nothing: empty drawings and tables pack a thousandfold
    private const int MaxRatio = 200;
    private const int DescriptorFlag = 0x0008;
    private const int Utf8Flag = 0x0800;
    private const int AdmittedFlags = 0x0006 | DescriptorFlag | Utf8Flag;   // 1 and 2: how hard the deflater tried
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InvalidDataException">It is no ZIP file that is admitted.</exception>
    public static IReadOnlyList<ZipMember> Read(Stream file)
    {
        var (start, size, count) = Locate(file);
        if (size > MaxDirectory || count > MaxMembers) throw new InvalidDataException($"the container has {count} members, at most {MaxMembers} are admitted");
        var directory = At(file, start, (int)size);
        List<Listed> listed = [];
        var at = 0;
        while (at < directory.Length)
        {
            listed.Add(Listed.Read(directory.AsSpan(at), out var taken));
            at += taken;
        }

        if (listed.Count != count) throw new InvalidDataException($"the directory lists {listed.Count} members, and {count} is written behind it");
        RefuseSameNames(listed);
        var (length, packed) = (listed.Sum(entry => entry.Length), listed.Sum(entry => entry.Packed));
        if (length > MaxTotal) throw new InvalidDataException($"the members have more than {MaxTotal} octets together");
        if (length > Unsuspected + MaxRatio * packed) throw new InvalidDataException($"the members unpack to more than {MaxRatio} times their length");
        return Members(file, [.. listed.OrderBy(entry => entry.Offset)], start);
    }

    // Members stand one behind the other from the first octet of the file to the directory; nothing stands between, before or behind.
    private static List<ZipMember> Members(Stream file, List<Listed> listed, long directory)
    {
        List<ZipMember> members = [];
        long at = 0;
        foreach (var entry in listed)
        {
            if (entry.Offset != at) throw new InvalidDataException($"before '{entry.Name}' stand octets that belong to no member, or it overlaps another");
            var header = At(file, at, LocalLength);
            var (nameLength, extraLength) = (U16(header, 26), U16(header, 28));
            var start = at + LocalLength + nameLength + extraLength;
            var names = At(file, at + LocalLength, nameLength + extraLength);
            entry.Compare(header, names.AsSpan(0, nameLength), names.AsSpan(nameLength));
            at = start + entry.Packed;
            if (at > directory) throw new InvalidDataException($"'{entry.Name}' reaches into the directory");
            if (entry.HasDescriptor) at += DescriptorAt(file, at, entry);
            members.Add(new ZipMember(entry.Name, start, entry.Packed, entry.Length, entry.IsStored, extraLength > 0));
        }

        return at == directory ? members : throw new InvalidDataException("between the last member and the directory stand octets that belong to no member");
    }

    // Section 4.3.9: with or without its signature, sizes of four or eight octets.
    private static int DescriptorAt(Stream file, long at, Listed entry)
    {
        var octets = At(file, at, (int)Math.Min(24, file.Length - at));
        foreach (var signature in new[] { 4, 0 })
        {
            if (signature == 4 && U32(octets, 0) != Descriptor) continue;
            if (U32(octets, signature) != entry.Sum) continue;
            if (U32(octets, signature + 4) == entry.Packed && U32(octets, signature + 8) == entry.Length) return signature + 12;
            if (octets.Length >= signature + 20 && U64(octets, signature + 4) == entry.Packed && U64(octets, signature + 12) == entry.Length) return signature + 20;
        }

        throw new InvalidDataException($"the descriptor behind '{entry.Name}' is not that of the directory");
    }

    // The end record is the last thing in the file, with a comment that is no second one.
    private static (long Start, long Length, long Count) Locate(Stream file)
    {
        var length = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var tail = At(file, file.Length - length, length);
        var ends = Enumerable.Range(0, Math.Max(0, length - EndLength + 1)).Where(place => U32(tail, place) == End).ToList();
        var fitting = ends.Where(place => place + EndLength + U16(tail, place + 20) == length).ToList();
        if (fitting is not [var at] || at != ends[^1]) throw new InvalidDataException(fitting.Count > 1 || ends.Count > 1 ? "there are several ends of a directory" : "the end of the directory is not at the end of the file");
        if (U16(tail, at + 4) != 0 || U16(tail, at + 6) != 0 || U16(tail, at + 8) != U16(tail, at + 10)) throw new InvalidDataException("the container is spread over several files");
        var end = file.Length - length + at;
        var (count, size, start) = ((long)U16(tail, at + 10), (long)U32(tail, at + 12), (long)U32(tail, at + 16));
        if (end >= Locator64Length && U32(At(file, end - Locator64Length, Locator64Length), 0) == Locator64) (start, size, count, end) = Locate64(file, end, (start, size, count));
        return start == end - size && start >= 0 ? (start, size, count) : throw new InvalidDataException("the directory does not stand where it should");
    }

    // Section 4.3.14: what the older record has no room for stands here, and everything else says the same.
    private static (long Start, long Length, long Count, long End) Locate64(Stream file, long end, (long Start, long Length, long Count) old)
    {
        var place = U64(At(file, end - Locator64Length, Locator64Length), 8);
        if (place < 0 || place != end - Locator64Length - End64Length) throw new InvalidDataException("the ZIP64 end of the directory is not where it should be");
        var record = At(file, place, End64Length);
        if (U32(record, 0) != End64 || U64(record, 4) != End64Length - 12 || U32(record, 16) != 0 || U32(record, 20) != 0 || U64(record, 24) != U64(record, 32)) throw new InvalidDataException("the ZIP64 end of the directory is broken");
        var (start, length, count) = (U64(record, 48), U64(record, 40), U64(record, 32));
        var agrees = (old.Start == uint.MaxValue || old.Start == start) && (old.Length == uint.MaxValue || old.Length == length) && (old.Count == ushort.MaxValue || old.Count == count);
        return agrees ? (start, length, count, place) : throw new InvalidDataException("the two ends of the directory disagree");
    }

    // A file system may not tell names apart by case, or take a file for a folder.
    private static void RefuseSameNames(List<Listed> listed)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in listed)
        {
            if (!names.Add(entry.Name.TrimEnd('/'))) throw new InvalidDataException($"two members have the name '{entry.Name}', or names that some systems take for one");
        }
    }

    private static byte[] At(Stream file, long place, int length)
    {
        if (place < 0 || length < 0 || place > file.Length - length) throw new InvalidDataException("the container is cut short");
        var octets = new byte[length];
        file.Position = place;
        file.ReadExactly(octets);
        return octets;
    }

    private static int U16(ReadOnlySpan<byte> octets, int at) => at + 2 <= octets.Length ? BinaryPrimitives.ReadUInt16LittleEndian(octets[at..]) : throw new InvalidDataException("the container is cut short");

    private static uint U32(ReadOnlySpan<byte> octets, int at) => at + 4 <= octets.Length ? BinaryPrimitives.ReadUInt32LittleEndian(octets[at..]) : throw new InvalidDataException("the container is cut short");

    private static long U64(ReadOnlySpan<byte> octets, int at)
    {
        if (at + 8 > octets.Length) throw new InvalidDataException("the container is cut short");
        return BinaryPrimitives.ReadInt64LittleEndian(octets[at..]) is >= 0 and var number ? number : throw new InvalidDataException("a size is out of bounds");
    }

    /// <summary>A member as the directory lists it.</summary>
    private sealed class Listed
    {
        private const ushort Zip64Field = 0x0001;
        private const ushort UnicodePathField = 0x7075;
        private const int LinkType = 0xA000;
        private const int TypeMask = 0xF000;

        private readonly byte[] _name;
        private readonly int _flags;
        private readonly int _method;

        private Listed(ReadOnlySpan<byte> entry, int nameLength, int extraLength)
        {
            (_flags, _method, Sum) = (U16(entry, 8), U16(entry, 10), U32(entry, 16));
            _name = entry.Slice(EntryLength, nameLength).ToArray();
            Name = NameOf(_name);
            (Packed, Length, Offset) = (U32(entry, 20), U32(entry, 24), U32(entry, 42));
            ReadExtra(entry.Slice(EntryLength + nameLength, extraLength));
            if (Packed > MaxTotal || Length > MaxTotal || Offset > MaxTotal) throw new InvalidDataException($"'{Name}' has more than {MaxTotal} octets");
            if ((_flags & ~AdmittedFlags) != 0) throw new InvalidDataException($"'{Name}' is encrypted, or has a flag that is not admitted");
            if (_method is not (0 or 8)) throw new InvalidDataException($"'{Name}' is packed by method {_method}; stored and deflated are admitted");
            if (IsStored && Packed != Length) throw new InvalidDataException($"'{Name}' is stored, and has two lengths");
            if (Name.EndsWith('/') && Length != 0) throw new InvalidDataException($"'{Name}' is a folder with data");
            if ((U32(entry, 38) >> 16 & TypeMask) == LinkType) throw new InvalidDataException($"'{Name}' is a link");
        }

        public string Name { get; }

        public long Packed { get; private set; }

        public long Length { get; private set; }

        public long Offset { get; private set; }

        /// <summary>CRC-32.</summary>
        public uint Sum { get; }

        public bool IsStored => _method == 0;

        public bool HasDescriptor => (_flags & DescriptorFlag) != 0;

        public static Listed Read(ReadOnlySpan<byte> rest, out int taken)
        {
            if (U32(rest, 0) != Entry) throw new InvalidDataException("the directory has something else than members");
            var (nameLength, extraLength, commentLength) = (U16(rest, 28), U16(rest, 30), U16(rest, 32));
            taken = EntryLength + nameLength + extraLength + commentLength;
            return taken <= rest.Length ? new Listed(rest[..taken], nameLength, extraLength) : throw new InvalidDataException("the directory is cut short");
        }

        /// <summary>Holds it against the header before its data.</summary>
        /// <exception cref="InvalidDataException">They disagree.</exception>
        public void Compare(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
        {
            if (U32(header, 0) != LocalHeader) throw new InvalidDataException($"where '{Name}' should begin there is no member");
            if (!name.SequenceEqual(_name)) throw new InvalidDataException($"'{Name}' has another name in the directory than before its data");
            var (sum, packed, length) = (U32(header, 14), (long)U32(header, 18), (long)U32(header, 22));
            if (Field(extra, Zip64Field) is { Length: >= 16 } sizes) (length, packed) = (length == uint.MaxValue ? U64(sizes, 0) : length, packed == uint.MaxValue ? U64(sizes, 8) : packed);
            var isLater = HasDescriptor && sum == 0 && packed == 0 && length == 0;   // told behind the data
            if (U16(header, 6) != _flags || U16(header, 8) != _method || (!isLater && (sum, packed, length) != (Sum, Packed, Length)))
                throw new InvalidDataException($"the directory says other things of '{Name}' than the header before its data");
            RefuseOtherName(extra);
        }

        // Relative, downward, without what some system reads in its own way.
        private static string NameOf(byte[] octets)
        {
            string name;
            try
            {
                name = s_utf8.GetString(octets);
            }
            catch (DecoderFallbackException broken)
            {
                throw new InvalidDataException("the name of a member is no UTF-8", broken);
            }

            var parts = name.TrimEnd('/').Split('/');
            var isPlain = name.Length > 0 && !name.EndsWith("//", StringComparison.Ordinal) && !name.Any(letter => letter is '\\' or ':' || char.IsControl(letter)) && parts.All(part => part.Length > 0 && part is not ("." or ".."));
            return isPlain ? name : throw new InvalidDataException($"the name of the member '{name}' is absolute, leads upward or has characters that are not admitted");
        }

        // Section 4.5.3: each field stands there only where the older one is full, in this order.
        private void ReadExtra(ReadOnlySpan<byte> extra)
        {
            RefuseOtherName(extra);
            var wide = Field(extra, Zip64Field);
            var at = 0;
            if (Length == uint.MaxValue) Length = Wide(wide, ref at);
            if (Packed == uint.MaxValue) Packed = Wide(wide, ref at);
            if (Offset == uint.MaxValue) Offset = Wide(wide, ref at);
        }

        // Section 4.6.9: some readers take this name and some the other.
        private void RefuseOtherName(ReadOnlySpan<byte> extra)
        {
            if (Field(extra, UnicodePathField) is { Length: > 5 } path && !path.AsSpan(5).SequenceEqual(_name)) throw new InvalidDataException($"'{Name}' has a second name");
        }

        private static long Wide(byte[]? field, ref int at)
        {
            var number = field is null ? throw new InvalidDataException("a size is missing") : U64(field, at);
            at += 8;
            return number;
        }

        private static byte[]? Field(ReadOnlySpan<byte> extra, int id)
        {
            byte[]? found = null;
            while (extra.Length >= 4)
            {
                var length = U16(extra, 2);
                if (4 + length > extra.Length) throw new InvalidDataException("an extra field is longer than what it stands in");
                if (U16(extra, 0) == id) found = found is null ? extra.Slice(4, length).ToArray() : throw new InvalidDataException("an extra field stands there twice");
                extra = extra[(4 + length)..];
            }

            return found;
        }
    }
}
