using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// The stretch of the document that is looked at: octets of UTF-8, each checked once to be a character that XML allows before anyone sees it.
/// What was passed leaves the window, so that memory does not grow with the document. Octets that are in memory already are looked at where they are.
/// </summary>
internal sealed class OctetWindow : IDisposable
{
    // Small enough that what was just checked is still in the nearest cache when it is read.
    private const int Slice = 32 * 1024;

    private readonly Stream? _input;
    private readonly XmlLimits _limits;
    private byte[] _octets;
    private bool _rented;
    private Utf16Octets? _utf16;
    private int _start;         // of the token
    private int _end;           // behind the last octet that was checked
    private int _received;      // behind the last octet that came
    private long _left;         // octets that left the window
    private long _taken;        // octets taken from the input
    private bool _overLimit;
    private string? _fault;     // what stands at _end and is no character
    private int _counted;       // lines and columns are counted up to here
    private LineCounter _place = LineCounter.AtStart;

    public OctetWindow(Stream input, XmlLimits limits)
    {
        (_input, _limits, _rented) = (input, limits, true);
        _octets = ArrayPool<byte>.Shared.Rent(Slice);
    }

    public OctetWindow(ReadOnlyMemory<byte> octets, XmlLimits limits)
    {
        _limits = limits;
        if (!MemoryMarshal.TryGetArray(octets, out var held)) held = octets.ToArray();
        _octets = held.Array ?? [];
        _start = _end = _counted = held.Offset;
        _overLimit = held.Count > limits.MaxBytes;
        _received = held.Offset + (int)Math.Min(held.Count, limits.MaxBytes);
        _left = -held.Offset;
    }

    /// <summary>What the input is encoded in, known after <see cref="Open"/>.</summary>
    public InputEncoding Encoding { get; private set; }

    /// <summary>Why reading ended early; null as long as it did not.</summary>
    public XmlRefusedException? Refusal { get; private set; }

    /// <summary>From the token's beginning to the last octet that is known. Valid until the window moves.</summary>
    public ReadOnlySpan<byte> Token => new(_octets, _start, unchecked(_end - _start));

