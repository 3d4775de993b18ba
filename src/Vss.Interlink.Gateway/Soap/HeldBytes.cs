using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Counts the octets of all requests, and of all dossiers that are being answered, that are held in memory at this moment.</summary>
internal sealed class HeldBytes(long limit)
{
    private long _held;

    /// <summary>What one request will hold; nothing yet.</summary>
    public HeldShare Begin() => new(this);

    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    internal void Take(long octets)
    {
        if (Interlocked.Add(ref _held, octets) <= limit) return;
        Release(octets);
        throw new ExchangeFault(Fault.Overloaded, "too many large messages are being worked on at this moment", "soap.held-bytes");
    }

    internal void Release(long octets) => Interlocked.Add(ref _held, -octets);
}

/// <summary>What one request holds of it, until the request ends. Taken by one thread at a time.</summary>
internal sealed class HeldShare(HeldBytes all) : IDisposable
{
    private long _octets;

    /// <summary>Takes so many octets more.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    public void Take(long octets)
    {
        all.Take(octets);
        _octets += octets;
    }

    /// <summary>Takes what is missing to so many octets: the request is in them. So the largest answer that is allowed finds room where nothing else is held.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    public void Reach(long octets) => Take(Math.Max(0, octets - _octets));

    public void Dispose() => all.Release(Interlocked.Exchange(ref _octets, 0));
}
