using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Goes through a document in its order for readers that know what must come next. What is not asked for is passed by, however large.</summary>
internal sealed class ElementWalk(XmlTokenizer xml, XmlIdIndex? ids, SignatureLimits limits) : IDisposable
{
    private byte[] _text = ArrayPool<byte>.Shared.Rent(4096);
    private long _kept;

    public XmlTokenizer Xml => xml;

    public SignatureLimits Limits => limits;

    /// <summary>Called at each start tag that is passed by; may read on to the end of that element.</summary>
    public Action? Passing { get; set; }

    /// <summary>What looks at every token beside the reader.</summary>
    public ForeseenDigest? Foreseen { get; init; }

    public void Dispose()
    {
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = [];
    }

    public bool Read()
    {
        if (!xml.Read()) return false;
        ids?.Accept(xml);
        Foreseen?.Accept(xml);
        return true;
    }

    /// <summary>Whether the start tag is of this element.</summary>
    public bool Is(ReadOnlySpan<byte> localName, ReadOnlySpan<byte> namespaceName) =>
        xml.LocalName.SequenceEqual(localName) && xml.Names[xml.Namespace].SequenceEqual(namespaceName);

    /// <summary>Moves to the start tag of the next child of the element that is open at <paramref name="depth"/>; false at that element's end. The child before was read to its end.</summary>
    public bool NextChild(int depth)
    {
        while (Read())
        {
            switch (xml.Kind)
            {
                case XmlTokenKind.StartElement:
                    return true;
                case XmlTokenKind.EndElement when xml.Depth == depth:
                    return false;
                case XmlTokenKind.Text or XmlTokenKind.CData when !XmlCharacters.IsWhite(xml.Text):
                    throw Broken(SignatureRules.Structure, "text where only elements may stand");
            }
        }

        throw new InvalidOperationException("The tokenizer gives the end of every element.");
    }

    /// <summary>Moves to the next child, which must be this one.</summary>
    public void Expect(int depth, ReadOnlySpan<byte> localName, ReadOnlySpan<byte> namespaceName)
    {
        if (!NextChild(depth) || !Is(localName, namespaceName)) throw Broken(SignatureRules.Structure, $"expected {Encoding.UTF8.GetString(localName)} here");
    }

    /// <summary>Ends the element at <paramref name="depth"/>, which must have no further child.</summary>
    public void Close(int depth)
    {
        if (NextChild(depth)) throw Broken(SignatureRules.Structure, "an element that must not stand here");
    }

    /// <summary>Reads the element of the start tag to its end.</summary>
    public void Pass()
    {
        var depth = xml.Depth;
        Passing?.Invoke();
        PassToEnd(depth);
    }

    /// <summary>Reads on until the element at <paramref name="depth"/> ends, from wherever in it.</summary>
    public void PassToEnd(int depth)
    {
        while ((xml.Kind != XmlTokenKind.EndElement || xml.Depth != depth) && Read())
        {
            if (xml.Kind == XmlTokenKind.StartElement) Passing?.Invoke();
        }
    }

    /// <summary>An attribute without a namespace; null when it is not there.</summary>
    public string? Attribute(ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var entry in xml.Attributes.Entries)
        {
            if (entry.IsDeclaration || entry.Namespace != InternedNames.Empty || !AttributeList.LocalName(entry, xml.Tag).SequenceEqual(name)) continue;
            var value = xml.Attributes.Value(entry, xml.Tag);
            Keep(value.Length);
            return Encoding.UTF8.GetString(value);
        }

        return null;
    }

    /// <summary>The attribute Algorithm, which must be there.</summary>
    public string Algorithm() => Attribute("Algorithm"u8) ?? throw Broken(SignatureRules.Structure, "an Algorithm is missing");

    /// <summary>The text of the element of the start tag, which holds one text and nothing else: a comment or a CDATA section between two texts is how one reader is made to see another value than the next.</summary>
    public ReadOnlySpan<byte> ReadText(int limit) => Text(limit);

    /// <summary>The same as a string.</summary>
    public string ReadString()
    {
        var text = Text(limits.MaxValue);
        Keep(text.Length);
        return Encoding.UTF8.GetString(text.Trim(" \t\r\n"u8));
    }

    /// <summary>The same, where the element may also hold something else; false leaves the reader somewhere in it.</summary>
    public bool TryReadString(out string text)
    {
        try
        {
            text = ReadString();
            return true;
        }
        catch (BrokenRuleException)
        {
            if (xml.Kind == XmlTokenKind.StartElement) Passing?.Invoke();
            text = "";
            return false;
        }
    }

    /// <summary>The same decoded from base64, which must be canonical but for white space; never empty.</summary>
    public byte[] ReadBase64(int limit)
    {
        var text = Text(limit);
        var length = 0;
        foreach (var octet in text)
        {
            if (!XmlCharacters.IsWhite(octet)) text[length++] = octet;
        }

        text = text[..length];
        Span<byte> last = stackalloc byte[4];
        Span<byte> again = stackalloc byte[4];
        if (length > 0 && length % 4 == 0)
        {
            text[^4..].CopyTo(last);
            if (Base64.DecodeFromUtf8InPlace(text, out var decoded) == OperationStatus.Done)
            {
                Base64.EncodeToUtf8(text[((decoded - 1) / 3 * 3)..decoded], again, out _, out _);
                if (again.SequenceEqual(last))
                {
                    Keep(decoded);
                    return text[..decoded].ToArray();
                }
            }
        }

        throw Broken(SignatureRules.Text, "a value that is no canonical base64");
    }

    /// <summary>The exception for a rule that is broken here.</summary>
    public BrokenRuleException Broken(string rule, string detail) => new(rule, At(), $"{detail} ({xml.Place})");

    // Everything a reader keeps is counted: many values within their limits are too much all the same.
    private void Keep(int octets)
    {
        _kept += octets;
        if (_kept > limits.MaxKept) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, $"the document has more than {limits.MaxKept} octets of signatures", xml.Place);
    }

    private string At() => xml.Depth == 0 ? "" : Encoding.UTF8.GetString(xml.Name);

    private Span<byte> Text(int limit)
    {
        var depth = xml.Depth;
        var length = 0;
        while (Read())
        {
            switch (xml.Kind)
            {
                case XmlTokenKind.EndElement when xml.Depth == depth:
                    return _text.AsSpan(0, length);
                case XmlTokenKind.Text:
                    Append(xml.Text, ref length, limit);
                    break;
                default:
                    throw Broken(SignatureRules.Text, "something else than one text in a value");
            }
        }

        throw new InvalidOperationException("The tokenizer gives the end of every element.");
    }

    private void Append(ReadOnlySpan<byte> piece, ref int length, int limit)
    {
        if (length + piece.Length > limit) throw Broken(SignatureRules.Limit, $"a value longer than {limit} octets");
        if (length + piece.Length > _text.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + piece.Length, 2 * _text.Length));
            _text.AsSpan(0, length).CopyTo(larger);
            Dispose();
            _text = larger;
        }

        piece.CopyTo(_text.AsSpan(length));
        length += piece.Length;
    }
}
