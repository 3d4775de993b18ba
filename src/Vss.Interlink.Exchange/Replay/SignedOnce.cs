using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// A signed request counts once within the window of its Timestamp (WSS 1.1 §13.2): who recorded one cannot fetch with it. Submissions need no such rule: their repeats are answered with the
/// receipt that stands, and a partner may send again the very octets that it kept.
/// </summary>
public sealed class SignedOnce(IReplayGuard guard, TimeProvider clock)
{
    /// <exception cref="ExchangeFault">TIMESTAMP_OUT_OF_WINDOW, rule <c>time.replay</c>: it was seen before; rule <c>time.window</c>: it has ended meanwhile. OVERLOADED: it cannot be told.</exception>
    public async Task RequireAsync(OrganId partner, VerifiedDocument document, CancellationToken cancellation)
    {
        if (document.Nonce is not { } nonce) return;
        if (nonce.Until <= clock.GetUtcNow()) throw new ExchangeFault(Fault.TimestampOutOfWindow, "The window of this request's Timestamp ended while it was judged.", "time.window");
        try
        {
            if (await guard.SeeAsync(partner, Convert.ToHexStringLower(nonce.Id.Span), nonce.Until, cancellation)) return;
        }
        catch (GuardFullException)
        {
            ClaimTelemetry.RefusedFor("nonce");
            throw new ExchangeFault(Fault.Overloaded, $"Too many signed requests of {partner} came within one window; try again in 30 s.", "limit.nonces") { RetryAfter = TimeSpan.FromSeconds(30) };
        }

        ClaimTelemetry.RefusedFor("nonce");
        throw new ExchangeFault(Fault.TimestampOutOfWindow, "This signed request was seen before; within the window of its Timestamp it counts once.", "time.replay");
    }
}
