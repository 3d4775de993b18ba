using System.Buffers;
using System.Text;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// The tokenizer as .NET's reader, for what is built on that. It makes strings of names and values when they are asked for; text can be taken in pieces
/// (<see cref="ReadValueChunk"/>), so that it need not be held.
/// </summary>
internal sealed partial class TokenXmlReader(XmlTokenizer xml) : XmlReader, IXmlLineInfo
{
    // White space longer than this is reported as text: it would have to be held to know that nothing else follows.
    private const int LongestWhiteSpace = 64 * 1024;

    private readonly Stack<(int Depth, bool Preserve)> _space = new();
    private XmlNodeType _node;
    private ReadState _state = ReadState.Initial;
    private int _depth;
    private bool _isPieceTaken;     // what the tokenizer stands on is among the characters, or was handed out
    private bool _isNodeTaken;      // so is everything up to the node's end
    private string? _value;
    private char[] _characters = [];
    private int _from;
    private int _to;

    public override XmlNodeType NodeType => _part switch
    {
        Part.Attribute => XmlNodeType.Attribute,
        Part.AttributeText => XmlNodeType.Text,
        _ => _node,
    };

    public override int Depth => _depth + (int)_part;

    public override string BaseURI => "";

    public override bool EOF => _state == ReadState.EndOfFile;

    public override ReadState ReadState => _state;

    public override bool IsEmptyElement => _node == XmlNodeType.Element && _part == Part.Node && xml.IsEmptyElement;

    public override bool CanReadValueChunk => true;

    public override XmlSpace XmlSpace => !_space.TryPeek(out var innermost) ? XmlSpace.None : innermost.Preserve ? XmlSpace.Preserve : XmlSpace.Default;

    public int LineNumber => (int)Math.Min(xml.Place.Line, int.MaxValue);

    public int LinePosition => (int)Math.Min(xml.Place.Column, int.MaxValue);

    public override string Value => _part != Part.Node ? AttributeValue(_attribute) : _node switch
    {
        XmlNodeType.Element or XmlNodeType.EndElement or XmlNodeType.None => "",
        XmlNodeType.XmlDeclaration => string.Join(' ', _declaration.Select(attribute => $"{attribute.Name}=\"{attribute.Value}\"")),
        _ => _value ??= RestOfValue(),
    };

    /// <summary>Octets of the document before and up to the end of the tag that the reader stands on.</summary>
    public (long Start, long End) TagOctets => (xml.StartOffset, xml.EndOffset);

    private bool HasPieces => _node is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA or XmlNodeType.Comment or XmlNodeType.ProcessingInstruction;

    public override bool Read()
    {
        if (_state is ReadState.EndOfFile or ReadState.Closed or ReadState.Error) return false;
        try
        {
            return MoveToNextNode();
        }
        catch (XmlException)
        {
            (_state, _node, _part) = (ReadState.Error, XmlNodeType.None, Part.Node);
            throw;
        }
    }

    public override int ReadValueChunk(char[] buffer, int index, int count)
    {
        if (!HasPieces || _part != Part.Node) throw new InvalidOperationException($"A {NodeType} has no value in pieces.");
        if (_value is not null) return 0;   // it was handed out whole
        while (_from == _to)
        {
            if (!TryTakePiece()) return 0;
        }

        var taken = Math.Min(count, _to - _from);
        _characters.AsSpan(_from, taken).CopyTo(buffer.AsSpan(index));
        _from += taken;
        return taken;
    }

    public override void ResolveEntity() => throw new InvalidOperationException("There are no entity references.");

    public bool HasLineInfo() => true;

    public override void Close()
    {
        (_state, _node, _part) = (ReadState.Closed, XmlNodeType.None, Part.Node);
        xml.Dispose();
        if (_characters.Length > 0) ArrayPool<char>.Shared.Return(_characters);
        _characters = [];
    }

