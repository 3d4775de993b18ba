using System.Buffers;
using System.Runtime.CompilerServices;

namespace Vss.Interlink.XmlSecurity.Canonical;

/// <summary>Puts small pieces together before the sink sees them, and replaces what canonical form replaces: Canonical XML 1.0 section 2.3.</summary>
internal sealed class CanonicalWriter(OctetSink sink) : IDisposable
{
    // A digest through the platform's library costs more for each call than for some hundred octets.
    private const int Size = 8 * 1024;

    private static readonly SearchValues<byte> ReplacedInText = SearchValues.Create("&<>\r"u8);
    private static readonly SearchValues<byte> ReplacedInValue = SearchValues.Create("&<\"\t\n\r"u8);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int _length;

    public OctetSink Sink => sink;

    public void Write(byte octet)
    {
        if (_length == _buffer.Length) Flush();
        _buffer[_length++] = octet;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > _buffer.Length - _length)
        {
            WriteBeyond(octets);
            return;
        }

        octets.CopyTo(_buffer.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>A whole tag without attributes.</summary>
    public void WriteTag(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> name)
    {
        var length = opening.Length + name.Length + 1;
        if (length > _buffer.Length - _length)
        {
            Write(opening);
            Write(name);
            Write((byte)'>');
            return;
        }

        var free = _buffer.AsSpan(_length, length);
        opening.CopyTo(free);
        name.CopyTo(free[opening.Length..]);
        free[^1] = (byte)'>';
        _length += length;
    }

    /// <summary>Text nodes: ampersand, both angle brackets and CR.</summary>
    public void WriteText(ReadOnlySpan<byte> text) => Write(text, ReplacedInText);

    /// <summary>Attribute values: ampersand, opening angle bracket, quotation mark, TAB, LF and CR.</summary>
    public void WriteValue(ReadOnlySpan<byte> value) => Write(value, ReplacedInValue);

    public void Flush()
    {
        if (_length > 0) sink.Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void WriteBeyond(ReadOnlySpan<byte> octets)
    {
        Flush();
        if (octets.Length < _buffer.Length / 2) Write(octets);
        else sink.Write(octets);
    }

    private void Write(ReadOnlySpan<byte> octets, SearchValues<byte> replaced)
    {
        while (true)
        {
            var at = octets.IndexOfAny(replaced);
            if (at < 0)
            {
                Write(octets);
                return;
            }

            Write(octets[..at]);
            Write(octets[at] switch
            {
                (byte)'&' => "&amp;"u8,
                (byte)'<' => "&lt;"u8,
                (byte)'>' => "&gt;"u8,
                (byte)'"' => "&quot;"u8,
                (byte)'\t' => "&#x9;"u8,
                (byte)'\n' => "&#xA;"u8,
                _ => "&#xD;"u8,
            });
            octets = octets[(at + 1)..];
        }
    }
}
