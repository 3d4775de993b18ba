using System.Globalization;

namespace Vss.Interlink.Exchange.Simulation.Tests;

/// <summary>Ten thousand seeds, once, on every core there is.</summary>
public sealed class ManySeeds : IAsyncLifetime
{
    public const int Count = 10_000;

    private readonly List<(int ExitCode, string Output)> _runs = [];

    /// <summary>Whether every seed kept every promise.</summary>
    public bool Kept => _runs.All(run => run.ExitCode == 0);

    public string Output => string.Join('\n', _runs.Select(run => run.Output));

    /// <summary>How often each kind of fault happened.</summary>
    public IReadOnlyDictionary<string, long> Faults => Harness.Lines(Output, "fault ").Select(line => line["fault ".Length..].Split(": "))
        .GroupBy(kind => kind[0], kind => long.Parse(kind[1], CultureInfo.InvariantCulture), StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Sum(), StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        var processes = Math.Clamp(Environment.ProcessorCount, 1, 16);
        var runs = Enumerable.Range(0, processes).Select(process => (From: (Count * process / processes) + 1, Until: Count * (process + 1) / processes));
        _runs.AddRange(await Task.WhenAll(runs.Select(run => Harness.RunAsync("run", run.From, run.Until - run.From + 1))));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