    private bool MoveToNextNode()
    {
        var isEmpty = _node == XmlNodeType.Element && xml.IsEmptyElement;
        if (isEmpty) xml.Read();   // its end is no node here
        if ((isEmpty || _node == XmlNodeType.EndElement) && _space.TryPeek(out var space) && space.Depth == _depth) _space.Pop();
        while (HasPieces && !_isNodeTaken) PassPiece();
        (_part, _value, _from, _to, _state) = (Part.Node, null, 0, 0, ReadState.Interactive);
        if (!xml.Read())
        {
            (_state, _node, _depth) = (ReadState.EndOfFile, XmlNodeType.None, 0);
            return false;
        }

        (_isPieceTaken, _isNodeTaken) = (false, false);
        _depth = xml.Depth;
        _node = xml.Kind switch
        {
            XmlTokenKind.StartElement => StartElement(),
            XmlTokenKind.EndElement => EndElement(),
            XmlTokenKind.Text => TextOrWhiteSpace(),
            XmlTokenKind.CData => XmlNodeType.CDATA,
            XmlTokenKind.Comment => XmlNodeType.Comment,
            XmlTokenKind.ProcessingInstruction => XmlNodeType.ProcessingInstruction,
            XmlTokenKind.XmlDeclaration => Declaration(),
            _ => throw new InvalidOperationException($"{xml.Kind} is no node."),
        };
        return true;
    }

    private XmlNodeType StartElement()
    {
        _depth--;
        if (xml.Attributes.Count == xml.Attributes.Declarations) return XmlNodeType.Element;
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.Namespace != InternedNames.XmlNamespace || attribute.IsDeclaration || !AttributeList.LocalName(attribute, xml.Tag).SequenceEqual("space"u8)) continue;
            _space.Push((_depth, xml.Attributes.Value(attribute, xml.Tag).SequenceEqual("preserve"u8)));
        }

        return XmlNodeType.Element;
    }

    private XmlNodeType EndElement()
    {
        _depth--;
        return XmlNodeType.EndElement;
    }

    // White space alone is a node of its own kind, so the first character that is none must be looked for.
    private XmlNodeType TextOrWhiteSpace()
    {
        while (XmlCharacters.IsWhite(xml.Text))
        {
            TakePiece();
            if (_to > LongestWhiteSpace) return XmlNodeType.Text;
            if (!TryNextPiece()) return XmlSpace == XmlSpace.Preserve && _depth > 0 ? XmlNodeType.SignificantWhitespace : XmlNodeType.Whitespace;
        }

        return XmlNodeType.Text;
    }

    private string RestOfValue()
    {
        while (!_isNodeTaken && (!_isPieceTaken || TryNextPiece())) TakePiece();
        var value = new string(_characters, _from, _to - _from);
        _from = _to;
        return value;
    }

    /// <summary>Puts the next piece among the characters, which were all taken; false at the node's end.</summary>
    private bool TryTakePiece()
    {
        _from = _to = 0;
        if (_isNodeTaken || (_isPieceTaken && !TryNextPiece())) return false;
        TakePiece();
        return true;
    }

    private void TakePiece()
    {
        var needed = _to + xml.Text.Length;
        if (needed > _characters.Length)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(needed, 2 * _to));
            _characters.AsSpan(0, _to).CopyTo(larger);
            if (_characters.Length > 0) ArrayPool<char>.Shared.Return(_characters);
            _characters = larger;
        }

        _to += Encoding.UTF8.GetChars(xml.Text, _characters.AsSpan(_to));
        _isPieceTaken = true;
    }

    private void PassPiece()
    {
        _isPieceTaken = true;
        TryNextPiece();
    }

    /// <summary>Moves the tokenizer to the node's next piece; false when there is none.</summary>
    private bool TryNextPiece()
    {
        if (xml.Kind == XmlTokenKind.Text ? !xml.PassText() : xml.IsLastPiece)
        {
            _isNodeTaken = true;
            return false;
        }

        xml.Read();
        _isPieceTaken = false;
        return true;
    }
}
