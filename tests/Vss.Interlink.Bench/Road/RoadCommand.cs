using System.CommandLine;
using System.Text;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Bench.Road;

/// <summary>"road": signed SOAP submissions taken in by a whole gateway, against what this machine can sign at all.</summary>
internal static class RoadCommand
{
    private const double LeastRatio = 0.4;
    private const double MostMilliseconds = 60;
    private const double MostOfAFirst = 1.0 / 3;

    // A submission's Timestamp is good for five minutes; a phase must be over by then.
    private const int MostPrepared = 60_000;

    private const int WarmUp = 3_000;
    private const int MostWarmUps = 8;

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each phase.", DefaultValueFactory = _ => 15 };
        var connections = new Option<int>("--connections") { Description = "Connections, one request at a time on each.", DefaultValueFactory = _ => 16 };
        var octets = new Option<int>("--octets") { Description = "Size of a submission's dossier.", DefaultValueFactory = _ => 8 * 1024 };
        var set = new Option<string[]>("--set") { Description = "A line of the hub's configuration, as Exchange:Delivery:Concurrency=1.", DefaultValueFactory = _ => [] };
        var answers = new Option<string>("--answers") { Description = "Key of SOAP answers: ecdsa (Trust:AnswerKey on P-256) or seal (the RSA key that signs the receipts).", DefaultValueFactory = _ => "ecdsa" };
        answers.AcceptOnlyFromAmong("ecdsa", "seal");
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("road", "Accepted exchanges a second over SOAP, as a ratio to openssl's RSA-2048 signatures in the same run.") { seconds, connections, octets, answers, set, json };
        command.SetAction(parsed =>
        {
            var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
            return RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(connections), parsed.GetValue(octets), [.. AnswerKey(parsed.GetValue(answers)!), .. parsed.GetValue(set)!], line, parsed.GetValue(json));
        });
        return command;
    }

    private static IEnumerable<string> AnswerKey(string kind) => kind == "ecdsa" ? [$"Trust:AnswerKey={RoadHub.Pki.KeyUri("hub-answers")}"] : [];

    private static async Task RunAsync(TimeSpan duration, int connections, int octets, string[] settings, string command, FileInfo? json)
    {
        var load = Machine.LoadNow;
        await using var hub = await RoadHub.StartAsync(settings);
        var bare = await OpenSslSpeed.RsaSignaturesAsync(TimeSpan.FromSeconds(5));
        using var senders = new Senders(hub, connections);

        await WarmUpAsync(hub, senders, octets, duration);
        var most = Math.Min(MostPrepared, (int)(bare * duration.TotalSeconds));
        var firsts = await PrepareAsync(hub, "first", octets, most);
        Console.Error.WriteLine("phase first");
        var first = await senders.RunAsync(firsts, duration, null);
        Console.Error.WriteLine("phase repeat");
        var repeat = await senders.RunAsync([.. firsts.Take(first.Count)], duration, null);
        var bareAgain = await OpenSslSpeed.RsaSignaturesAsync(TimeSpan.FromSeconds(5));

        var half = first.PerSecond / 2;
        var paced = await senders.RunAsync(await PrepareAsync(hub, "paced", octets, (int)(half * duration.TotalSeconds)), duration * 2, half);

        var signatures = (bare + bareAgain) / 2;
        double[] Row(Func<Phase, double> of) => [of(first), of(repeat), of(paced)];
        var table = new Table($"{connections} connections, dossiers of {octets:N0} octets; openssl signs {signatures:N0} a second", ["first", "repeat", "first at half the rate"],
        [
            Quantity.Of("answered", "/s", [Row(phase => phase.PerSecond)]),
            Quantity.Of("p50", "ms", [Row(phase => phase.P50)]),
            Quantity.Of("p99", "ms", [Row(phase => phase.P99)]),
            Quantity.Of("CPU of the hub", "ms each", [Row(phase => phase.HubMilliseconds)]),
        ]);
        Goal[] goals =
        [
            Goal.AtLeast("accepted exchanges per RSA-2048 signature of openssl", first.PerSecond / signatures, LeastRatio),
            Goal.Below("p99 at half that rate, ms", paced.P99, MostMilliseconds),
            Goal.Below("a repeat, of a first (CPU of the hub)", repeat.HubMilliseconds / first.HubMilliseconds, MostOfAFirst),
            Goal.Below("a repeat, of a first (time at full load)", first.PerSecond / repeat.PerSecond, MostOfAFirst),
        ];
        await new Report(Machine.After(command, load), [table], goals).PublishAsync(Console.Out, json);
    }

    // A hub runs for months: what its runtime spends on compiling in the first minute is not what an exchange costs.
    private static async Task WarmUpAsync(RoadHub hub, Senders senders, int octets, TimeSpan duration)
    {
        var before = double.PositiveInfinity;
        for (var round = 0; round < MostWarmUps; round++)
        {
            var phase = await senders.RunAsync(await PrepareAsync(hub, $"warm{round}", octets, WarmUp), duration, null);
            Console.Error.WriteLine($"warm-up {round + 1}: {phase.PerSecond:0} a second, {phase.HubMilliseconds:0.00} ms of the hub's processor each");
            if (phase.HubMilliseconds > before * 0.97) return;
            before = phase.HubMilliseconds;
        }
    }

    private static async Task<IReadOnlyList<byte[]>> PrepareAsync(RoadHub hub, string prefix, int octets, int number)
    {
        using var ministry = hub.Ministry();
        var prepared = new byte[number][];
        var filling = new StringBuilder();
        while (filling.Length < octets) filling.Append("synthetic text of a dossier, ");
        var text = filling.ToString(0, octets);
        await Parallel.ForAsync(0, number, async (index, cancellation) =>
            prepared[index] = await ministry.PrepareSubmitAsync(new MinistryDossier($"{prefix}-{hub.Run}-{index}", RoadHub.Sender, RoadHub.Receiver, "a benchmark") { Fields = [("text", text)] }, cancellation));
        return prepared;
    }
}
