using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>The status packets that an outcome causes, for senders that are answered by them.</summary>
public sealed class Statuses(RoutingTable routes, DeliveryProfiles profiles, TimeProvider clock)
{
    /// <summary>03 back to the sender; nothing where he hears of it otherwise.</summary>
    public IReadOnlyList<NewDelivery> Received(ExchangeRecord exchange, DeliveryId about) => Back(exchange, about, DeliveryPurpose.StatusReceived, "");

    /// <summary>02 back to the sender, with the reason.</summary>
    public IReadOnlyList<NewDelivery> Refused(ExchangeRecord exchange, DeliveryId about, string reason) => Back(exchange, about, DeliveryPurpose.StatusRefused, reason);

    private NewDelivery[] Back(ExchangeRecord exchange, DeliveryId about, DeliveryPurpose purpose, string text)
    {
        if (!exchange.AnsweredByStatus) return [];

        // Intake saw the route. Should it have gone since, the delivery itself still counts; the missing status then shows in the exchange's history.
        return routes.Find(exchange.Sender) is { } back ? [profiles.Bind(new NewDelivery(DeliveryId.New(clock), exchange.Sender, back.Connector, purpose, about, text), clock.GetUtcNow())]
            : [];
    }
}
