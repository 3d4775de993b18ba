using System.CommandLine;
using System.Globalization;

namespace Vss.Interlink.Bench.Road;

/// <summary>"growth": two hubs that differ in how much their ledgers hold, in turns, so that a busy minute of the machine weighs on both.</summary>
internal static class GrowthCommand
{
    private const double LeastRate = 0.9;

    // The rounds go on warming both sides alike, and their median leaves the first ones out.
    private const int WarmUp = 1_000;

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each turn.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Turns of each.", DefaultValueFactory = _ => 7 };
        var small = new Option<long>("--small") { Description = "Exchanges in the one ledger.", DefaultValueFactory = _ => 10_000 };
        var large = new Option<long>("--large") { Description = "Exchanges in the other.", DefaultValueFactory = _ => 10_000_000 };
        var shared = new RoadOptions();
        var command = new Command("growth", "What an accepted exchange costs with millions of exchanges in the ledger, against thousands.") { seconds, rounds, small, large };
        shared.AddTo(command);
        command.SetAction(parsed => RunAsync(
            [shared.Plan(parsed, parsed.GetValue(small)), shared.Plan(parsed, parsed.GetValue(large))],
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(rounds),
            parsed.GetValue(shared.Connections),
            parsed.GetValue(shared.Octets),
            RoadOptions.Line(parsed),
            parsed.GetValue(shared.Json)));
        return command;
    }

    private static async Task RunAsync(RoadPlan[] plans, TimeSpan duration, int rounds, int connections, int octets, string command, FileInfo? json)
    {
        var load = Machine.LoadNow;
        await using var small = await RoadHub.StartAsync(plans[0]);
        await using var large = await RoadHub.StartAsync(plans[1]);
        using var toSmall = new Senders(small, connections);
        using var toLarge = new Senders(large, connections);
        (RoadHub Hub, Senders Senders)[] sides = [(small, toSmall), (large, toLarge)];
        foreach (var (hub, senders) in sides) await Submissions.WarmUpAsync(hub, senders, octets, WarmUp, duration);

        List<Phase[]> measured = [];
        var fastest = 200.0;
        for (var round = 0; round < rounds; round++)
        {
            var phases = new Phase[sides.Length];

            // Who goes second finds the machine as the first one left it; so they take turns at that too.
            foreach (var side in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                var (hub, senders) = sides[side];
                phases[side] = await senders.RunAsync(await Submissions.PrepareAsync(hub, octets, (int)(1.5 * fastest * duration.TotalSeconds)), duration, null);
                fastest = Math.Max(fastest, phases[side].PerSecond);
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1}: {phases[0].PerSecond:0} and {phases[1].PerSecond:0} a second, {phases[0].HubMilliseconds:0.00} and {phases[1].HubMilliseconds:0.00} ms of the hub's processor each"));
            measured.Add(phases);
        }

        Quantity Of(string name, string unit, Func<Phase, double> of) => Quantity.Of(name, unit, [.. measured.Select(phases => phases.Select(of).ToArray())]);
        var rate = Of("answered", "/s", phase => phase.PerSecond);
        var table = new Table($"{plans[1].Words}; {connections} connections, dossiers of {octets:N0} octets", [.. plans.Select(plan => $"{plan.Filling.Exchanges:N0}")],
        [
            rate,
            Of("p50", "ms", phase => phase.P50),
            Of("p99", "ms", phase => phase.P99),
            Of("CPU of the hub", "ms each", phase => phase.HubMilliseconds),
            .. plans[0].Store == "postgres" ? [Of("CPU of the server", "ms each", phase => phase.DatabaseMilliseconds)] : Array.Empty<Quantity>(),
            Quantity.Of("start of the hub", "s", [[.. sides.Select(side => side.Hub.Start.TotalSeconds)]]),
        ]);
        await new Report(Machine.After(command, load), [table], [Goal.AtLeast("rate with the larger ledger, of that with the smaller", rate.Ratios[1], LeastRate)]).PublishAsync(Console.Out, json);
    }
}
