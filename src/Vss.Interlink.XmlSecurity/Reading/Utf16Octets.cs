using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>Turns UTF-16 into the UTF-8 that everything behind it reads.</summary>
internal sealed class Utf16Octets : IDisposable
{
    /// <summary>Fills a span with octets of the input; 0 at its end.</summary>
    internal delegate int Source(Span<byte> free);

    private readonly Source _source;
    private readonly bool _bigEndian;
    private byte[] _raw;
    private int _from;
    private int _to;
    private bool _ended;

    /// <param name="head">Octets that were taken from the input already, behind the byte order mark.</param>
    /// <param name="bigEndian">Order of the octets.</param>
    /// <param name="source">The rest of the input.</param>
    public Utf16Octets(ReadOnlySpan<byte> head, bool bigEndian, Source source)
    {
        (_bigEndian, _source) = (bigEndian, source);
        _raw = ArrayPool<byte>.Shared.Rent(Math.Max(head.Length, 16 * 1024));
        head.CopyTo(_raw);
        _to = head.Length;
    }

    /// <summary>Why <see cref="Read"/> gives no more, when it is not the end of the input.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether the input ended within a character.</summary>
    public bool EndsWithinCharacter => _ended && _from < _to;

    /// <summary>Writes at least one whole character, or gives 0 at the end and at a fault. <paramref name="free"/> has room for one character.</summary>
    public int Read(Span<byte> free)
    {
        while (true)
        {
            var written = Convert(free);
            if (written > 0 || _ended || Fault is not null) return written;
            _raw.AsSpan(_from, _to - _from).CopyTo(_raw);
            (_from, _to) = (0, _to - _from);
            var came = _source(_raw.AsSpan(_to));
            _ended = came == 0;
            _to += came;
        }
    }

    public void Dispose()
    {
        if (_raw.Length > 0) ArrayPool<byte>.Shared.Return(_raw);
        _raw = [];
    }

    private int Convert(Span<byte> free)
    {
        Span<ushort> ordered = stackalloc ushort[2048];
        var units = MemoryMarshal.Cast<byte, ushort>(_raw.AsSpan(_from, (_to - _from) & ~1));
        units = units[..Math.Min(units.Length, ordered.Length)];
        ordered = ordered[..units.Length];
        if (_bigEndian == BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(units, ordered);
        else units.CopyTo(ordered);
        var status = Utf8.FromUtf16(MemoryMarshal.Cast<ushort, char>(ordered), free, out var read, out var written, replaceInvalidSequences: false, isFinalBlock: false);
        _from += 2 * read;
        if (status == OperationStatus.InvalidData && written == 0) Fault = "the document has a lone surrogate";
        return written;
    }
}
