using System.Diagnostics.Metrics;

namespace Vss.Interlink.Trust.Online;

/// <summary>What the hub tells of its asking: counts and durations by kind and host, never about whom it asked.</summary>
internal static class OnlineTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Vss.Interlink.Trust";

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Fetches = Meter.CreateHistogram<double>("interlink.trust.fetch.duration", "s", "Duration of questions to authorities, with what came of them.");
    private static readonly Counter<long> Found = Meter.CreateCounter<long>("interlink.trust.library.found", description: "Answers that another node, or this one before a restart, had obtained.");
    private static readonly Counter<long> Waits = Meter.CreateCounter<long>("interlink.trust.waits", description: "Documents that waited for an answer, with whether it came in time.");
    private static readonly Counter<long> Stamps = Meter.CreateCounter<long>("interlink.trust.timestamps", description: "Requests to time-stamping authorities, with what came of them.");
    private static readonly Gauge<long> Endangered = Meter.CreateGauge<long>("interlink.trust.answers.endangered", description: "Answers in use that could not be renewed and will end.");
    private static readonly Gauge<long> Known = Meter.CreateGauge<long>("interlink.trust.answers", description: "Answers at hand.");

    /// <param name="kind">What was asked for.</param>
    /// <param name="host">Whom; one of the configured hosts.</param>
    /// <param name="outcome">good, same, refused or failed.</param>
    /// <param name="took">How long it took.</param>
    public static void Fetched(AnswerKind kind, string host, string outcome, TimeSpan took) =>
        Fetches.Record(took.TotalSeconds, new("kind", NameOf(kind)), new("server.address", host), new("outcome", outcome));

    public static void FoundInLibrary(AnswerKind kind) => Found.Add(1, new KeyValuePair<string, object?>("kind", NameOf(kind)));

    public static void Waited(bool came) => Waits.Add(1, new KeyValuePair<string, object?>("came", came));

    /// <param name="host">Which authority.</param>
    /// <param name="outcome">good, refused or failed.</param>
    public static void Stamped(string host, string outcome) => Stamps.Add(1, new("server.address", host), new("outcome", outcome));

    public static void At(int known, int endangered)
    {
        Known.Record(known);
        Endangered.Record(endangered);
    }

    private static string NameOf(AnswerKind kind) => kind switch { AnswerKind.Ocsp => "ocsp", AnswerKind.List => "list", _ => "issuer" };
}
