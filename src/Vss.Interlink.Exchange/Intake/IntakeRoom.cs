using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>
/// Whether there is room for more: on the disk, among the deliveries that wait, and among the evidence that waits for its time stamp. Asked before anything of a submission is written, so that the
/// hub says "later" while it can still write what it owes: outcomes, evidence and audit of what it has accepted.
/// </summary>
/// <param name="folder">On the volume that fills up.</param>
/// <param name="minFreeBytes">Octets that must stay free there.</param>
/// <param name="maxOutstanding">Deliveries that may be pending or leased.</param>
/// <param name="ledger">Counts them.</param>
/// <param name="clock">Measures how old an answer is; each serves for two seconds.</param>
/// <param name="stampGrace">How long evidence may wait for its time stamp; null where it gets none.</param>
public sealed class IntakeRoom(string folder, long minFreeBytes, long maxOutstanding, ExchangeLedger ledger, TimeProvider clock, TimeSpan? stampGrace = null)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);

    private Seen? _seen;

    /// <summary>Refuses while nothing new can be taken in.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED, or TIME_STAMPS_UNAVAILABLE: nothing was taken in; the sender comes again.</exception>
    public async Task RequireAsync(CancellationToken cancellation)
    {
        if (await LackAsync(cancellation) is { } lack) throw Refusal(lack);
    }

    /// <summary>Why nothing new can be taken in; null while it can.</summary>
    internal async Task<Lack?> LackAsync(CancellationToken cancellation)
    {
        var seen = Volatile.Read(ref _seen);
        if (seen is null || clock.GetElapsedTime(seen.At) >= GoodFor) Volatile.Write(ref _seen, seen = new Seen(clock.GetTimestamp(), await RoomAsync(cancellation) ?? await StampsAsync(cancellation)));   // several at once look several times, which harms nobody
        return seen.Lack;
    }

    /// <summary>What a sender is told who needs the room.</summary>
    internal static ExchangeFault Refusal(Lack lack)
    {
        BodyTelemetry.NoRoom(lack.Rule);
        return new ExchangeFault(lack.Fault, lack.Detail, lack.Rule);
    }

    private async Task<Lack?> RoomAsync(CancellationToken cancellation)
    {
        if (new DriveInfo(folder).AvailableFreeSpace < minFreeBytes) return new Lack(Fault.Overloaded, "The hub's disk is nearly full; nothing was taken in.", DiskRoom.Rule);
        return await ledger.CountOutstandingAsync(maxOutstanding, cancellation) >= maxOutstanding
            ? new Lack(Fault.Overloaded, "Too many deliveries wait for their receivers; nothing was taken in.", "limit.outstanding")
            : null;
    }

    private async Task<Lack?> StampsAsync(CancellationToken cancellation) =>
        stampGrace is { } grace && await ledger.OldestUnstampedAsync(cancellation) is { } since && clock.GetUtcNow() - since > grace
            ? new Lack(Fault.TimeStampsUnavailable, $"Evidence has waited for its time stamp since {VietnamTime.Format(since)}; nothing was taken in.", "limit.time-stamps")
            : null;

    internal sealed record Lack(Fault Fault, string Detail, string Rule);

    private sealed record Seen(long At, Lack? Lack);
}
