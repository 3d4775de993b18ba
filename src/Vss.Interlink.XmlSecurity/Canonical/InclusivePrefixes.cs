using System.Text;

namespace Vss.Interlink.XmlSecurity;

/// <summary>The PrefixList of Exclusive XML Canonicalization (section 2.1): prefixes whose namespaces are treated as inclusive canonicalisation treats them.</summary>
public sealed class InclusivePrefixes
{
    private readonly byte[][] _sorted;

    private InclusivePrefixes(IEnumerable<string> prefixes)
    {
        _sorted = [.. prefixes.Select(prefix => Encoding.UTF8.GetBytes(prefix == "#default" ? "" : prefix))];
        Array.Sort(_sorted, (left, right) => left.AsSpan().SequenceCompareTo(right));
    }

    /// <summary>No prefix.</summary>
    public static InclusivePrefixes None { get; } = new([]);

    internal IReadOnlyList<byte[]> Prefixes => _sorted;

    /// <summary>Reads the attribute's value: prefixes with white space between, <c>#default</c> for the default namespace.</summary>
    public static InclusivePrefixes Parse(string? prefixList) =>
        string.IsNullOrEmpty(prefixList) ? None : new(prefixList.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    internal bool Contains(ReadOnlySpan<byte> prefix)
    {
        var (from, to) = (0, _sorted.Length - 1);
        while (from <= to)
        {
            var middle = (from + to) / 2;
            var order = prefix.SequenceCompareTo(_sorted[middle]);
            if (order == 0) return true;
            if (order < 0) to = middle - 1;
            else from = middle + 1;
        }

        return false;
    }
}