    /// <summary>Whether nothing of the token is known yet.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>The octet at a place of the token, counted from its beginning; the window is filled up to there.</summary>
    /// <exception cref="XmlRefusedException">The document ends before, or goes on with what is not allowed.</exception>
    public byte this[int at]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var index = unchecked(_start + at);
            return index < _end ? _octets[index] : Await(at);
        }
    }

    /// <summary>Octets of the input before the octet <paramref name="ahead"/> of the token's beginning.</summary>
    public long Offset(int ahead) => Encoding.IsUtf16 ? Place(ahead).Offset : _left + _start + ahead;

    /// <summary>Decides the encoding by the first octets and passes the byte order mark: XML 1.0 section 4.3.3 and appendix F.1.</summary>
    public void Open()
    {
        if (_input is not null) _received = Take(_octets.AsSpan(0, Slice), atLeast: 4);
        var head = _octets.AsSpan(_start, _received - _start);
        Encoding = InputEncoding.Of(head);
        if (Encoding.Refused is { } name) throw Refused(XmlRefusalKind.UnsupportedEncoding, $"the document is in {name}; only UTF-8 and UTF-16 are accepted");
        _place.Offset = Encoding.MarkLength;
        if (Encoding.IsUtf16) OpenUtf16(head[Encoding.MarkLength..]);
        else _start = _end = _counted = _start + Encoding.MarkLength;
    }

    /// <summary>Where the token begins, to come back to in another window over the same octets. Not of UTF-16.</summary>
    public LineCounter Mark()
    {
        CountTo(_start);
        return _place;
    }

    /// <summary>Passes by what is before a mark without looking at it. A stream must be able to seek.</summary>
    public void GoTo(in LineCounter mark)
    {
        if (_input is not null && mark.Offset - _left > _received)
        {
            _input.Seek(mark.Offset - _taken, SeekOrigin.Current);
            (_left, _taken, _end, _received) = (mark.Offset, mark.Offset, 0, 0);
        }

        _start = (int)(mark.Offset - _left);
        _end = Math.Max(_start, _end);
        (_place, _counted) = (mark, _start);
    }

    /// <summary>The token begins behind the next <paramref name="octets"/>.</summary>
    public void Advance(int octets) => _start = unchecked(_start + octets);

    /// <summary>The same token with more octets behind it.</summary>
    /// <exception cref="XmlRefusedException">The document ends here, or goes on with what is not allowed.</exception>
    public ReadOnlySpan<byte> More() =>
        TryMore() ? Token : throw Refused(XmlRefusalKind.Truncated, "the document ends before it is complete", _end - _start);

    /// <summary>Makes <see cref="Token"/> longer; false at the end of the document.</summary>
    public bool TryMore()
    {
        if (_end - _start > _limits.MaxTagBytes) throw Refused(XmlRefusalKind.LimitExceeded, $"the document has a tag longer than {_limits.MaxTagBytes} octets");
        while (true)
        {
            if (_end < _received && TryAdmit()) return true;
            if (_fault is not null) throw Refused(XmlRefusalKind.NotWellFormed, $"the document has {_fault}", _end - _start);
            if (TryReceive()) continue;
            return _end == _received ? false : throw Refused(XmlRefusalKind.Truncated, "the document ends within a UTF-8 character", _end - _start);
        }
    }

    /// <summary>Where the octet <paramref name="ahead"/> of the token's beginning stands in the input.</summary>
    public XmlPlace Place(int ahead)
    {
        CountTo(_start);
        var there = _place;
        there.Pass(_octets.AsSpan(_start, ahead), Encoding.IsUtf16);
        return there.Place;
    }

    /// <summary>The exception for a rule that is broken <paramref name="ahead"/> octets behind the token's beginning.</summary>
    public XmlRefusedException Refused(XmlRefusalKind kind, string detail, int ahead = 0) => Refusal = new XmlRefusedException(kind, detail, Place(ahead));

    public void Dispose()
    {
        if (_rented) ArrayPool<byte>.Shared.Return(_octets);
        (_rented, _octets) = (false, []);
        (_start, _end, _received, _counted) = (0, 0, 0, 0);
        _utf16?.Dispose();
        _utf16 = null;
    }

    private byte Await(int at)
    {
        var token = More();
        while (at >= token.Length) token = More();
        return token[at];
    }

    private bool TryAdmit()
    {
        var admitted = XmlCharacters.Admit(_octets.AsSpan(_end, Math.Min(Slice, _received - _end)), out _fault);
        _end += admitted;
        return admitted > 0;
    }

    private bool TryReceive()
    {
        if (_input is null && _utf16 is null)
        {
            return _overLimit ? throw OverLimit() : false;
        }

        MakeRoom();
        var free = _octets.AsSpan(_received);
        var came = _utf16 is null ? Take(free, atLeast: 1) : _utf16.Read(free);
        _received += came;
        if (came > 0) return true;
        if (_utf16?.Fault is { } fault) throw Refused(XmlRefusalKind.NotWellFormed, fault, _end - _start);
        if (_overLimit) throw OverLimit();
        return _utf16?.EndsWithinCharacter == true ? throw Refused(XmlRefusalKind.Truncated, "the document ends within a UTF-16 character", _end - _start) : false;
    }

    private XmlRefusedException OverLimit() => Refused(XmlRefusalKind.LimitExceeded, $"the document is longer than {_limits.MaxBytes} octets", _end - _start);

    // At least a quarter is free afterwards, so that moving and growing cost no more than a constant for each octet.
    private void MakeRoom()
    {
        var quarter = _octets.Length / 4;
        if (_octets.Length - _received >= quarter) return;
        CountTo(_start);
        _left += _start;
        var kept = _octets.AsSpan(_start, _received - _start);
        if (_octets.Length - kept.Length >= quarter)
        {
            kept.CopyTo(_octets);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(_octets.Length * 2));
            kept.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }

        (_end, _received, _counted, _start) = (_end - _start, kept.Length, 0, 0);
    }

    // Octets as they are in the input, no more than the limit allows.
    private int Take(Span<byte> free, int atLeast)
    {
        if (_input is null || _overLimit) return 0;
        var came = _input.ReadAtLeast(free, atLeast, throwOnEndOfStream: false);
        _taken += came;
        if (_taken <= _limits.MaxBytes) return came;
        _overLimit = true;
        came -= (int)Math.Min(came, _taken - _limits.MaxBytes);
        return came;
    }

    private void OpenUtf16(ReadOnlySpan<byte> head)
    {
        _utf16 = new Utf16Octets(head, Encoding.IsBigEndian, free => Take(free, atLeast: 1));
        if (!_rented) _octets = ArrayPool<byte>.Shared.Rent(Slice);
        _rented = true;
        (_start, _end, _received, _counted) = (0, 0, 0, 0);
    }

    private void CountTo(int index)
    {
        if (index == _counted) return;
        _place.Pass(_octets.AsSpan(_counted, index - _counted), Encoding.IsUtf16);
        _counted = index;
    }
}
