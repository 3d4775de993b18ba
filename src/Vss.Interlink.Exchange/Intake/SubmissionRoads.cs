using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>The deliveries that a submission asks for. Whoever cannot be reached is told to the sender at once, and then nothing is queued for anybody.</summary>
/// <param name="routes">Which organs can be reached.</param>
/// <param name="connectors">The roads, which know what they can carry.</param>
/// <param name="policies">The policies at this moment.</param>
/// <param name="clock">The one clock.</param>
public sealed class SubmissionRoads(RoutingTable routes, IEnumerable<IPartnerConnector> connectors, Func<PartnerPolicies> policies, TimeProvider clock)
{
    private readonly ILookup<string, IPartnerConnector> _connectors = connectors.ToLookup(connector => connector.Name, StringComparer.Ordinal);

    /// <summary>A delivery for each receiver, and of statuses where the sender is told by them.</summary>
    /// <exception cref="ExchangeFault">UNKNOWN_RECEIVER, POLICY_MISSING, or that of a road that cannot carry the dossier.</exception>
    internal List<NewDelivery> Of(Submission submission)
    {
        var unknown = submission.DeliverTo.Where(receiver => routes.Find(receiver) is null).ToList();
        if (unknown.Count > 0) throw new ExchangeFault(Fault.UnknownReceiver, $"No route to {string.Join(", ", unknown)}; nothing was queued.", "route.receiver");
        var suspended = submission.DeliverTo.Where(receiver => policies().SuspensionOf(receiver.ToString()) == SuspensionRule.Refuse).ToList();
        if (suspended.Count > 0) throw new ExchangeFault(Fault.UnknownReceiver, $"{string.Join(", ", suspended)} is suspended at this hub; nothing was queued.", "policy.suspended");
        foreach (var road in submission.DeliverTo.Select(receiver => routes.Find(receiver)!.Connector).Distinct(StringComparer.Ordinal))
            if (_connectors[road].Select(connector => connector.RefusalOf(submission.Dossier)).FirstOrDefault(refusal => refusal is not null) is { } refused)
                throw refused;
        List<NewDelivery> deliveries = [];
        foreach (var receiver in submission.DeliverTo)
        {
            var dossier = new NewDelivery(DeliveryId.New(clock), receiver, routes.Find(receiver)!.Connector, DeliveryPurpose.Dossier);
            deliveries.Add(dossier);
            if (submission.AnsweredByStatus) deliveries.Add(Arrived(submission.Sender, dossier));
        }

        return deliveries;
    }

    private NewDelivery Arrived(OrganId sender, NewDelivery dossier)
    {
        var back = routes.Find(sender) ?? throw new ExchangeFault(Fault.PolicyMissing, $"No route back to {sender}, who is answered by status packets.", "route.status");
        return new NewDelivery(DeliveryId.New(clock), sender, back.Connector, DeliveryPurpose.StatusArrived, dossier.Id);
    }
}
