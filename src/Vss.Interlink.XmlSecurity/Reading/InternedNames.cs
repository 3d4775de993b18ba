using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// Prefixes and namespace names of one document as small integers in the order in which they were first seen, so that equality is one comparison
/// and what hangs on a name lies in an array.
/// </summary>
internal sealed class InternedNames
{
    /// <summary>The empty octets: as a prefix the default namespace's, as a namespace name none.</summary>
    public const int Empty = 0;

    /// <summary>The prefix <c>xml</c>.</summary>
    public const int Xml = 1;

    /// <summary>The prefix <c>xmlns</c>.</summary>
    public const int Xmlns = 2;

    /// <summary>What <c>xml</c> is bound to.</summary>
    public const int XmlNamespace = 3;

    /// <summary>What <c>xmlns</c> is bound to.</summary>
    public const int XmlnsNamespace = 4;

    // Who sends a document must not be able to choose names that fall into one bucket.
    private static readonly ulong HashKey = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong HashFactor = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    private byte[] _octets = new byte[1024];
    private Entry[] _entries = new Entry[64];
    private int[] _buckets = new int[64];   // index of the first entry, and 1

    public InternedNames()
    {
        Intern(""u8);
        Intern("xml"u8);
        Intern("xmlns"u8);
        Intern("http://www.w3.org/XML/1998/namespace"u8);
        Intern("http://www.w3.org/2000/xmlns/"u8);
    }

    /// <summary>How many there are; the next one gets this number.</summary>
    public int Count { get; private set; }

    /// <summary>The octets of a name. Valid until the next <see cref="Intern"/>.</summary>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            ref readonly var entry = ref _entries[id];
            return new ReadOnlySpan<byte>(_octets, entry.Start, entry.Length);
        }
    }

    /// <summary>A hash that no sender can foresee.</summary>
    public static uint Hash(ReadOnlySpan<byte> name)
    {
        unchecked
        {
            var hash = HashKey ^ (ulong)name.Length;
            while (name.Length > 8)
            {
                hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name));
                name = name[8..];
            }

            return (uint)Fold(hash ^ UpToEight(name));
        }
    }

    /// <summary>The number of a name that was seen before, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name) => Find(name, Hash(name));

    /// <summary>The number of a name, a new one when it is seen for the first time.</summary>
    public int Intern(ReadOnlySpan<byte> name)
    {
        var hash = Hash(name);
        var known = Find(name, hash);
        return known >= 0 ? known : Add(name, hash);
    }

    // Each octet is in it at least once, which with the length tells any two apart.
    private static ulong UpToEight(ReadOnlySpan<byte> name) => name.Length switch
    {
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(name) | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]) << 32,
        > 0 => name[0] | (ulong)name[name.Length / 2] << 8 | (ulong)name[^1] << 16,
        _ => 0,
    };

    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value, HashFactor, out var low);
        return high ^ low;
    }

    private int Find(ReadOnlySpan<byte> name, uint hash)
    {
        for (var id = _buckets[hash & (uint)(_buckets.Length - 1)] - 1; id >= 0; id = _entries[id].Next)
        {
            ref readonly var entry = ref _entries[id];
            if (entry.Hash == hash && name.SequenceEqual(_octets.AsSpan(entry.Start, entry.Length))) return id;
        }

        return -1;
    }

    private int Add(ReadOnlySpan<byte> name, uint hash)
    {
        var start = Count == 0 ? 0 : _entries[Count - 1].Start + _entries[Count - 1].Length;
        if (start + name.Length > _octets.Length) Array.Resize(ref _octets, (int)BitOperations.RoundUpToPowerOf2((uint)(start + name.Length)));
        if (Count == _entries.Length) Grow();
        name.CopyTo(_octets.AsSpan(start));
        ref var bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        _entries[Count] = new Entry(hash, start, name.Length, bucket - 1);
        bucket = ++Count;
        return Count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_entries.Length];
        for (var id = 0; id < Count; id++)
        {
            ref var bucket = ref _buckets[_entries[id].Hash & (uint)(_buckets.Length - 1)];
            _entries[id] = _entries[id] with { Next = bucket - 1 };
            bucket = id + 1;
        }
    }

    private readonly record struct Entry(uint Hash, int Start, int Length, int Next);
}
