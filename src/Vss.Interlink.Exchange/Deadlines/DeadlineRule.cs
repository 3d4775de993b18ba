namespace Vss.Interlink.Exchange.Deadlines;

/// <summary>By when a partner must have what was accepted for him.</summary>
/// <param name="WorkingDays">So many working days after the acceptance; or null.</param>
/// <param name="WorkingHours">So many working hours after it; or null. One of the two.</param>
/// <param name="WarnHours">It is said that the deadline is near when so many working hours are left; 0: not at all.</param>
public sealed record DeadlineRule(int? WorkingDays, int? WorkingHours, int WarnHours)
{
    /// <summary>The deadline of what was accepted then, and when to warn. Null: it is in a year for which nothing can be said.</summary>
    public (DateTimeOffset ExpiresAt, DateTimeOffset? WarnAt)? After(DateTimeOffset accepted, WorkingCalendar calendar)
    {
        var expires = WorkingDays is { } days ? calendar.AfterDays(accepted, days) : calendar.AfterHours(accepted, TimeSpan.FromHours(WorkingHours ?? 0));
        if (expires is not { } deadline) return null;
        var warn = WarnHours > 0 ? calendar.BeforeHours(deadline, TimeSpan.FromHours(WarnHours)) : null;
        return (deadline, warn < accepted ? accepted : warn);
    }
}
