using System.Globalization;
using Vss.Interlink.Fuzz;
using Vss.Interlink.Fuzz.Seeds;

// dotnet run -c Release --project tests/Vss.Interlink.Fuzz -- xml (--minutes N | --iterations N) [--seed S] [--failures FOLDER]
// dotnet run -c Release --project tests/Vss.Interlink.Fuzz -- replay FILE
// dotnet run -c Release --project tests/Vss.Interlink.Fuzz -- corpus FOLDER
const string usage = "Give 'xml' with --minutes N or --iterations N, and perhaps --seed S and --failures FOLDER; 'replay FILE'; or 'corpus FOLDER'.";
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
int? Number(string name) => int.TryParse(Option(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
double? Minutes() => double.TryParse(Option("--minutes"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) ? minutes : null;

switch (args)
{
    case ["replay", var file]:
        return Campaign.Replay(await File.ReadAllBytesAsync(file));
    case ["corpus", var folder]:
        await SeedDocuments.WriteAsync(folder);
        return 0;
    case ["xml", ..] when Minutes() is null != Number("--iterations") is null:
        var campaign = new Campaign(Number("--seed") ?? Random.Shared.Next(), Option("--failures") ?? Path.Combine(Path.GetTempPath(), "interlink-fuzz"));
        return Number("--iterations") is { } iterations ? campaign.Run(iterations) : campaign.Run(TimeSpan.FromMinutes(Minutes()!.Value));
    default:
        await Console.Error.WriteLineAsync(usage);
        return 64;
}
