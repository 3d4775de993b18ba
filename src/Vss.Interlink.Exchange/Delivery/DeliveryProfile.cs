using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>How one partner is delivered to.</summary>
/// <param name="Concurrency">Hand-overs at once of one node.</param>
/// <param name="Ordered">Whether what one organ sends to him keeps its order.</param>
/// <param name="HandOverTimeout">How long one hand-over may take.</param>
/// <param name="MaxAttempts">Attempts until a delivery is dead.</param>
/// <param name="GiveUpAfter">Time until a delivery is dead, however many attempts counted.</param>
/// <param name="FirstWait">Wait after the first failed attempt; it doubles.</param>
/// <param name="LongestWait">The longest wait.</param>
/// <param name="Breaker">When he is left in peace, and for how long.</param>
/// <param name="Deadline">By when he must have it, or null.</param>
public sealed record DeliveryProfile(
    int Concurrency,
    bool Ordered,
    TimeSpan HandOverTimeout,
    int MaxAttempts,
    TimeSpan GiveUpAfter,
    TimeSpan FirstWait,
    TimeSpan LongestWait,
    PartnerSign.Failed Breaker,
    DeadlineRule? Deadline)
{
    internal static DeliveryProfile Of(DeliveryOptions all, PartnerDeliveryOptions? partner) => new(
        partner?.Concurrency ?? all.PartnerConcurrency,
        partner?.Ordered ?? false,
        partner?.HandOverTimeout ?? all.HandOverTimeout,
        partner?.MaxAttempts ?? all.MaxAttempts,
        partner?.GiveUpAfter ?? all.GiveUpAfter,
        partner?.FirstWait ?? all.FirstWait,
        partner?.LongestWait ?? all.LongestWait,
        new PartnerSign.Failed(partner?.BreakerFailures ?? all.BreakerFailures, partner?.BreakerWindow ?? all.BreakerWindow, partner?.BreakerRest ?? all.BreakerRest),
        partner is { DeadlineDays: not null } or { DeadlineHours: not null } ? new DeadlineRule(partner.DeadlineDays, partner.DeadlineHours, partner.WarnHours) : null);

    internal void Check(string where, ICollection<string> wrong)
    {
        Bounds.Check($"{where}:HandOverTimeout", HandOverTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), wrong);   // as Polly's
        Bounds.Check($"{where}:MaxAttempts", MaxAttempts, 1, 1_000_000, wrong);
        Bounds.Check($"{where}:GiveUpAfter", GiveUpAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365), wrong);
        Bounds.Check($"{where}:FirstWait", FirstWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), wrong);
        Bounds.Check($"{where}:LongestWait", LongestWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(30), wrong);
        if (LongestWait < FirstWait) wrong.Add($"{where}:LongestWait must not be below {where}:FirstWait.");
        Bounds.Check($"{where}:BreakerFailures", Breaker.RestAfter, 2, 1_000_000, wrong);
        Bounds.Check($"{where}:BreakerWindow", Breaker.Within, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), wrong);
        Bounds.Check($"{where}:BreakerRest", Breaker.Rest, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), wrong);
    }
}
