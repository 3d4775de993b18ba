using System.Collections.Frozen;

namespace Vss.Interlink.Exchange.Routing;

/// <summary>Which connector reaches an organ.</summary>
/// <param name="Receiver">The organ.</param>
/// <param name="Connector">Name of the connector, as <c>axis</c>.</param>
public sealed record Route(OrganId Receiver, string Connector);

/// <summary>All routes at one moment: an immutable snapshot, read once per message and handed on.</summary>
public sealed class RoutingTable
{
    private readonly FrozenDictionary<OrganId, Route> _byReceiver;

    private RoutingTable(FrozenDictionary<OrganId, Route> byReceiver) => _byReceiver = byReceiver;

    public IReadOnlyCollection<Route> Routes => _byReceiver.Values;

    /// <summary>The organ's route, or null: the caller must refuse.</summary>
    public Route? Find(OrganId receiver) => _byReceiver.GetValueOrDefault(receiver);

    /// <summary>The table, or null with everything that is wrong, at once.</summary>
    /// <param name="entries">Receiver and connector as they stand in the configuration.</param>
    /// <param name="wrong">Takes one sentence per fault.</param>
    public static RoutingTable? Build(IEnumerable<(string? Receiver, string? Connector)> entries, ICollection<string> wrong)
    {
        Dictionary<OrganId, Route> routes = [];
        var before = wrong.Count;
        foreach (var (receiver, connector) in entries)
        {
            if (string.IsNullOrWhiteSpace(connector)) wrong.Add($"Routes: '{receiver}' names no connector.");
            if (!OrganId.TryParse(receiver, out var organ)) wrong.Add($"Routes: '{receiver}' is no organ code.");
            else if (!routes.TryAdd(organ, new Route(organ, connector ?? ""))) wrong.Add($"Routes: {organ} stands twice; one organ has one route.");
        }

        return wrong.Count == before ? new RoutingTable(routes.ToFrozenDictionary()) : null;
    }
}
