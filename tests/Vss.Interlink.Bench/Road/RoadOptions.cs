using System.CommandLine;
using Vss.Interlink.Bench.Road.Ledger;

namespace Vss.Interlink.Bench.Road;

/// <summary>Options that the commands of the road share.</summary>
internal sealed class RoadOptions
{
    public Option<int> Connections { get; } = new("--connections") { Description = "Connections, one request at a time on each.", DefaultValueFactory = _ => 16 };

    public Option<int> Octets { get; } = new("--octets") { Description = "Size of a submission's dossier.", DefaultValueFactory = _ => 8 * 1024 };

    public Option<FileInfo?> Json { get; } = new("--json") { Description = "Where to keep the figures." };

    private readonly Option<string> _store = new Option<string>("--store") { Description = "Where the ledger is.", DefaultValueFactory = _ => "sqlite" }.AcceptOnlyFromAmong("sqlite", "postgres");

    private readonly Option<bool> _redis = new("--redis") { Description = "Redis in front of the ledger." };

    private readonly Option<int> _filledOctets = new("--filled-octets") { Description = "Size of each dossier, receipt and evidence of the exchanges that are in the ledger before.", DefaultValueFactory = _ => 64 };

    private readonly Option<DirectoryInfo?> _ledger = new("--ledger") { Description = "Folder in which filled ledgers are kept, to be used again. A short path, for PostgreSQL's socket lies in it." };

    private readonly Option<string> _answers = new Option<string>("--answers") { Description = "Key of SOAP answers: ecdsa (Trust:AnswerKey on P-256), or the seal that signs the receipts (RSA-2048).", DefaultValueFactory = _ => "ecdsa" }
        .AcceptOnlyFromAmong("ecdsa", "seal");

    private readonly Option<string[]> _set = new("--set") { Description = "A line of the hub's configuration, as Exchange:Delivery:Concurrency=1.", DefaultValueFactory = _ => [] };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_store, _redis, _answers, _filledOctets, _ledger, Connections, Octets, _set, Json]) command.Options.Add(option);
    }

    public RoadPlan Plan(ParseResult parsed, long filled) => new(
        parsed.GetValue(_store)!, parsed.GetValue(_redis), new Filling(filled, parsed.GetValue(_filledOctets)), parsed.GetValue(_ledger), [.. AnswerKey(parsed.GetValue(_answers)!), .. parsed.GetValue(_set)!]);

    private static IEnumerable<string> AnswerKey(string kind) => kind == "ecdsa" ? [$"Trust:AnswerKey={RoadHub.Pki.KeyUri("hub-answers")}"] : [];

    public static string Line(ParseResult parsed) => $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
}
