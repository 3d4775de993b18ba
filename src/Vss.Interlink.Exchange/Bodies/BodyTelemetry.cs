using System.Diagnostics.Metrics;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>The store's metrics, under the meter <c>Vss.Interlink.Exchange.Bodies</c>.</summary>
internal static class BodyTelemetry
{
    private static readonly Meter Meter = new("Vss.Interlink.Exchange.Bodies");
    private static readonly Counter<long> UnreadableBodies = Meter.CreateCounter<long>("interlink.bodies.unreadable", description: "Bodies that were asked for and could not be read, with the rule that found it.");
    private static readonly Counter<long> TurnedAway = Meter.CreateCounter<long>("interlink.intake.turned_away", description: "Submissions that were told to come again later, with what there was no room for.");

    public static void Unreadable(string rule) => UnreadableBodies.Add(1, KeyValuePair.Create<string, object?>("rule", rule));

    public static void NoRoom(string rule) => TurnedAway.Add(1, KeyValuePair.Create<string, object?>("rule", rule));
}
