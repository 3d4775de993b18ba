using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>What a full disk looks like, and what a sender is told of it.</summary>
internal static class DiskRoom
{
    public const string Rule = "limit.disk";

    private const int NoSpace = 28;        // ENOSPC
    private const int OverQuota = 122;     // EDQUOT, on Linux
    private const int TooLarge = 27;       // EFBIG: RLIMIT_FSIZE, which some hosts set instead of a quota
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether a write failed for want of room. .NET puts the system's own number into HResult.</summary>
    public static bool IsFull(IOException failed) => failed.HResult is NoSpace or OverQuota or TooLarge or WindowsDiskFull;

    public static ExchangeFault Refusal() => new(Fault.Overloaded, "The hub's disk is full; nothing was taken in.", Rule);
}
