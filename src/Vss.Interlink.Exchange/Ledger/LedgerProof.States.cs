using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

public sealed partial class LedgerProof
{
    private static void CheckStates(ExchangeRows rows, Action<string, string> broken)
    {
        var view = rows.View;
        if (view.Deliveries.Count == 0) broken("ledger.deliveries", "It has no delivery, so it would reach nobody.");
        var state = ExchangeStates.Of([.. view.Deliveries.Select(delivery => (DeliveryPurpose.Stored(delivery.Purpose), delivery.State))]);
        if (view.State != state) broken("ledger.state", $"It is {view.State} and its deliveries make it {state}.");
        foreach (var delivery in view.Deliveries)
        {
            var (road, standing) = (rows.Roads[delivery.DeliveryId], view.Evidence.Where(evidence => evidence.DeliveryId == delivery.DeliveryId).Select(evidence => evidence.Type).ToList());
            if (EvidenceDue.Missing(delivery.State, road, standing) is { } missing) broken("ledger.evidence.missing", $"{delivery.DeliveryId} is {delivery.State} and there is no {missing} of it.");
            else if (EvidenceDue.Surplus(delivery.State, road, standing) is { } surplus) broken("ledger.evidence.state", $"{delivery.DeliveryId} is {delivery.State} and there is {surplus} of it.");
        }
    }
}
