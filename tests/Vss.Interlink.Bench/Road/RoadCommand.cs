using System.CommandLine;

namespace Vss.Interlink.Bench.Road;

/// <summary>"road": signed SOAP submissions taken in by a whole gateway, against what this machine can sign at all.</summary>
internal static class RoadCommand
{
    private const double LeastRatio = 0.4;
    private const double MostMilliseconds = 60;
    private const double MostOfAFirst = 1.0 / 3;
    private const int WarmUp = 3_000;

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each phase.", DefaultValueFactory = _ => 15 };
        var filled = new Option<long>("--filled") { Description = "Exchanges that are in the ledger before." };
        var shared = new RoadOptions();
        var command = new Command("road", "Accepted exchanges a second over SOAP, as a ratio to openssl's RSA-2048 signatures in the same run.") { seconds, filled };
        shared.AddTo(command);
        command.SetAction(parsed => RunAsync(
            shared.Plan(parsed, parsed.GetValue(filled)), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(shared.Connections), parsed.GetValue(shared.Octets), RoadOptions.Line(parsed), parsed.GetValue(shared.Json)));
        return command;
    }

    private static async Task RunAsync(RoadPlan plan, TimeSpan duration, int connections, int octets, string command, FileInfo? json)
    {
        var load = Machine.LoadNow;
        await using var hub = await RoadHub.StartAsync(plan);
        var bare = await OpenSslSpeed.RsaSignaturesAsync(TimeSpan.FromSeconds(5));
        using var senders = new Senders(hub, connections);

        await Submissions.WarmUpAsync(hub, senders, octets, WarmUp, duration);
        var firsts = await Submissions.PrepareAsync(hub, octets, (int)(bare * duration.TotalSeconds));
        var first = await PhaseAsync("first", firsts, duration, null);
        var repeat = await PhaseAsync("repeat", [.. firsts.Take(first.Count)], duration, null);
        var bareAgain = await OpenSslSpeed.RsaSignaturesAsync(TimeSpan.FromSeconds(5));

        var half = first.PerSecond / 2;
        var paced = await PhaseAsync("first at half the rate", await Submissions.PrepareAsync(hub, octets, (int)(half * duration.TotalSeconds)), duration * 2, half);

        var signatures = (bare + bareAgain) / 2;
        double[] Row(Func<Phase, double> of) => [of(first), of(repeat), of(paced)];
        var table = new Table($"{plan.Words}; {connections} connections, dossiers of {octets:N0} octets; openssl signs {signatures:N0} a second", ["first", "repeat", "first at half the rate"],
        [
            Quantity.Of("answered", "/s", [Row(phase => phase.PerSecond)]),
            Quantity.Of("p50", "ms", [Row(phase => phase.P50)]),
            Quantity.Of("p99", "ms", [Row(phase => phase.P99)]),
            Quantity.Of("CPU of the hub", "ms each", [Row(phase => phase.HubMilliseconds)]),
            .. plan.Store == "postgres" ? [Quantity.Of("CPU of the server", "ms each", [Row(phase => phase.DatabaseMilliseconds)])] : Array.Empty<Quantity>(),
        ]);
        Goal[] goals =
        [
            Goal.AtLeast("accepted exchanges per RSA-2048 signature of openssl", first.PerSecond / signatures, LeastRatio),
            Goal.Below("p99 at half that rate, ms", paced.P99, MostMilliseconds),
            Goal.Below("a repeat, of a first (CPU of the hub)", repeat.HubMilliseconds / first.HubMilliseconds, MostOfAFirst),
            Goal.Below("a repeat, of a first (time at full load)", first.PerSecond / repeat.PerSecond, MostOfAFirst),
        ];
        await new Report(Machine.After(command, load), [table], goals).PublishAsync(Console.Out, json);

        // Said when it begins, so that a profiler can be set on it.
        Task<Phase> PhaseAsync(string name, IReadOnlyList<byte[]> submissions, TimeSpan longest, double? perSecond)
        {
            Console.Error.WriteLine($"phase: {name}");
            return senders.RunAsync(submissions, longest, perSecond);
        }
    }
}
