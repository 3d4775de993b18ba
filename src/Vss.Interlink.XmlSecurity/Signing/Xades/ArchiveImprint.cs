using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>
/// What an archive time stamp is made over: ETSI EN 319 132-1 section 5.5.2.2. The octets of the references come first, in the order of the references, which
/// need not be the order in which they are met: what comes before its turn is held.
/// </summary>
internal sealed class ArchiveImprint : IDisposable
{
    private const int MostHeld = 16 * 1024 * 1024;

    private readonly IncrementalHash _hash;
    private readonly PooledOctets?[] _held;
    private readonly bool[] _isComplete;
    private int _turn;
    private int _holding;

    public ArchiveImprint(DigestAlgorithm digest, int references) => (_hash, _held, _isComplete) = (digest.Begin(), new PooledOctets?[references], new bool[references]);

    /// <summary>The next octets of a reference.</summary>
    /// <exception cref="XmlRefusedException">More would have to be held than is.</exception>
    public void Write(int reference, ReadOnlySpan<byte> octets)
    {
        if (reference == _turn)
        {
            _hash.AppendData(octets);
            return;
        }

        _holding += octets.Length;
        if (_holding > MostHeld) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, $"more than {MostHeld} octets of references stand in another order than the references; an archive time stamp cannot be computed in one pass");
        (_held[reference] ??= new PooledOctets()).Write(octets);
    }

    public void Complete(int reference)
    {
        _isComplete[reference] = true;
        while (_turn < _isComplete.Length && _isComplete[_turn])
        {
            if (++_turn < _held.Length && _held[_turn] is { } held) _hash.AppendData(held.Span);
        }
    }

    /// <summary>A sink for what comes behind the references.</summary>
    public OctetSink Rest => _turn == _isComplete.Length ? OctetSink.To(_hash) : throw new InvalidOperationException("The references come first.");

    /// <summary>The digest, when everything was written.</summary>
    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose()
    {
        _hash.Dispose();
        foreach (var held in _held) held?.Dispose();
    }
}
