using System.Buffers;
using System.Buffers.Text;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>Decodes base64 that comes in pieces with white space anywhere (xs:base64Binary).</summary>
internal sealed class Base64Pieces
{
    private readonly byte[] _significant = new byte[16 * 1024];   // holds whole groups of four
    private readonly byte[] _decoded = new byte[12 * 1024];
    private int _gathered;
    private int _from;
    private int _to;
    private bool _isPadded;

    /// <summary>Octets that were decoded and not taken yet.</summary>
    public int Ready => _to - _from;

    public int Take(Span<byte> free)
    {
        var taken = Math.Min(free.Length, Ready);
        _decoded.AsSpan(_from, taken).CopyTo(free);
        _from += taken;
        return taken;
    }

    /// <summary>Takes text until octets are ready; gives how much of it was looked at. Nothing may be ready before.</summary>
    /// <exception cref="FormatException">It is not base64.</exception>
    public int Add(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length && Ready == 0)
        {
            var white = text[at..].IndexOfAny(" \n\r\t"u8);
            var run = white < 0 ? text.Length - at : white;
            var fitting = Math.Min(run, _significant.Length - _gathered);
            text.Slice(at, fitting).CopyTo(_significant.AsSpan(_gathered));
            _gathered += fitting;
            at += fitting == run && white >= 0 ? run + 1 : fitting;
            if (_gathered == _significant.Length) Decode();
        }

        return at;
    }

    /// <summary>The text ended.</summary>
    /// <exception cref="FormatException">It ended within a group, or was not base64.</exception>
    public void End() => Decode();

    private void Decode()
    {
        if (_gathered == 0) return;
        if (_isPadded || Base64.DecodeFromUtf8(_significant.AsSpan(0, _gathered), _decoded, out _, out var length) != OperationStatus.Done) throw new FormatException("the content of an element is not base64");
        _isPadded = _significant[_gathered - 1] == '=';
        (_from, _to, _gathered) = (0, length, 0);
    }
}
