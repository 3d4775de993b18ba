using System.Globalization;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Whether this node's clock may be used beside those of other nodes. Leases are times in the ledger that each node compares with its own clock: one that is ahead by a whole lease would take every delivery
/// that another node is working on. The data base's clock is what they have in common, so it is held against that; a ledger in a file has one node.
/// </summary>
/// <param name="ledger">Of all nodes.</param>
/// <param name="lease">The length of leases: a clock may be a third of it off, so that two nodes may be off to either side, and a heartbeat is in time.</param>
public sealed class LedgerClock(ExchangeLedger ledger, TimeSpan lease)
{
    /// <summary>How far a clock may be off.</summary>
    public TimeSpan Most { get; } = lease / 3;

    /// <summary>A sentence that says how far it is off, or null when it is well.</summary>
    /// <exception cref="System.Data.Common.DbException">The data base cannot be asked.</exception>
    public async Task<string?> TroubleAsync(CancellationToken cancellation)
    {
        var ahead = await ledger.ClockAheadAsync(cancellation);
        return ahead.Duration() <= Most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The clock of this node is {ahead.Duration().TotalSeconds:0.0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the data base's; more than {Most.TotalSeconds:0.0} s (a third of Delivery:Lease) lets nodes take each other's deliveries. Set it by a time service.");
    }
}
