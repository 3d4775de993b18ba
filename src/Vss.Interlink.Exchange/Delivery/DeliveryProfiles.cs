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

    /// <param name="options">Checked before.</param>
    /// <param name="calendar">For deadlines.</param>
    /// <param name="logger">Takes deadlines that nobody knows.</param>
    public DeliveryProfiles(DeliveryOptions options, WorkingCalendar calendar, ILogger<DeliveryProfiles> logger)
    {
        (_calendar, _logger) = (calendar, logger);
        _everybody = DeliveryProfile.Of(options, null);
        _partners = options.Partners.ToDictionary(partner => OrganId.Stored(partner.Receiver!), partner => DeliveryProfile.Of(options, partner));
    }

    /// <summary>Whether any partner has a deadline.</summary>
    public bool HaveDeadlines => _partners.Values.Any(profile => profile.Deadline is not null);

    public DeliveryProfile For(OrganId receiver) => _partners.GetValueOrDefault(receiver, _everybody);

    /// <summary>The delivery with its receiver's order and deadline. A status has an order and no deadline: it is news, not a document.</summary>
    public NewDelivery Bind(NewDelivery delivery, DateTimeOffset accepted)
    {
        var profile = For(delivery.Receiver);
        var bound = profile.Ordered ? delivery with { Ordered = true } : delivery;
        if (profile.Deadline is not { } rule || !delivery.Purpose.IsDossier) return bound;
        if (rule.After(accepted, _calendar) is var (expires, warn)) return bound with { ExpiresAt = expires, WarnAt = warn };
        LogNoDeadline(_logger, delivery.Id, delivery.Receiver);
        return bound;
    }

    [LoggerMessage(2321, LogLevel.Error, "{Delivery} to {Receiver} has no deadline: it would be in a year of which the calendar has no data")]
    private static partial void LogNoDeadline(ILogger logger, DeliveryId delivery, OrganId receiver);
}
