using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>
/// Counts the octets of all requests, and of all dossiers that are being answered, that are held in memory at this moment. Large ones share the limit; small ones find a quarter as much
/// again that no large one takes, so that whoever holds all the room for large messages does not shut out the many small ones.
/// </summary>
internal sealed class HeldBytes(long limit)
{
    /// <summary>A message of more octets is large.</summary>
    public const long SmallMessage = 256 * 1024;

    private readonly Lock _change = new();
    private long _held;
    private long _large;

    /// <summary>What one request will hold; nothing yet.</summary>
    /// <param name="announced">Octets that it says it will have; null where it does not say.</param>
    public HeldShare Begin(long? announced = null) => new(this, announced > SmallMessage);

    /// <param name="octets">More of one message.</param>
    /// <param name="large">How many octets more are now those of large messages.</param>
    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    internal void Take(long octets, long large)
    {
        lock (_change)
        {
            if (_held + octets > limit + limit / 4 || (large > 0 && _large + large > limit)) throw new ExchangeFault(Fault.Overloaded, "too many large messages are being worked on at this moment", "soap.held-bytes");
            _held += octets;
            _large += large;
        }
    }

    internal void Release(long octets, long large)
    {
        lock (_change)
        {
            _held -= octets;
            _large -= large;
        }
    }
}

/// <summary>What one request holds of it, until the request ends. Taken by one thread at a time.</summary>
internal sealed class HeldShare(HeldBytes all, bool isLarge) : IDisposable
{
    private long _octets;
    private bool _isLarge = isLarge;

    /// <summary>Takes so many octets more.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    public void Take(long octets)
    {
        var grown = !_isLarge && _octets + octets > HeldBytes.SmallMessage;
        all.Take(octets, grown ? _octets + octets : _isLarge ? octets : 0);
        _octets += octets;
        _isLarge |= grown;
    }

    /// <summary>Takes what is missing to so many octets: the request is in them. So the largest answer that is allowed finds room where nothing else is held.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    public void Reach(long octets) => Take(Math.Max(0, octets - _octets));

    /// <summary>Gives all of it back.</summary>
    public void Dispose()
    {
        var octets = Interlocked.Exchange(ref _octets, 0);
        all.Release(octets, _isLarge ? octets : 0);
    }
}
