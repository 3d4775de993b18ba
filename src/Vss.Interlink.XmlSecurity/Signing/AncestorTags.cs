using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>The start tags of the open elements as they stand, in UTF-8. What is canonicalised inclusively depends on them.</summary>
internal sealed class AncestorTags : IDisposable
{
    private readonly PooledOctets _tags = new(1024);
    private readonly List<int> _starts = [];

    public int Count => _starts.Count;

    public ReadOnlyMemory<byte> Octets => _tags.Memory;

    public void Enter(XmlTokenizer xml)
    {
        _starts.Add(_tags.Length);
        _tags.Write(xml.IsEmptyElement ? xml.Tag[..^2] : xml.Tag);
        if (xml.IsEmptyElement) _tags.Write(">"u8);
    }

    public void Leave()
    {
        _tags.CutTo(_starts[^1]);
        _starts.RemoveAt(_starts.Count - 1);
    }

    /// <summary>The end tags that belong to them, the innermost first.</summary>
    public byte[] EndTags()
    {
        using var ends = new PooledOctets(256);
        for (var index = _starts.Count - 1; index >= 0; index--)
        {
            var tag = _tags.Span[(_starts[index] + 1)..];
            ends.Write("</"u8);
            ends.Write(tag[..tag.IndexOfAny(" \t\r\n>"u8)]);
            ends.Write(">"u8);
        }

        return ends.Span.ToArray();
    }

    /// <summary>Shows them to a canonicaliser that begins within them.</summary>
    public void Replay(Canonicalizer canonicalizer)
    {
        using var xml = new XmlTokenizer(Octets, XmlLimits.None);
        while (xml.Ordinal < Count && xml.Read()) canonicalizer.Accept(xml);
    }

    public void Dispose() => _tags.Dispose();
}
