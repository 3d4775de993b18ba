using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Writes XML as UTF-8 text and counts its start tags, so that the canonicaliser can be told which element is meant.</summary>
internal sealed class XmlText : IDisposable
{
    // RFC 2045 section 6.8: 76 characters on a line, which are 57 octets.
    private const int OctetsOfLine = 57;

    private readonly PooledOctets _octets;

    public XmlText(bool base64InLines = false, int size = 4096) => (Base64InLines, _octets) = (base64InLines, new PooledOctets(size));

    public bool Base64InLines { get; }

    public ReadOnlyMemory<byte> Octets => _octets.Memory;

    public int Length => _octets.Length;

    /// <summary>Start tags so far.</summary>
    public int Elements { get; private set; }

    public XmlText Raw(ReadOnlySpan<byte> octets)
    {
        _octets.Write(octets);
        return this;
    }

    /// <summary>Raw text that holds start tags.</summary>
    public XmlText Raw(ReadOnlySpan<byte> octets, int elements)
    {
        Elements += elements;
        return Raw(octets);
    }

    /// <summary>A start tag that is not closed yet: attributes follow, then <see cref="Close"/> or <see cref="CloseEmpty"/>.</summary>
    public XmlText Open(ReadOnlySpan<byte> name)
    {
        Elements++;
        return Raw("<"u8).Raw(name);
    }

    public XmlText Attribute(ReadOnlySpan<byte> name, string? value) =>
        value is null ? this : Raw(" "u8).Raw(name).Raw("=\""u8).Escaped(value).Raw("\""u8);

    public XmlText Close() => Raw(">"u8);

    public XmlText CloseEmpty() => Raw("/>"u8);

    public XmlText Start(ReadOnlySpan<byte> name) => Open(name).Close();

    public XmlText End(ReadOnlySpan<byte> name) => Raw("</"u8).Raw(name).Raw(">"u8);

    /// <summary>An element with an Algorithm attribute and nothing else.</summary>
    public XmlText Algorithm(ReadOnlySpan<byte> name, string uri) => Open(name).Attribute("Algorithm"u8, uri).CloseEmpty();

    public XmlText Element(ReadOnlySpan<byte> name, string text) => Start(name).Escaped(text).End(name);

    public XmlText Base64Element(ReadOnlySpan<byte> name, ReadOnlySpan<byte> octets) => Start(name).Base64(octets).End(name);

    public XmlText Base64(ReadOnlySpan<byte> octets)
    {
        if (!Base64InLines) return Base64Line(octets);
        for (; octets.Length > OctetsOfLine; octets = octets[OctetsOfLine..]) Base64Line(octets[..OctetsOfLine]).Raw("\n"u8);
        return Base64Line(octets);
    }

    /// <summary>Text or an attribute's value; what is replaced is replaced so that it may stand in both.</summary>
    /// <exception cref="ArgumentException">It has a character that XML does not allow.</exception>
    public XmlText Escaped(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && text.AsSpan().IndexOfAny('&', '<', '"') < 0 && !text.Contains('>', StringComparison.Ordinal))
        {
            _octets.Advance(Encoding.UTF8.GetBytes(text, _octets.GetSpan(text.Length)));
            return this;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal)) throw new ArgumentException("The text has a lone surrogate.", nameof(text));
            if (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) throw new ArgumentException("The text has a character that XML does not allow.", nameof(text));
            switch (rune.Value)
            {
                case '&': Raw("&amp;"u8); break;
                case '<': Raw("&lt;"u8); break;
                case '>': Raw("&gt;"u8); break;
                case '"': Raw("&quot;"u8); break;
                case '\t': Raw("&#x9;"u8); break;
                case '\n': Raw("&#xA;"u8); break;
                case '\r': Raw("&#xD;"u8); break;
                default: _octets.Advance(rune.EncodeToUtf8(_octets.GetSpan(4))); break;
            }
        }

        return this;
    }

    /// <summary>Takes back what was written.</summary>
    public void Clear() => _octets.CutTo(0);

    public void Dispose() => _octets.Dispose();

    private XmlText Base64Line(ReadOnlySpan<byte> octets)
    {
        var free = _octets.GetSpan(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(octets.Length));
        if (System.Buffers.Text.Base64.EncodeToUtf8(octets, free, out _, out var written) != OperationStatus.Done) throw new InvalidOperationException("The room for base64 was too small.");
        _octets.Advance(written);
        return this;
    }
}
