using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Counts the octets of all request bodies that are held in memory at this moment.</summary>
internal sealed class HeldBytes(long limit)
{
    private long _held;

    /// <exception cref="ExchangeFault">OVERLOADED; nothing is taken then.</exception>
    public void Take(long octets)
    {
        if (Interlocked.Add(ref _held, octets) <= limit) return;
        Release(octets);
        throw new ExchangeFault(Fault.Overloaded, "too many large messages are being taken in at this moment", "soap.held-bytes");
    }

    public void Release(long octets) => Interlocked.Add(ref _held, -octets);
}
