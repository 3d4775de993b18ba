using System.Buffers;
using System.Buffers.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>The base64 transform (XML-DSig 1.1 section 6.6.2) while the octets pass: of a part of the document its text decoded, without regard to elements in it.</summary>
internal sealed class Base64Content(OctetSink sink) : IDisposable
{
    private const int Size = 8 * 1024;   // a multiple of four

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int _length;
    private bool _hasEnded;

    /// <summary>Decodes the next characters.</summary>
    /// <exception cref="XmlRefusedException">They are not base64.</exception>
    public void Write(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (XmlCharacters.IsWhite(octet)) continue;
            if (_length == Size) Decode();
            _buffer[_length++] = octet;
        }
    }

    /// <summary>Decodes what is left.</summary>
    /// <exception cref="XmlRefusedException">It is not base64, or there was nothing.</exception>
    public void Complete()
    {
        if (_length == 0 && !_hasEnded) throw new XmlRefusedException(XmlRefusalKind.NothingSelected, "there is no base64 to decode");
        Decode();
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Decode()
    {
        if (_length == 0) return;
        var text = _buffer.AsSpan(0, _length);
        if (_hasEnded || Base64.DecodeFromUtf8InPlace(text, out var decoded) != OperationStatus.Done) throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, "the content is not base64");
        _hasEnded = decoded < _length / 4 * 3;
        _length = 0;
        sink.Write(text[..decoded]);
    }
}
