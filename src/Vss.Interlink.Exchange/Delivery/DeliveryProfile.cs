using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Ledger;

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
        if (Concurrency is < 1 or > 1024) wrong.Add($"{where}: hand-overs at once to a partner must be 1 to 1024.");
        if (HandOverTimeout <= TimeSpan.Zero || HandOverTimeout > TimeSpan.FromDays(1)) wrong.Add($"{where}:HandOverTimeout must be above zero and at most a day.");
        if (MaxAttempts < 1) wrong.Add($"{where}:MaxAttempts must be at least 1.");
        if (GiveUpAfter <= TimeSpan.Zero || GiveUpAfter > TimeSpan.FromDays(365)) wrong.Add($"{where}:GiveUpAfter must be above zero and at most 365 days.");
        if (FirstWait <= TimeSpan.Zero || LongestWait < FirstWait) wrong.Add($"{where}:FirstWait must be above zero and LongestWait not below it.");
        if (Breaker.RestAfter < 2) wrong.Add($"{where}:BreakerFailures must be at least 2.");
        if (Breaker.Within < TimeSpan.FromSeconds(1) || Breaker.Rest < TimeSpan.FromSeconds(1)) wrong.Add($"{where}:BreakerWindow and BreakerRest must be at least a second.");
    }
}
