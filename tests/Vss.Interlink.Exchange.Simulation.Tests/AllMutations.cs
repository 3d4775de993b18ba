namespace Vss.Interlink.Exchange.Simulation.Tests;

/// <summary>Every defect of the list, put in and looked for, in one process.</summary>
public sealed class AllMutations : IAsyncLifetime
{
    public const int Seeds = 1000;

    private Dictionary<string, string> _found = [];

    /// <summary>By name: which seed found it, and what it says is broken.</summary>
    public IReadOnlyDictionary<string, string> Found => _found;

    public async ValueTask InitializeAsync()
    {
        var (_, output) = await Harness.RunAsync("mutations", Seeds);
        _found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).ToDictionary(line => line[0], line => line[^1], StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
