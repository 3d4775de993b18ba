namespace Vss.Interlink.Fuzz;

/// <summary>An element by places in the octets.</summary>
internal readonly record struct MarkupElement(int Start, int NameEnd, int ContentStart, int ContentEnd, int End);

/// <summary>Start and end tags of a document, found without regard to its rules: what is changed may be broken already.</summary>
internal sealed class Markup
{
    private readonly byte[] _octets;

    private Markup(byte[] octets, IReadOnlyList<MarkupElement> elements) => (_octets, Elements) = (octets, elements);

    public IReadOnlyList<MarkupElement> Elements { get; }

    public static Markup Of(byte[] octets)
    {
        List<MarkupElement> elements = [];
        Stack<(int Start, int NameEnd, int ContentStart)> open = new();
        for (var at = 0; at < octets.Length; at++)
        {
            if (octets[at] != '<' || at + 1 == octets.Length) continue;
            var end = Array.IndexOf(octets, (byte)'>', at);
            if (end < 0) break;
            var isEmpty = octets[end - 1] == '/';
            if (octets[at + 1] == '/')
            {
                if (open.TryPop(out var start)) elements.Add(new MarkupElement(start.Start, start.NameEnd, start.ContentStart, at, end + 1));
            }
            else if (octets[at + 1] is not ((byte)'!' or (byte)'?'))
            {
                var nameEnd = at + 1;
                while (nameEnd < end && octets[nameEnd] is not ((byte)' ' or (byte)'/' or (byte)'\n' or (byte)'\t')) nameEnd++;
                if (isEmpty) elements.Add(new MarkupElement(at, nameEnd, end + 1, end + 1, end + 1));
                else open.Push((at, nameEnd, end + 1));
            }

            at = end;
        }

        return new Markup(octets, elements);
    }

    public byte[] Octets(in MarkupElement element) => _octets[element.Start..element.End];

    public byte[] Inserted(int at, byte[] what) => [.. _octets[..at], .. what, .. _octets[at..]];

    public byte[] Without(in MarkupElement element) => [.. _octets[..element.Start], .. _octets[element.End..]];

    public byte[] WithContent(in MarkupElement element, byte[] content) => [.. _octets[..element.ContentStart], .. content, .. _octets[element.ContentEnd..]];

    public byte[] Moved(in MarkupElement element, int to)
    {
        if (to > element.Start && to < element.End) return _octets;
        var moved = Octets(element);
        return to <= element.Start
            ? [.. _octets[..to], .. moved, .. _octets[to..element.Start], .. _octets[element.End..]]
            : [.. _octets[..element.Start], .. _octets[element.End..to], .. moved, .. _octets[to..]];
    }

    public byte[] Renamed(in MarkupElement element, byte[] name) => element.ContentEnd == element.End
        ? [.. _octets[..(element.Start + 1)], .. name, .. _octets[element.NameEnd..]]
        : [.. _octets[..(element.Start + 1)], .. name, .. _octets[element.NameEnd..(element.ContentEnd + 2)], .. name, .. _octets[(element.End - 1)..]];

    public byte[] Wrapped(in MarkupElement element, byte[] name) =>
        [.. _octets[..element.Start], (byte)'<', .. name, (byte)'>', .. Octets(element), .. "</"u8, .. name, (byte)'>', .. _octets[element.End..]];

    /// <summary>Two elements in each other's place; itself where one holds the other.</summary>
    public byte[] Swapped(in MarkupElement one, in MarkupElement other)
    {
        var (first, second) = one.Start < other.Start ? (one, other) : (other, one);
        return first.End > second.Start ? _octets : [.. _octets[..first.Start], .. Octets(second), .. _octets[first.End..second.Start], .. Octets(first), .. _octets[second.End..]];
    }

    /// <summary>Another value for one of its attributes.</summary>
    public byte[] WithAttribute(in MarkupElement element, byte[] value, Random random)
    {
        var values = AttributeValues(element);
        if (values.Count == 0) return _octets;
        var (from, to) = values[random.Next(values.Count)];
        return [.. _octets[..from], .. value, .. _octets[to..]];
    }

    /// <summary>The value of one of its attributes; empty when it has none.</summary>
    public byte[] AnyAttributeValue(in MarkupElement element, Random random)
    {
        var values = AttributeValues(element);
        if (values.Count == 0) return [];
        var (from, to) = values[random.Next(values.Count)];
        return _octets[from..to];
    }

    private List<(int Start, int End)> AttributeValues(in MarkupElement element)
    {
        List<(int Start, int End)> values = [];
        for (var at = element.NameEnd; at < element.ContentStart; at++)
        {
            if (_octets[at] is not ((byte)'"' or (byte)'\'')) continue;
            var end = Array.IndexOf(_octets, _octets[at], at + 1);
            if (end < 0 || end > element.ContentStart) break;
            values.Add((at + 1, end));
            at = end;
        }

        return values;
    }
}
