using System.Diagnostics.Metrics;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>What claims tell: counts, never whose message.</summary>
internal static class ClaimTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Vss.Interlink.Exchange";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Claims = Meter.CreateCounter<long>("interlink.exchange.claims", description: "Claims, with what they came to: first, same-again, in-flight or conflict.");
    private static readonly Counter<long> Fallbacks = Meter.CreateCounter<long>("interlink.exchange.claims.without_redis", description: "Steps that went without Redis while it was away.");
    private static readonly Counter<long> Overruled = Meter.CreateCounter<long>("interlink.exchange.claims.overruled", description: "Answers of the guard that the ledger contradicted, with what they were.");
    private static readonly Counter<long> Fenced = Meter.CreateCounter<long>("interlink.exchange.claims.fenced", description: "Claims whose lease had ended before their work did.");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("interlink.exchange.refusals", description: "Submissions above a partner's limits and signed requests that were seen before.");

    /// <param name="outcome">first, same-again, in-flight or conflict.</param>
    public static void Claimed(string outcome) => Claims.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="step">claim, accepted, release, nonce, enter or probe.</param>
    public static void WithoutRedis(string step) => Fallbacks.Add(1, new KeyValuePair<string, object?>("step", step));

    /// <param name="answer">taken, in-flight or accepted.</param>
    public static void OverruledAnswer(string answer) => Overruled.Add(1, new KeyValuePair<string, object?>("answer", answer));

    public static void WasFenced() => Fenced.Add(1);

    /// <param name="reason">limit or nonce.</param>
    public static void RefusedFor(string reason) => Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
