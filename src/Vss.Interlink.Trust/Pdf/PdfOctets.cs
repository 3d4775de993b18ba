namespace Vss.Interlink.Trust.Pdf;

/// <summary>Octets of a file, or of a decoded stream, by their place. Of a file only a few pages are in memory at a time.</summary>
internal sealed class PdfOctets
{
    private const int PageSize = 64 * 1024;
    private const int PagesKept = 16;

    private readonly Stream? _file;
    private readonly List<(long Start, byte[] Octets, int Count)> _pages = [];   // the last used is last
    private byte[] _page = [];
    private long _pageStart;
    private int _pageCount;

    private PdfOctets(Stream? file, long length) => (_file, Length) = (file, length);

    public long Length { get; }

    /// <summary>Whether these are the octets of the file itself, so that places in them are places in the file.</summary>
    public bool IsFile => _file is not null;

    /// <param name="file">Can seek; stays the caller's.</param>
    public static PdfOctets Of(Stream file) => new(file, file.Length);

    public static PdfOctets Of(byte[] decoded) => new(null, decoded.Length) { _page = decoded, _pageCount = decoded.Length };

    /// <summary>One octet; -1 before the first and after the last.</summary>
    public int this[long at]
    {
        get
        {
            var index = at - _pageStart;
            if (index >= 0 && index < _pageCount) return _page[index];
            if (at < 0 || at >= Length) return -1;
            Turn(at);
            return _page[at - _pageStart];
        }
    }

    /// <summary>Octets from a place on, where they stand together in one page; else none, and they are to be asked for one by one.</summary>
    public ReadOnlySpan<byte> Near(long at, int count)
    {
        if (this[at] < 0) return default;
        var index = (int)(at - _pageStart);
        return index <= _pageCount - count ? _page.AsSpan(index, count) : default;
    }

    /// <summary>Whether these octets stand there.</summary>
    public bool StartsWith(long at, ReadOnlySpan<byte> expected)
    {
        for (var index = 0; index < expected.Length; index++)
        {
            if (this[at + index] != expected[index]) return false;
        }

        return true;
    }

    /// <summary>Copies octets past the pages; for long runs, read forward.</summary>
    /// <returns>How many there were.</returns>
    public int Read(long at, Span<byte> into)
    {
        if (at < 0 || at >= Length) return 0;
        var count = (int)Math.Min(into.Length, Length - at);
        if (_file is null)
        {
            _page.AsSpan((int)at, count).CopyTo(into);
            return count;
        }

        _file.Position = at;
        return _file.ReadAtLeast(into[..count], count, throwOnEndOfStream: false);
    }

    /// <summary>Octets as an array.</summary>
    /// <exception cref="PdfFault">There are fewer.</exception>
    public byte[] Slice(long at, int count)
    {
        if (at < 0 || count < 0 || at > Length - count) throw PdfFault.Malformed(at, "the file ends too early");
        var octets = new byte[count];
        return Read(at, octets) == count ? octets : throw PdfFault.Malformed(at, "the file ends too early");
    }

    /// <summary>The last place before an octet at which these octets begin; -1 for none.</summary>
    public long LastIndexOf(ReadOnlySpan<byte> sought, long before)
    {
        var buffer = new byte[PageSize];
        var end = Math.Min(before, Length);
        while (end >= sought.Length)
        {
            var start = Math.Max(0, end - PageSize);
            var count = Read(start, buffer.AsSpan(0, (int)(end - start)));
            var found = buffer.AsSpan(0, count).LastIndexOf(sought);
            if (found >= 0) return start + found;
            if (start == 0) return -1;
            end = start + sought.Length - 1;
        }

        return -1;
    }

    private void Turn(long at)
    {
        var start = at / PageSize * PageSize;
        var known = _pages.FindIndex(page => page.Start == start);
        if (known >= 0)
        {
            var page = _pages[known];
            _pages.RemoveAt(known);
            _pages.Add(page);
        }
        else
        {
            var octets = _pages.Count < PagesKept ? GC.AllocateUninitializedArray<byte>(PageSize) : _pages[0].Octets;
            if (_pages.Count >= PagesKept) _pages.RemoveAt(0);
            var count = Read(start, octets);
            if (at >= start + count) throw new EndOfStreamException("The file became shorter while it was read.");
            _pages.Add((start, octets, count));
        }

        (_pageStart, _page, _pageCount) = _pages[^1];
    }
}
