using System.CommandLine;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>"rpc": the gRPC runtime against endpoints of the same Kestrel that do without it.</summary>
internal static class RpcCommand
{
    private const int Grpc = 1; // the side, in a table's order
    private const double LeastRatio = 0.8;
    private const double MostBytesPerCall = 1536;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of each run.", DefaultValueFactory = _ => 2.5 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of each side.", DefaultValueFactory = _ => 5 };
        var size = new Option<int>("--size") { Description = "Octets in a unary message.", DefaultValueFactory = _ => 1024 };
        var quick = new Option<bool>("--quick") { Description = "Unary calls only, three rounds of one second." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("rpc", "Unary calls and streams of the gRPC runtime, as ratios to bare HTTP/2 endpoints.")
        {
            seconds, rounds, size, quick, json,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            var plan = new Plan(
                TimeSpan.FromSeconds(isQuick ? 1 : parsed.GetValue(seconds)), isQuick ? 3 : parsed.GetValue(rounds), parsed.GetValue(size));
            var words = parsed.Tokens.Select(token => token.Value);
            var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', words)}";
            return RunAsync(plan, withStreams: !isQuick, line, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task RunAsync(Plan plan, bool withStreams, string command, FileInfo? json)
    {
        var load = Machine.LoadNow;
        await using var server = await ServerProcess.StartAsync();
        using var comparison = new Comparison(server, plan);
        var unary = await comparison.UnaryAsync();
        Table[] tables = withStreams ? [unary, await comparison.DownloadAsync(), await comparison.UploadAsync()] : [unary];
        await new Report(Machine.After(command, load), tables, Goals(unary)).PublishAsync(Console.Out, json);
    }

    private static Goal[] Goals(Table unary)
    {
        Quantity Named(string name) => unary.Quantities.Single(quantity => quantity.Name == name);
        var bytes = Named("server allocates").Medians;
        return
        [
            Goal.AtLeast("unary calls per second, of bare", Named("calls").Ratios[Grpc], LeastRatio),
            Goal.AtLeast("unary calls per second of server CPU, of bare", 1 / Named("server CPU").Ratios[Grpc], LeastRatio),
            Goal.Below("bytes the server allocates per unary call", bytes[Grpc], MostBytesPerCall),
            Goal.Below("the same beyond what the bare endpoint allocates", bytes[Grpc] - bytes[0], MostBytesPerCall),
        ];
    }
}
