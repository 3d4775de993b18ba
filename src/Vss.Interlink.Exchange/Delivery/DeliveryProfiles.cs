using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>The profile of each partner, and what it makes of a delivery that is queued for him.</summary>
public sealed partial class DeliveryProfiles
{
    private readonly DeliveryProfile _everybody;
    private readonly Dictionary<OrganId, DeliveryProfile> _partners;
    private readonly WorkingCalendar _calendar;
    private readonly ILogger<DeliveryProfiles> _logger;
    private int _toldOf;

    /// <param name="options">Checked before.</param>
    /// <param name="calendar">For deadlines.</param>
    /// <param name="logger">Takes deadlines that nobody knows.</param>
    public DeliveryProfiles(DeliveryOptions options, WorkingCalendar calendar, ILogger<DeliveryProfiles> logger)
    {
        (_calendar, _logger) = (calendar, logger);
        _everybody = DeliveryProfile.Of(options, null);
        _partners = options.Partners.ToDictionary(partner => OrganId.Stored(partner.Receiver!), partner => DeliveryProfile.Of(options, partner));
    }

    /// <summary>What is wrong with the deadline of something that would be accepted now, for operators; null when nothing is.</summary>
    public string? DeadlineTrouble(DateTimeOffset now)
    {
        var deadlines = _partners.Values.Select(profile => profile.Deadline).OfType<DeadlineRule>().Select(rule => rule.After(now, _calendar)?.ExpiresAt).ToList();
        if (deadlines.Contains(null)) return "Deadlines reach into a year for which no working days can be told: deliveries have none.";
        return deadlines.Max(deadline => _calendar.ProvisionalYear(deadline!.Value)) is { } year
            ? $"Deadlines reach into {year}, and the calendar has no notice of its holidays: they are provisional, with every day off that the law allows for. Put {year} into the file of Exchange:Calendar."
            : null;
    }

    /// <summary>How far ahead a partner's next attempt or probe is put at most.</summary>
    internal TimeSpan Furthest => _partners.Values.Append(_everybody).Max(profile => profile.LongestWait > profile.Breaker.Rest ? profile.LongestWait : profile.Breaker.Rest);

    public DeliveryProfile For(OrganId receiver) => _partners.GetValueOrDefault(receiver, _everybody);

    /// <summary>The delivery with its receiver's order and deadline. A status has an order and no deadline: it is news, not a document.</summary>
    public NewDelivery Bind(NewDelivery delivery, DateTimeOffset accepted)
    {
        var profile = For(delivery.Receiver);
        var bound = profile.Ordered ? delivery with { Ordered = true } : delivery;
        if (profile.Deadline is not { } rule || !delivery.Purpose.IsDossier) return bound;
        if (rule.After(accepted, _calendar) is var (expires, warn))
        {
            if (_calendar.ProvisionalYear(expires) is { } year && Interlocked.Exchange(ref _toldOf, year) != year) LogProvisional(_logger, year);
            return bound with { ExpiresAt = expires, WarnAt = warn };
        }

        LogNoDeadline(_logger, delivery.Id, delivery.Receiver);
        return bound;
    }

    [LoggerMessage(2321, LogLevel.Error, "{Delivery} to {Receiver} has no deadline: it would be in a year for which no working days can be told")]
    private static partial void LogNoDeadline(ILogger logger, DeliveryId delivery, OrganId receiver);

    [LoggerMessage(2322, LogLevel.Warning, "Deadlines that reach into {Year} are provisional: the calendar has no notice of its holidays, so every day counts as off that the law allows for")]
    private static partial void LogProvisional(ILogger logger, int year);
}
