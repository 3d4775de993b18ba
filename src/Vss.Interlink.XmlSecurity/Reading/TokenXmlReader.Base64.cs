using System.Xml;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Base64 content, from the octets of the text and never as a string.</content>
internal sealed partial class TokenXmlReader
{
    private Base64Pieces? _base64;   // while the content of an element is being read
    private int _passed;             // octets of the current piece that were looked at

    public override bool CanReadBinaryContent => true;

    public override int ReadElementContentAsBase64(byte[] buffer, int index, int count)
    {
        if (_base64 is null)
        {
            if (_node != XmlNodeType.Element || _part != Part.Node) throw new InvalidOperationException($"A {NodeType} has no base64 content.");
            var isEmpty = IsEmptyElement;
            Read();
            if (isEmpty) return 0;
            (_base64, _passed) = (new Base64Pieces(), 0);
        }

        var free = buffer.AsSpan(index, count);
        while (!free.IsEmpty && (_base64.Ready > 0 || TryDecode(_base64))) free = free[_base64.Take(free)..];
        if (free.Length < count || count == 0) return count - free.Length;
        _base64 = null;
        Read();   // beyond the end tag
        return 0;
    }

    private bool TryDecode(Base64Pieces base64)
    {
        try
        {
            while (base64.Ready == 0 && _node != XmlNodeType.EndElement) AddPiece(base64);
            if (base64.Ready == 0) base64.End();
            return base64.Ready > 0;
        }
        catch (FormatException wrong)
        {
            throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, wrong.Message, xml.Place);
        }
    }

    private void AddPiece(Base64Pieces base64)
    {
        if (_node == XmlNodeType.Element) throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, "an element stands where base64 is expected", xml.Place);
        var isText = _node is XmlNodeType.Text or XmlNodeType.CDATA;
        if (isText && !_isPieceTaken)
        {
            _passed += base64.Add(xml.Text[_passed..]);
            _isPieceTaken = _passed == xml.Text.Length;
            return;
        }

        // What is among the characters already is white space.
        _passed = 0;
        if (!isText || _isNodeTaken || !TryNextPiece()) Read();
    }
}
