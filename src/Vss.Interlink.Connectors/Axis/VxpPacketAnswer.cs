using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Splits the answer of <c>getEdoc</c> as it comes: the base64 in the top-level string <c>data</c> goes decoded to a stream, and the rest of the JSON, with
/// an empty string in its place, stays as a small skeleton for an ordinary JSON reader. A packet is one JSON string of any size, which such a reader
/// would hold whole.
/// </summary>
internal sealed class VxpPacketAnswer(Stream packet, long packetBytes, int skeletonBytes)
{
    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private readonly ArrayBufferWriter<byte> _skeleton = new();
    private readonly byte[] _base64 = new byte[4 * 4096];
    private readonly List<byte> _name = [];
    private readonly List<byte> _escape = [];
    private int _held;
    private int _depth;
    private bool _padded;
    private bool _afterColon;
    private bool _seen;
    private State _state = State.Outside;

    private enum State
    {
        Outside,
        Text,
        Data,
    }

    /// <summary>The JSON without the packet.</summary>
    public ReadOnlyMemory<byte> Skeleton => _skeleton.WrittenMemory;

    /// <summary>Bytes of the packet written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Takes the next piece of the answer.</summary>
    /// <exception cref="InvalidDataException">The data is not base64, or something is over its limit.</exception>
    public async Task AddAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (!piece.IsEmpty)
        {
            var taken = _state == State.Data ? HoldRun(piece.Span) : 0;
            if (taken == 0)
            {
                Take(piece.Span[0]);
                taken = 1;
            }
            if (_held == _base64.Length) await FlushAsync(cancellationToken);
            piece = piece[taken..];
        }
    }

    /// <summary>Ends the answer.</summary>
    /// <exception cref="InvalidDataException">The data is cut off.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_state != State.Outside) throw new InvalidDataException("the answer is cut off");
        await FlushAsync(cancellationToken);
    }

    /// <summary>Nearly all of the answer: characters that mean themselves, taken together.</summary>
    private int HoldRun(ReadOnlySpan<byte> bytes)
    {
        if (_padded || _escape.Count > 0) return 0;
        var run = bytes.IndexOfAnyExcept(Alphabet);
        var taken = Math.Min(run < 0 ? bytes.Length : run, _base64.Length - _held);
        bytes[..taken].CopyTo(_base64.AsSpan(_held));
        _held += taken;
        return taken;
    }

    private void Take(byte value)
    {
        if (_state == State.Data) TakeData(value);
        else Keep(value);
    }

    /// <summary>A byte outside the data: kept, and watched for where the data begins.</summary>
    private void Keep(byte value)
    {
        if (_skeleton.WrittenCount == skeletonBytes) throw new InvalidDataException($"the answer is larger than {skeletonBytes} bytes beside the packet");
        _skeleton.Write([value]);
        if (_state == State.Text) KeepText(value);
        else KeepOutside(value);
    }

    private void KeepOutside(byte value)
    {
        switch (value)
        {
            case (byte)'{' or (byte)'[':
                _depth++;
                _afterColon = false;
                break;
            case (byte)'}' or (byte)']':
                _depth--;
                break;
            case (byte)':':
                _afterColon = true;
                break;
            case (byte)',':
                _afterColon = false;
                break;
            case (byte)'"' when _afterColon && _depth == 1 && _name.SequenceEqual("data"u8.ToArray()):
                if (_seen) throw new InvalidDataException("the data stands twice");
                _seen = true;
                _state = State.Data;
                break;
            case (byte)'"':
                _state = State.Text;
                if (!_afterColon) _name.Clear();
                break;
        }
    }

    private void KeepText(byte value)
    {
        if (_escape.Count > 0) _escape.Clear();
        else if (value == (byte)'\\') _escape.Add(value);
        else if (value == (byte)'"') _state = State.Outside;
        else if (!_afterColon && _name.Count < 16) _name.Add(value);
    }

    /// <summary>A byte of the data's JSON string; escapes are awaited to their end, and the closing quote is kept in the skeleton.</summary>
    private void TakeData(byte value)
    {
        if (_escape.Count > 0)
        {
            TakeEscape(value);
        }
        else if (value == (byte)'\\')
        {
            _escape.Add(value);
        }
        else if (value == (byte)'"')
        {
            _state = State.Outside;
            _afterColon = false;
            _skeleton.Write([value]);
        }
        else
        {
            Hold(value);
        }
    }

    /// <summary>Serialisers of the field escape '/', '+' and '=' in various ways.</summary>
    private void TakeEscape(byte value)
    {
        _escape.Add(value);
        if (_escape[1] == (byte)'u' && _escape.Count < 6) return;
        var meant = _escape[1] switch
        {
            (byte)'/' => '/',
            (byte)'n' or (byte)'r' or (byte)'t' => '\n',
            (byte)'u' when ushort.TryParse([.. _escape[2..].Select(digit => (char)digit)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code < 128 => (char)code,
            _ => throw new InvalidDataException("the data is not base64"),
        };
        _escape.Clear();
        Hold((byte)meant);
    }

    private void Hold(byte value)
    {
        if (value is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t') return;
        if (_padded && value != (byte)'=') throw new InvalidDataException("the data is not base64");
        _padded |= value == (byte)'=';
        _base64[_held++] = value;
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (Base64.DecodeFromUtf8InPlace(_base64.AsSpan(0, _held), out var length) != OperationStatus.Done) throw new InvalidDataException("the data is not base64");
        _held = 0;
        Length += length;
        if (Length > packetBytes) throw new InvalidDataException($"the packet is larger than {packetBytes} bytes");
        await packet.WriteAsync(_base64.AsMemory(0, length), cancellationToken);
    }
}
