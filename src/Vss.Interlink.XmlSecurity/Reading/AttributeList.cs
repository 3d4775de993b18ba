using System.Buffers;
using System.Numerics;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>One attribute of a start tag, by places in the tag. A namespace declaration is an attribute that declares.</summary>
internal struct AttributeEntry
{
    public int NameStart;
    public int NameLength;
    public int LocalStart;      // within the name
    public int ValueStart;      // in the tag, or among the normalised values
    public int ValueLength;
    public bool IsNormalised;   // the value is not what stands in the tag
    public int Prefix;          // number of the prefix; of a declaration: the one it declares
    public int Namespace;       // number of the namespace name; of a declaration: the one it binds
    public bool IsDeclaration;
}

/// <summary>The attributes of one start tag in the order of the document. One list serves all tags of a document.</summary>
internal sealed class AttributeList : IDisposable
{
    // Up to here comparing each with each is quicker than a table.
    private const int FewAttributes = 8;

    private AttributeEntry[] _entries = new AttributeEntry[16];
    private byte[] _normalised = [];
    private int _normalisedLength;
    private int[] _table = [];
    private int[] _order = [];
    private int _ordered = -1;   // how many are in the order; -1 when nobody asked for it yet

    public int Count { get; private set; }

    public ReadOnlySpan<AttributeEntry> Entries => new(_entries, 0, Count);

    /// <summary>How many of them declare a namespace.</summary>
    public int Declarations { get; set; }

    public ref AttributeEntry this[int index] => ref _entries[index];

    public void Clear() => (Count, Declarations, _normalisedLength, _ordered) = (0, 0, 0, -1);

    public ref AttributeEntry Add()
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        ref var entry = ref _entries[Count++];
        entry = default;
        return ref entry;
    }

    public static ReadOnlySpan<byte> Name(in AttributeEntry entry, ReadOnlySpan<byte> tag) => tag.Slice(entry.NameStart, entry.NameLength);

    public static ReadOnlySpan<byte> LocalName(in AttributeEntry entry, ReadOnlySpan<byte> tag) =>
        tag.Slice(entry.NameStart + entry.LocalStart, entry.NameLength - entry.LocalStart);

    public ReadOnlySpan<byte> Value(in AttributeEntry entry, ReadOnlySpan<byte> tag) =>
        entry.IsNormalised ? _normalised.AsSpan(entry.ValueStart, entry.ValueLength) : tag.Slice(entry.ValueStart, entry.ValueLength);

    /// <summary>Where the next normalised value begins.</summary>
    public int NormalisedLength => _normalisedLength;

    /// <summary>Appends to the normalised values.</summary>
    public void Normalised(ReadOnlySpan<byte> octets)
    {
        var needed = _normalisedLength + octets.Length;
        if (needed > _normalised.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _normalised.Length));
            _normalised.AsSpan(0, _normalisedLength).CopyTo(larger);
            Dispose();
            _normalised = larger;
        }

        octets.CopyTo(_normalised.AsSpan(_normalisedLength));
        _normalisedLength = needed;
    }

    /// <summary>Index of an attribute that has the expanded name of an earlier one, or -1: Namespaces in XML 1.0 section 6.3.</summary>
    public int IndexOfDuplicate(ReadOnlySpan<byte> tag)
    {
        if (Count - Declarations < 2) return -1;
        return Count <= FewAttributes ? IndexOfDuplicateAmongFew(tag) : IndexOfDuplicateAmongMany(tag);
    }

    /// <summary>Indexes of the attributes that declare nothing, by namespace name and local name as Unicode code points. Worked out once for each tag, whoever asks.</summary>
    public ReadOnlySpan<int> InCanonicalOrder(XmlTokenizer xml)
    {
        if (_ordered < 0) _ordered = Order(xml);
        return _order.AsSpan(0, _ordered);
    }

    /// <summary>Whether they stand in that order already and none declares.</summary>
    public bool AreInCanonicalOrder(XmlTokenizer xml)
    {
        if (Declarations > 0) return false;
        for (var index = 1; index < Count; index++)
        {
            if (Compare(index - 1, index, xml) > 0) return false;
        }

        return true;
    }

    public void Dispose()
    {
        if (_normalised.Length > 0) ArrayPool<byte>.Shared.Return(_normalised);
        _normalised = [];
    }

    private int Order(XmlTokenizer xml)
    {
        if (_order.Length < Count) _order = new int[_entries.Length];
        var own = 0;
        for (var index = 0; index < Count; index++)
        {
            if (!_entries[index].IsDeclaration) _order[own++] = index;
        }

        var order = _order.AsSpan(0, own);
        if (own > FewAttributes) SortMany(order, xml);
        else SortFew(order, xml);
        return own;
    }

    private void SortFew(Span<int> order, XmlTokenizer xml)
    {
        for (var next = 1; next < order.Length; next++)
        {
            var index = order[next];
            var place = next;
            for (; place > 0 && Compare(order[place - 1], index, xml) > 0; place--) order[place] = order[place - 1];
            order[place] = index;
        }
    }

    private void SortMany(Span<int> order, XmlTokenizer xml) => order.Sort((left, right) => Compare(left, right, xml));

    // Octets of UTF-8 are in the order of the code points.
    private int Compare(int left, int right, XmlTokenizer xml)
    {
        ref readonly var one = ref _entries[left];
        ref readonly var other = ref _entries[right];
        return one.Namespace == other.Namespace
            ? LocalName(one, xml.Tag).SequenceCompareTo(LocalName(other, xml.Tag))
            : xml.Names[one.Namespace].SequenceCompareTo(xml.Names[other.Namespace]);
    }

    private int IndexOfDuplicateAmongFew(ReadOnlySpan<byte> tag)
    {
        for (var later = 1; later < Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (AreSame(earlier, later, tag)) return later;
            }
        }

        return -1;
    }

    private int IndexOfDuplicateAmongMany(ReadOnlySpan<byte> tag)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Count * 2);
        if (_table.Length < size) _table = new int[size];
        var table = _table.AsSpan(0, size);
        table.Clear();
        for (var index = 0; index < Count; index++)
        {
            if (_entries[index].IsDeclaration) continue;
            var slot = InternedNames.Hash(LocalName(_entries[index], tag)) + (uint)_entries[index].Namespace * 0x9E3779B9UL & (uint)(size - 1);
            for (; table[(int)slot] != 0; slot = (slot + 1) & (uint)(size - 1))
            {
                if (AreSame(table[(int)slot] - 1, index, tag)) return index;
            }

            table[(int)slot] = index + 1;
        }

        return -1;
    }

    private bool AreSame(int left, int right, ReadOnlySpan<byte> tag)
    {
        ref readonly var one = ref _entries[left];
        ref readonly var other = ref _entries[right];
        return one.Namespace == other.Namespace && !one.IsDeclaration && !other.IsDeclaration
            && LocalName(one, tag).SequenceEqual(LocalName(other, tag));
    }
}
