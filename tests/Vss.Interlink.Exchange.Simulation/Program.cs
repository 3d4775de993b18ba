using System.Diagnostics;
using System.Globalization;
using Vss.Interlink.Exchange.Simulation;
using Vss.Interlink.Exchange.Simulation.Mutations;

// dotnet run -c Release --project tests/Vss.Interlink.Exchange.Simulation -- run FIRST COUNT [--mutation NAME]
// dotnet run -c Release --project tests/Vss.Interlink.Exchange.Simulation -- replay SEED [--mutation NAME]
// dotnet run -c Release --project tests/Vss.Interlink.Exchange.Simulation -- mutations [COUNT [NAME...]]
const string usage = "Give 'run FIRST COUNT', 'replay SEED', each perhaps with --mutation NAME, or 'mutations', perhaps with how many seeds each may take to be found, and which.";
const int mostFailures = 10;
Console.OutputEncoding = System.Text.Encoding.UTF8;

switch (args)
{
    case ["mutations"]:
        foreach (var known in KnownMutations.All) Console.WriteLine($"{known.Name}: {known.Says}");
        return 0;
    case ["mutations", var count, .. var names] when Number(count) is { } seeds:
        return KnownMutations.All.Where(mutation => names.Length == 0 || names.Contains(mutation.Name)).Select(mutation => Find(mutation, seeds)).Aggregate(0, Math.Max);
    case ["run", var first, var count, .. var rest] when Number(first) is { } from && Number(count) is { } seeds && MutationOf(rest, out var mutation):
        return Run(from, seeds, mutation);
    case ["replay", var one, .. var rest] when Number(one) is { } seed && MutationOf(rest, out var mutation):
        return Replay(seed, mutation);
    default:
        await Console.Error.WriteLineAsync(usage);
        return 64;
}

static ulong? Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

static bool MutationOf(string[] rest, out Mutation? mutation)
{
    mutation = rest is ["--mutation", var name] ? KnownMutations.All.FirstOrDefault(known => known.Name == name) : null;
    return rest.Length == 0 || mutation is not null;
}

// With a mutation it ends with the first seed that finds it.
static int Run(ulong from, ulong seeds, Mutation? mutation)
{
    using var fixtures = new Fixtures(mutation);
    Counts counts = new();
    var (failed, steps, hash, unrest, watch) = (0, 0L, 0UL, TimeSpan.Zero, Stopwatch.StartNew());
    var seed = from;
    for (; seed < from + seeds && failed < (mutation is null ? mostFailures : 1); seed++)
    {
        var outcome = new World(seed, fixtures, counts, keepsLines: false).Run();
        steps += outcome.Steps;
        if (outcome.Unrest > unrest) unrest = outcome.Unrest;
        hash = unchecked((hash * 31) + outcome.Hash);
        if (outcome.Broken is null) continue;
        failed++;
        Console.WriteLine($"seed {seed}: {outcome.Broken}");
        Console.WriteLine($"  again, with its trace: dotnet run -c Release --project tests/Vss.Interlink.Exchange.Simulation -- replay {seed}{(mutation is null ? "" : $" --mutation {mutation.Name}")}");
    }

    foreach (var (kind, times) in counts.All) Console.WriteLine($"fault {kind}: {times}");
    foreach (var edit in fixtures.Database.NotApplied) Console.WriteLine($"no statement holds '{edit.Find}': the mutation has to follow the ledger");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed - from} seeds, {failed} failed, {steps} steps, settled at most {unrest.TotalSeconds:0} s after the last fault, hash {hash:x16}, {watch.Elapsed.TotalSeconds:0.0} s"));
    return failed == 0 ? 0 : 1;
}

// All in one process: half of what a short one costs is to compile the hub.
static int Find(Mutation mutation, ulong seeds)
{
    using var fixtures = new Fixtures(mutation);
    Counts counts = new();
    for (ulong seed = 1; seed <= seeds; seed++)
    {
        if (new World(seed, fixtures, counts, keepsLines: false).Run().Broken is not { } broken) continue;
        Console.WriteLine($"{mutation.Name}: seed {seed}: {(fixtures.Database.NotApplied.FirstOrDefault() is { } edit ? $"no statement holds '{edit.Find}': the mutation has to follow the ledger" : broken.Split('\n')[0])}");
        return 0;
    }

    Console.WriteLine($"{mutation.Name}: not found in {seeds} seeds");
    return 1;
}

static int Replay(ulong seed, Mutation? mutation)
{
    using var fixtures = new Fixtures(mutation);
    var outcome = new World(seed, fixtures, new Counts(), keepsLines: true).Run();
    foreach (var line in outcome.Lines) Console.WriteLine(line);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {outcome.Broken ?? "every promise kept"}; {outcome.Steps} steps, {outcome.Lasted.TotalSeconds:0} s simulated, hash {outcome.Hash:x16}"));
    return outcome.Broken is null ? 0 : 1;
}
