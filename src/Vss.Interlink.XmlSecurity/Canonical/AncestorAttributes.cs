using System.Buffers;
using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Canonical;

/// <summary>
/// The xml: attributes of the open elements, which inclusive canonicalisation writes on the selected one: section 2.4 of Canonical XML 1.0 and of 1.1. One
/// of these serves all canonical forms of a pass.
/// </summary>
internal sealed class AncestorAttributes : IDisposable
{
    // Each xml:base is joined with all that are within it, so that time is their number times their octets.
    private const int MaxBases = 256;
    private const int MaxBaseOctets = 16 * 1024;

    // What taking one over costs beside its octets, in octets that could be digested meanwhile.
    private const int Looking = 32;

    private Entry[] _entries = [];
    private int _count;
    private byte[] _octets = [];

    /// <summary>Notes what the start tag has.</summary>
    public void Enter(XmlTokenizer xml)
    {
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.Namespace != InternedNames.XmlNamespace || attribute.IsDeclaration) continue;
            Add(xml.Depth, AttributeList.LocalName(attribute, xml.Tag), xml.Attributes.Value(attribute, xml.Tag));
        }
    }

    /// <summary>Forgets what the element that ends had.</summary>
    public void Leave(int depth)
    {
        while (_count > 0 && _entries[_count - 1].Depth == depth) _count--;
    }

    /// <summary>Local names and values that the element of the start tag takes over, its own joined xml:base included; by section 2.4.</summary>
    /// <exception cref="XmlRefusedException">So many values of xml:base are to be joined that no document has them for their meaning.</exception>
    public IReadOnlyDictionary<string, string> InheritedBy(XmlTokenizer xml, bool version11, OctetSink work)
    {
        Dictionary<string, string> inherited = [];
        List<string> bases = [];   // the innermost first
        var baseOctets = 0;
        for (var index = _count - 1; index >= 0; index--)
        {
            ref readonly var entry = ref _entries[index];
            work.Spend(Looking + entry.NameLength + entry.ValueLength);
            var name = Encoding.UTF8.GetString(_octets, entry.Start, entry.NameLength);
            if (version11 && name == "base")
            {
                baseOctets += entry.ValueLength;
                if (bases.Count == MaxBases || baseOctets > MaxBaseOctets) throw TooManyBases(xml);
                bases.Add(Value(entry));
            }
            else if ((!version11 || name is "lang" or "space") && !inherited.ContainsKey(name))
            {
                inherited.Add(name, Value(entry));
            }
        }

        string? own = null;
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.Namespace != InternedNames.XmlNamespace || attribute.IsDeclaration) continue;
            var name = Encoding.UTF8.GetString(AttributeList.LocalName(attribute, xml.Tag));
            inherited.Remove(name);
            if (name == "base") own = Encoding.UTF8.GetString(xml.Attributes.Value(attribute, xml.Tag));
        }

        // Joined from the inside out. Where no element around has one, the element's own stands as it is.
        if (bases.Count == 0) return inherited;
        if (own?.Length > MaxBaseOctets) throw TooManyBases(xml);
        work.Spend((long)bases.Count * (baseOctets + (own?.Length ?? 0)));
        inherited["base"] = own is null ? bases.Aggregate((inner, outer) => XmlBase.Join(outer, inner)) : bases.Aggregate(own, (inner, outer) => XmlBase.Join(outer, inner));
        return inherited;
    }

    public void Dispose()
    {
        if (_octets.Length > 0) ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
    }

    private static XmlRefusedException TooManyBases(XmlTokenizer xml) =>
        new(XmlRefusalKind.LimitExceeded, $"the document has more than {MaxBases} values of xml:base, or more than {MaxBaseOctets} octets of them, around a selected element", xml.Place);

    private string Value(in Entry entry) => Encoding.UTF8.GetString(_octets, entry.Start + entry.NameLength, entry.ValueLength);

    private void Add(int depth, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var start = _count == 0 ? 0 : _entries[_count - 1].Start + _entries[_count - 1].NameLength + _entries[_count - 1].ValueLength;
        var end = start + name.Length + value.Length;
        if (end > _octets.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(end, 2 * _octets.Length));
            _octets.AsSpan(0, start).CopyTo(larger);
            Dispose();
            _octets = larger;
        }

        name.CopyTo(_octets.AsSpan(start));
        value.CopyTo(_octets.AsSpan(start + name.Length));
        if (_count == _entries.Length) Array.Resize(ref _entries, Math.Max(8, 2 * _count));
        _entries[_count++] = new Entry(depth, start, name.Length, value.Length);
    }

    private readonly record struct Entry(int Depth, int Start, int NameLength, int ValueLength);
}
