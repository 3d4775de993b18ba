using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>What keeps its order: all that one organ sends to another, in the order in which it came into the ledger. A status goes from the receiver of the dossier that it is about.</summary>
internal sealed class Lanes(World world)
{
    private Dictionary<string, (List<DeliveryRow> Lane, int Place)> _places = new(StringComparer.Ordinal);

    /// <param name="now">In the order of the ledger.</param>
    /// <param name="exchanges">Whose they are.</param>
    public void Look(List<DeliveryRow> now, Dictionary<string, ExchangeRow> exchanges)
    {
        if (!world.IsOrdered) return;
        var receivers = now.ToDictionary(row => row.Id, row => row.Receiver, StringComparer.Ordinal);
        _places = now.GroupBy(row => (row.About is { } about ? receivers[about] : exchanges[row.Exchange].Sender, row.Receiver))
            .Select(lane => lane.ToList())
            .SelectMany(lane => lane.Select((row, place) => (row.Id, Lane: lane, Place: place)))
            .ToDictionary(row => row.Id, row => (row.Lane, row.Place), StringComparer.Ordinal);
    }

    /// <summary>What the delivery has to wait for: an earlier one that is still in the hub's hands. Null where it has its turn.</summary>
    public DeliveryRow? Ahead(DeliveryRow row) => Earlier(row).FirstOrDefault(earlier => earlier.State is DeliveryState.Pending or DeliveryState.Leased or DeliveryState.Dead);

    /// <summary>Whether it waits for a dead one, and so for a person.</summary>
    public bool IsBlocked(DeliveryRow row) => row.State == DeliveryState.Pending && Earlier(row).Any(earlier => earlier.State == DeliveryState.Dead);

    /// <summary>What comes after it in its lane.</summary>
    public IEnumerable<DeliveryRow> Behind(DeliveryRow row) => _places.TryGetValue(row.Id, out var at) ? at.Lane.Skip(at.Place + 1) : [];

    private IEnumerable<DeliveryRow> Earlier(DeliveryRow row) => _places.TryGetValue(row.Id, out var at) ? at.Lane.Take(at.Place) : [];
}
