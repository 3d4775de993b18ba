using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>The evidence with which a delivery stands in its state: what every step that leads there writes, and nothing else (message-life.md).</summary>
internal static class EvidenceDue
{
    /// <summary>What is missing: a type, or types of which one should stand there; null when nothing is.</summary>
    /// <param name="state">The delivery's.</param>
    /// <param name="road">Its connector.</param>
    /// <param name="standing">Types of its evidence.</param>
    public static string? Missing(DeliveryState state, string road, IReadOnlyCollection<string> standing)
    {
        if (state == DeliveryState.Dead && road == Roads.Axis && !standing.Contains(EvidenceType.RelayFailure)) return EvidenceType.RelayFailure;
        var missing = Of(state, road).Select(due => due.Where(type => !standing.Contains(type)).ToList()).ToList();
        return missing.Any(types => types.Count == 0) ? null : string.Join(" or ", missing.OrderBy(types => types.Count).Select(types => string.Join(" and ", types)).Distinct());
    }

    /// <summary>Evidence of what the state has not reached or is the contrary of; empty when there is none.</summary>
    public static IReadOnlyList<string> Surplus(DeliveryState state, string road, IReadOnlyCollection<string> standing)
    {
        // A relay's failures stay with what a person gave new attempts, whatever came of it.
        var ends = standing.Where(type => type != EvidenceType.RelayFailure).ToList();
        return Of(state, road).Any(due => ends.Count == due.Length && due.All(ends.Contains)) ? [] : [.. ends.Except(Of(state, road).SelectMany(due => due)).DefaultIfEmpty(string.Join(" and ", ends))];
    }

    private static string[][] Of(DeliveryState state, string road) => (state, road) switch
    {
        (DeliveryState.Available, _) => [[EvidenceType.Delivery]],
        (DeliveryState.Delivered, Roads.Axis) => [[EvidenceType.RelayAcceptance]],
        (DeliveryState.Delivered, Roads.Box) => [[EvidenceType.Delivery, EvidenceType.Retrieval]],
        (DeliveryState.Delivered, _) => [[EvidenceType.Delivery]],
        (DeliveryState.Refused, Roads.Axis) => [[EvidenceType.RelayRejection], [EvidenceType.NonDelivery]],   // the hub itself, when the relay was not called
        (DeliveryState.Refused or DeliveryState.Discarded, _) => [[EvidenceType.NonDelivery]],
        (DeliveryState.Expired, _) => [[EvidenceType.NonDelivery], [EvidenceType.Delivery, EvidenceType.NonRetrieval]],   // the latter out of a box
        _ => [[]],
    };
}
