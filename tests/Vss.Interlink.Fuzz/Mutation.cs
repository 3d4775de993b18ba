using System.Text;

namespace Vss.Interlink.Fuzz;

/// <summary>Makes inputs: a document of the corpus or a kept input with a few changes, some by octets, some by elements and attributes.</summary>
/// <param name="seed">The same seed gives the same inputs.</param>
/// <param name="corpus">Where they begin, and what is spliced in.</param>
/// <param name="kept">Inputs that reached something new; more may come while inputs are made.</param>
internal sealed class Mutation(int seed, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> kept)
{
    private const int MaxOctets = 64 * 1024;

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var octets = kept.Count > 0 && _random.Next(2) == 0 ? Any(kept) : Any(corpus);
        for (var changes = Some(); changes > 0; changes--)
        {
            octets = _random.Next(4) == 0 ? ByOctets(octets) : ByMarkup(octets);
            if (octets.Length > MaxOctets) octets = octets[..MaxOctets];
        }

        return _random.Next(25) == 0 ? Encoded(octets) : octets;
    }

    // Mostly one, for each more is likely to hide what the one did.
    private int Some()
    {
        var changes = 1;
        while (changes < 6 && _random.Next(5) < 2) changes++;
        return changes;
    }

    private byte[] ByOctets(byte[] octets)
    {
        if (octets.Length == 0) return [(byte)_random.Next(256)];
        var at = _random.Next(octets.Length);
        var length = Math.Min(_random.Next(1, _random.Next(2, 40)), octets.Length - at);
        switch (_random.Next(9))
        {
            case 0: return [.. octets[..at], .. octets[(at + length)..]];
            case 1: return octets[..at];
            case 2: return [.. octets[..at], .. Tokens.Any(_random), .. octets[at..]];
            case 3: return [.. octets[..at], .. Tokens.Any(_random), .. octets[(at + length)..]];
            case 4: return [.. octets[..at], (byte)_random.Next(256), .. octets[(at + 1)..]];
            case 5: return [.. octets[..at], (byte)(octets[at] ^ (1 << _random.Next(8))), .. octets[(at + 1)..]];
            case 6: return [.. octets[..at], .. Repeated(octets[at..(at + length)]), .. octets[at..]];
            case 7: return LineEnds(octets);
            default:
                var other = Any(corpus);
                var from = _random.Next(other.Length);
                return [.. octets[..at], .. other[from..Math.Min(other.Length, from + _random.Next(1, 400))], .. octets[at..]];
        }
    }

    private byte[] ByMarkup(byte[] octets)
    {
        var markup = Markup.Of(octets);
        if (markup.Elements.Count == 0) return ByOctets(octets);
        var element = Any(markup.Elements);
        var other = Any(markup.Elements);
        var name = Tokens.AnyName(_random);
        return _random.Next(15) switch
        {
            0 => markup.Without(element),
            1 => markup.Inserted(element.Start, markup.Octets(other)),
            2 => markup.Inserted(element.End, markup.Octets(other)),
            3 => markup.Inserted(element.ContentStart, markup.Octets(other)),
            4 => markup.Moved(element, other.ContentStart),
            5 => markup.Renamed(element, name),
            6 => markup.Wrapped(element, name),
            7 => markup.Inserted(element.NameEnd, Tokens.AnyAttribute(_random)),
            8 => markup.WithContent(element, Tokens.Any(_random)),
            9 => markup.Inserted(element.ContentStart, Repeated(Tokens.Any(_random))),
            10 => markup.WithAttribute(element, Tokens.AnyValue(_random), _random),
            11 => markup.WithAttribute(element, markup.AnyAttributeValue(other, _random), _random),
            12 => markup.Swapped(element, other),
            13 => Twin(markup, element, other),
            _ => Foreign(markup, element),
        };
    }

    // What a wrapping attack is made of: an element once more at another place, with the same identifiers and another content.
    private byte[] Twin(Markup markup, MarkupElement element, MarkupElement other)
    {
        var twin = Markup.Of(markup.Octets(element));
        var changed = twin.Elements.Count == 0 ? markup.Octets(element) : twin.WithContent(Any(twin.Elements), Tokens.Any(_random));
        return markup.Inserted(_random.Next(2) == 0 ? other.Start : other.ContentStart, changed);
    }

    private byte[] Foreign(Markup markup, MarkupElement element)
    {
        var other = Markup.Of(Any(corpus));
        return other.Elements.Count == 0 ? markup.Without(element) : markup.Inserted(element.Start, other.Octets(Any(other.Elements)));
    }

    private byte[] Repeated(byte[] octets)
    {
        var times = _random.Next(8) == 0 ? _random.Next(1, 500) : _random.Next(1, 8);
        times = Math.Min(times, Math.Max(1, MaxOctets / Math.Max(1, octets.Length)));
        var repeated = new byte[octets.Length * times];
        for (var time = 0; time < times; time++) octets.CopyTo(repeated, time * octets.Length);
        return repeated;
    }

    // Line feeds as other systems have them, which are line feeds again once they are read.
    private byte[] LineEnds(byte[] octets)
    {
        var other = _random.Next(2) == 0 ? "\r\n"u8.ToArray() : "\r"u8.ToArray();
        return [.. octets.SelectMany(octet => octet == '\n' ? other : [octet])];
    }

    // The same text in another encoding, with or without its mark, or in one that is not what it says.
    private byte[] Encoded(byte[] octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        return _random.Next(5) switch
        {
            0 => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
            1 => [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(text)],
            2 => Encoding.Unicode.GetBytes(text),
            3 => [.. Encoding.UTF8.GetPreamble(), .. octets],
            _ => [.. Encoding.Unicode.GetPreamble(), .. octets],
        };
    }

    private T Any<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];
}
