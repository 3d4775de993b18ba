using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>A road to partners: the axis, the inside services, the boxes that SOAP partners fetch from. Registered as a singleton.</summary>
public interface IPartnerConnector
{
    /// <summary>As the routes name it: one of <see cref="Roads"/>.</summary>
    string Name { get; }

    /// <summary>True where the other side is itself a relay: then a hand-over is evidence RELAY_REMMD_ACCEPTANCE and not yet DELIVERY.</summary>
    bool Relays { get; }

    /// <summary>
    /// Hand-overs that can be under way on this node at once, at this moment. The worker leases no more, so that what this node has nobody for is left to others.
    /// </summary>
    int Places => int.MaxValue;

    /// <summary>There are more <see cref="Places"/> than before: the worker looks for work at once. A connector whose places do not change never raises it.</summary>
    event Action? PlacesAdded
    {
        add { }
        remove { }
    }

    /// <summary>Why this road can never carry the dossier; null where it can. Asked when the dossier is taken in, so that its sender learns at once.</summary>
    /// <param name="dossier">Each attachment with its size.</param>
    ExchangeFault? RefusalOf(Dossier dossier) => null;

    /// <summary>
    /// Hands one delivery over. Called again with the same <see cref="DeliveryWork.IdempotencyKey"/> whenever it is not known that the receiver has it.
    /// What it throws is taken as "not now"; a passing or permanent <see cref="ExchangeFault"/> as its catalogue line says.
    /// </summary>
    /// <param name="work">The delivery, leased.</param>
    /// <param name="cancellation">Fires when the time-out passed, the lease was lost or the hub stops; the delivery is then handed out again.</param>
    Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation);
}
