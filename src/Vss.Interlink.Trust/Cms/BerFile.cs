using System.Formats.Asn1;

namespace Vss.Interlink.Trust.Cms;

/// <summary>
/// Goes forward through BER elements of a file of any size (X.690 section 8): what is to be kept is copied within a bound, what is to stay in the file is told by its place. Lengths of both
/// forms; tag numbers up to 30, which is all that CMS has.
/// </summary>
internal sealed class BerFile(Stream file)
{
    private const int MaxDepth = 64;
    private const int MaxPieces = 1 << 20;
    private const byte Constructed = 0x20;

    private int _budget = 16 * 1024 * 1024;   // octets that may still be copied

    public long Position => file.Position;

    public long Length => file.Length;

    /// <summary>An element's tag and the place behind it; <see cref="End"/> is null for the indefinite form.</summary>
    public readonly record struct Header(byte Tag, long? End)
    {
        public bool IsConstructed => (Tag & Constructed) != 0;
    }

    /// <exception cref="AsnContentException">There is none, or it is longer than what it stands in.</exception>
    public Header Enter(long limit)
    {
        var tag = Octet();
        if ((tag & 0x1f) == 0x1f) throw new AsnContentException("A tag number is higher than any of CMS.");
        var first = Octet();
        if (first == 0x80) return (tag & Constructed) != 0 ? new Header(tag, null) : throw new AsnContentException("Only constructed elements may have an indefinite length.");
        long length = first;
        if (first > 0x80)
        {
            length = 0;
            for (var count = first & 0x7f; count > 0; count--) length = length <= long.MaxValue >> 8 ? (length << 8) | Octet() : throw new AsnContentException("A length is out of bounds.");
        }

        return length <= limit - file.Position ? new Header(tag, file.Position + length) : throw new AsnContentException("An element is longer than what it stands in.");
    }

    /// <inheritdoc cref="Enter(long)"/>
    /// <param name="tag">The tag that it must have.</param>
    /// <param name="limit">End of what it stands in.</param>
    public Header Enter(byte tag, long limit)
    {
        var header = Enter(limit);
        return header.Tag == tag ? header : throw new AsnContentException($"Tag {tag:x2} was expected, and {header.Tag:x2} stands there.");
    }

    /// <summary>Whether another element stands in this one; steps over the end-of-contents of the indefinite form.</summary>
    public bool HasMore(Header within)
    {
        if (within.End is { } end) return file.Position < end;
        var tag = Octet();
        if (tag != 0)
        {
            file.Position--;
            return true;
        }

        return Octet() == 0 ? false : throw new AsnContentException("An end-of-contents is broken.");
    }

    /// <summary>Goes on at a place.</summary>
    public void MoveTo(long place) => file.Position = place;

    /// <summary>Steps over the end of an element in which nothing more may stand.</summary>
    public void Leave(Header header)
    {
        if (HasMore(header)) throw new AsnContentException("There is more in an element than belongs there.");
    }

    /// <summary>The next element, whole.</summary>
    public byte[] Copy(long limit)
    {
        var start = file.Position;
        Skip(Enter(limit), limit, 0);
        var length = file.Position - start;
        if (length > _budget) throw new AsnContentException("There is too much around the content.");
        _budget -= (int)length;
        var octets = new byte[length];
        file.Position = start;
        file.ReadExactly(octets);
        return octets;
    }

    /// <summary>Places of the octets of an OCTET STRING in one piece or in many.</summary>
    public List<(long Start, long Length)> Pieces(Header header, long limit)
    {
        List<(long, long)> all = [];
        Collect(header, limit, all, 0);
        return all;
    }

    private void Collect(Header header, long limit, List<(long Start, long Length)> all, int depth)
    {
        if (depth > MaxDepth) throw new AsnContentException("Strings stand too deep in each other.");
        if (!header.IsConstructed)
        {
            if (all.Count == MaxPieces) throw new AsnContentException("The content is in too many pieces.");
            all.Add((file.Position, header.End!.Value - file.Position));
            file.Position = header.End.Value;
            return;
        }

        while (HasMore(header))
        {
            var piece = Enter(header.End ?? limit);
            if ((piece.Tag & ~Constructed) != 4) throw new AsnContentException("A piece of the content is no OCTET STRING.");
            Collect(piece, header.End ?? limit, all, depth + 1);
        }
    }

    private void Skip(Header header, long limit, int depth)
    {
        if (depth > MaxDepth) throw new AsnContentException("Elements stand too deep in each other.");
        if (header.End is { } end)
        {
            file.Position = end;
            return;
        }

        while (HasMore(header)) Skip(Enter(limit), limit, depth + 1);
    }

    private byte Octet() => file.ReadByte() is >= 0 and var octet ? (byte)octet : throw new AsnContentException("The file ends too early.");
}
