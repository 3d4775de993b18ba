using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>
/// Whether there is room for more: on the disk, and among the deliveries that wait. Asked before anything of a submission is written, so that the hub says "later" while it can still write
/// what it owes: outcomes, evidence and audit of what it has accepted.
/// </summary>
/// <param name="folder">On the volume that fills up.</param>
/// <param name="minFreeBytes">Octets that must stay free there.</param>
/// <param name="maxOutstanding">Deliveries that may be pending or leased.</param>
/// <param name="ledger">Counts them.</param>
/// <param name="clock">Measures how old an answer is; each serves for two seconds.</param>
public sealed class IntakeRoom(string folder, long minFreeBytes, long maxOutstanding, ExchangeLedger ledger, TimeProvider clock)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);

    private Seen? _seen;

    /// <summary>Throws OVERLOADED while there is no room.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED: nothing was taken in; the sender comes again.</exception>
    public async Task RequireAsync(CancellationToken cancellation)
    {
        if (await LackAsync(cancellation) is { } lack) throw Refusal(lack);
    }

    /// <summary>What there is no room on; null while there is.</summary>
    internal async Task<Lack?> LackAsync(CancellationToken cancellation)
    {
        var seen = Volatile.Read(ref _seen);
        if (seen is null || clock.GetElapsedTime(seen.At) >= GoodFor) Volatile.Write(ref _seen, seen = await LookAsync(cancellation));   // several at once look several times, which harms nobody
        return seen.Lack;
    }

    /// <summary>What a sender is told who needs the room.</summary>
    internal static ExchangeFault Refusal(Lack lack)
    {
        BodyTelemetry.NoRoom(lack.Rule);
        return new ExchangeFault(Fault.Overloaded, lack.Detail, lack.Rule);
    }

    private async Task<Seen> LookAsync(CancellationToken cancellation)
    {
        var at = clock.GetTimestamp();
        if (new DriveInfo(folder).AvailableFreeSpace < minFreeBytes) return new Seen(at, new Lack("The hub's disk is nearly full; nothing was taken in.", DiskRoom.Rule));
        return await ledger.CountOutstandingAsync(maxOutstanding, cancellation) >= maxOutstanding
            ? new Seen(at, new Lack("Too many deliveries wait for their receivers; nothing was taken in.", "limit.outstanding"))
            : new Seen(at, null);
    }

    internal sealed record Lack(string Detail, string Rule);

    private sealed record Seen(long At, Lack? Lack);
}
