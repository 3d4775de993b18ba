using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>Holds each partner to its limits, so that one that floods the hub costs the others nothing.</summary>
public sealed class PartnerGate(IReplayGuard guard, ClaimOwner owner, ClaimOptions options)
{
    /// <summary>Lets a submission in; dispose of what this gives when it is taken in or refused.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED, with the time after which to try again.</exception>
    public async Task<IAsyncDisposable> EnterAsync(OrganId partner, CancellationToken cancellation)
    {
        var slot = owner.Slot();
        if (await guard.EnterAsync(partner, slot, options.LimitsOf(partner), cancellation) is not { } wait) return new Entered(guard, partner, slot);
        ClaimTelemetry.RefusedFor("limit");
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        throw new ExchangeFault(Fault.Overloaded, $"{partner} sends more than was agreed; try again in {seconds:0} s.", "limit.partner") { RetryAfter = TimeSpan.FromSeconds(seconds) };
    }

    private sealed class Entered(IReplayGuard guard, OrganId partner, string slot) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await guard.LeaveAsync(partner, slot, CancellationToken.None);
    }
}
