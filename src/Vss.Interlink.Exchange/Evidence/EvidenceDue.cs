using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>
/// The evidence with which a delivery stands in its state: what the steps that lead there write, and nothing else. Only RELAY_REMMD_FAILURE of earlier rounds of attempts may stand beside it, whatever
/// came of the delivery afterwards.
/// </summary>
internal static class EvidenceDue
{
    /// <summary>State, road (null: every other), and the evidence: one of the lists, all of it.</summary>
    public static IReadOnlyList<(DeliveryState State, string? Road, string[][] Due)> All { get; } =
    [
        (DeliveryState.Pending, null, [[]]),
        (DeliveryState.Leased, null, [[]]),
        (DeliveryState.Available, null, [[EvidenceType.Delivery]]),
        (DeliveryState.Delivered, Roads.Axis, [[EvidenceType.RelayAcceptance]]),
        (DeliveryState.Delivered, Roads.Box, [[EvidenceType.Delivery, EvidenceType.Retrieval]]),
        (DeliveryState.Delivered, null, [[EvidenceType.Delivery]]),
        (DeliveryState.Refused, Roads.Axis, [[EvidenceType.RelayRejection], [EvidenceType.NonDelivery]]),   // the latter when the relay was not called
        (DeliveryState.Refused, null, [[EvidenceType.NonDelivery]]),
        (DeliveryState.Dead, Roads.Axis, [[EvidenceType.RelayFailure]]),
        (DeliveryState.Dead, null, [[]]),
        (DeliveryState.Discarded, null, [[EvidenceType.NonDelivery]]),
        (DeliveryState.Expired, Roads.Box, [[EvidenceType.NonDelivery], [EvidenceType.Delivery, EvidenceType.NonRetrieval]]),   // the latter when it lay in the box
        (DeliveryState.Expired, null, [[EvidenceType.NonDelivery]]),
    ];

    /// <summary>What is missing, as text: of several lists that might be complete the shortest way to one; null when one is.</summary>
    /// <param name="state">The delivery's.</param>
    /// <param name="road">Its connector.</param>
    /// <param name="standing">Types of its evidence.</param>
    /// <exception cref="InvalidDataException">The state is none, so the ledger is damaged.</exception>
    public static string? Missing(DeliveryState state, string road, IReadOnlyCollection<string> standing)
    {
        var missing = Of(state, road).Select(due => due.Except(standing).ToList()).ToList();
        var fewest = missing.Min(types => types.Count);
        return fewest == 0 ? null : string.Join(" or ", missing.Where(types => types.Count == fewest).Select(types => string.Join(" and ", types)));
    }

    /// <summary>Evidence of another end than the state's, as text; null when there is none.</summary>
    /// <inheritdoc cref="Missing"/>
    public static string? Surplus(DeliveryState state, string road, IReadOnlyCollection<string> standing)
    {
        List<string>? fewest = null;
        foreach (var due in Of(state, road).Where(due => due.All(standing.Contains)))
        {
            var left = standing.Where(type => type != EvidenceType.RelayFailure).ToList();
            foreach (var type in due) left.Remove(type);
            if (fewest is null || left.Count < fewest.Count) fewest = left;
        }

        return fewest is { Count: > 0 } ? string.Join(" and ", fewest) : null;
    }

    private static string[][] Of(DeliveryState state, string road) =>
        All.FirstOrDefault(one => one.State == state && (one.Road is null || one.Road == road)).Due ?? throw new InvalidDataException($"{(int)state} in the ledger is no state of a delivery.");
}
