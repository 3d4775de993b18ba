using System.Buffers;

namespace Vss.Interlink.EdXml;

/// <summary>Decodes base64 that comes in pieces of any length, strictly: white space anywhere, padding only at the end, nothing else.</summary>
internal sealed class Base64Text(Base64Text.BytesAction bytes)
{
    internal delegate void BytesAction(ReadOnlySpan<byte> bytes);

    private const int Group = 4;
    private const string XmlWhiteSpace = " \t\r\n";
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(XmlWhiteSpace);
    private readonly char[] _characters = new char[Group * 2048];
    private readonly byte[] _bytes = new byte[3 * 2048];
    private int _held;
    private bool _padded;

    /// <summary>False when the text cannot be base64.</summary>
    public bool TryAdd(ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.TrimStart(XmlWhiteSpace);
            if (text.IsEmpty) return true;
            if (_padded) return false;
            // Content is one long line as a rule, so it is taken by runs and not by characters.
            var run = text.IndexOfAny(WhiteSpace);
            var taken = Math.Min(run < 0 ? text.Length : run, _characters.Length - _held);
            text[..taken].CopyTo(_characters.AsSpan(_held));
            _held += taken;
            text = text[taken..];
            if (_held == _characters.Length && !TryFlush()) return false;
        }
    }

    /// <summary>False when the last group is incomplete or wrong.</summary>
    public bool TryComplete() => _held % Group == 0 && TryFlush();

    private bool TryFlush()
    {
        if (_held == 0) return true;
        // The decoder takes padding only at the end of what it is given; after a padded group nothing may follow.
        if (!Convert.TryFromBase64Chars(_characters.AsSpan(0, _held), _bytes, out var written)) return false;
        _padded = _characters[_held - 1] == '=';
        _held = 0;
        bytes(_bytes.AsSpan(0, written));
        return true;
    }
}
