using System.Diagnostics.Metrics;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>What time stamps of evidence tell; the authorities' answers are counted in Trust.</summary>
internal static class StampTelemetry
{
    private static readonly Meter Meter = new("Vss.Interlink.Exchange.Evidence");
    private static readonly Counter<long> Evidence = Meter.CreateCounter<long>("interlink.evidence.stamped", description: "Pieces of evidence that got a time stamp.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("interlink.evidence.stamps.failed", description: "Batches and probes for which no authority gave a good token.");

    public static void Stamped(int count) => Evidence.Add(count);

    public static void Failed() => Failures.Add(1);
}
