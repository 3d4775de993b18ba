using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests;

internal static class LeasesOfAll
{
    /// <summary>Takes what is due for whomever it is, as a worker does with partners that do not rest.</summary>
    public static async Task<IReadOnlyList<LeasedDelivery>> LeaseAsync(this ExchangeLedger ledger, string connector, string owner, int max, TimeSpan length, CancellationToken cancellation)
    {
        List<LeasedDelivery> leased = [];
        foreach (var partner in await ledger.ListDueAsync(connector, cancellation))
            if (leased.Count < max) leased.AddRange(await ledger.LeaseAsync(connector, partner.Receiver, owner, max - leased.Count, length, cancellation));
        return leased;
    }
}
