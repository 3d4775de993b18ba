using System.IO.Compression;
using System.Security.Cryptography;

namespace Vss.Interlink.Trust.Asic;

/// <summary>A file in a container.</summary>
/// <param name="Name">Relative to the container's root, with / between.</param>
/// <param name="Start">Where its data begin.</param>
/// <param name="Packed">Octets that they take.</param>
/// <param name="Length">Octets that they are.</param>
/// <param name="IsStored">Whether they stand as they are; else deflated.</param>
/// <param name="HasExtra">Whether its local header has extra fields.</param>
internal sealed record ZipMember(string Name, long Start, long Packed, long Length, bool IsStored, bool HasExtra)
{
    /// <summary>A folder has no data.</summary>
    public bool IsFolder => Name.EndsWith('/');
}

/// <summary>A ZIP file of which every reader reads the same: <see cref="ZipDirectory"/> says what that takes.</summary>
internal sealed class ZipContainer
{
    private const long ReadFreely = 1024L * 1024 * 1024;
    private const int MostTimes = 32;

    private readonly Stream _file;
    private readonly Lock _reading = new();
    private readonly Dictionary<(string Name, HashAlgorithmName Hash), byte[]> _digests = [];

    // Every signature may be over every member; however many they are, what is unpacked for them stays in proportion to what was sent.
    private long _left;

    private ZipContainer(Stream file, IReadOnlyList<ZipMember> members) => (_file, Members, _left) = (file, members, ReadFreely + MostTimes * file.Length);

    /// <summary>In the order in which they stand in the file.</summary>
    public IReadOnlyList<ZipMember> Members { get; }

    /// <exception cref="InvalidDataException">It is no ZIP file, or one that is not admitted; the message says why.</exception>
    public static ZipContainer Open(Stream file) => new(file, ZipDirectory.Read(file));

    public ZipMember? Find(string name) => Members.FirstOrDefault(member => member.Name == name);

    /// <summary>The data of a member; reading throws InvalidDataException where they are not as long as was said.</summary>
    public Stream OpenMember(ZipMember member)
    {
        var packed = new MemberStream(this, member.Start, member.Packed);
        return new ExactStream(this, member.IsStored ? packed : new DeflateStream(packed, CompressionMode.Decompress), member);
    }

    /// <summary>All of a small member.</summary>
    /// <exception cref="InvalidDataException">It is longer than that, or broken.</exception>
    public byte[] ReadMember(ZipMember member, int most)
    {
        if (member.Length > most) throw new InvalidDataException($"'{member.Name}' has {member.Length} octets, at most {most} are read");
        using var stream = OpenMember(member);
        var octets = new byte[member.Length];
        stream.ReadExactly(octets);
        return stream.ReadByte() < 0 ? octets : throw new InvalidDataException($"'{member.Name}' is longer than its header says");
    }

    /// <summary>Digest of a member, computed once however many manifests refer to it.</summary>
    public byte[] Digest(ZipMember member, HashAlgorithmName hash)
    {
        if (_digests.TryGetValue((member.Name, hash), out var known)) return known;
        using var stream = OpenMember(member);
        return _digests[(member.Name, hash)] = CryptographicOperations.HashData(hash, stream);
    }

    private int ReadAt(long place, Span<byte> buffer)
    {
        lock (_reading)
        {
            _file.Position = place;
            return _file.Read(buffer);
        }
    }

    /// <summary>Forward reading over a part of the file.</summary>
    private sealed class MemberStream(ZipContainer container, long start, long length) : ForwardStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            var wanted = (int)Math.Min(buffer.Length, length - _at);
            if (wanted == 0) return 0;
            var count = container.ReadAt(start + _at, buffer[..wanted]);
            if (count == 0) throw new InvalidDataException("The file became shorter.");
            _at += count;
            return count;
        }
    }

    /// <summary>What a member unpacks to, and not an octet more or less than was said.</summary>
    private sealed class ExactStream(ZipContainer container, Stream unpacked, ZipMember member) : ForwardStream
    {
        private long _left = member.Length;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            var count = unpacked.Read(buffer);
            if (Interlocked.Add(ref container._left, -count) < 0) throw new InvalidDataException("the signatures of the container ask for more of its members than is read for a file of its length");
            _left -= count;
            if (_left < 0 || (count == 0 && _left > 0)) throw new InvalidDataException($"'{member.Name}' does not unpack to the {member.Length} octets that its header says");
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) unpacked.Dispose();
            base.Dispose(disposing);
        }
    }
}
