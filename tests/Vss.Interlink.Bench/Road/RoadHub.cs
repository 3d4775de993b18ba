using System.Text.Json.Nodes;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Bench.Road;

/// <summary>A gateway of its own process on a temporary folder, with the sandbox's axis and certificates.</summary>
internal sealed class RoadHub : IAsyncDisposable
{
    public const string Sender = HubConfiguration.Ministry;
    public const string Receiver = HubConfiguration.Hub;

    private const string AxisSecret = "synthetic-secret-of-the-bench";

    private readonly DirectoryInfo _folder;
    private readonly AxisServer _axis;
    private readonly ReadyProcess _process;

    private RoadHub(DirectoryInfo folder, AxisServer axis, ReadyProcess process) => (_folder, _axis, _process) = (folder, axis, process);

    /// <summary>So that ids of two runs on one ledger differ.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N")[..8];

    public static DevelopmentPki Pki => TestPki.Instance;

    public Uri Soap => new(new Uri(_process.Ready["partners"]!.GetValue<string>()), "soap/v1");

    /// <summary>User and system time of the hub's process so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using var process = System.Diagnostics.Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime;
        }
    }

    public static async Task<RoadHub> StartAsync(IEnumerable<string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("interlink-road-");
        var axis = await AxisServer.StartAsync(DemoAxis.Options(0, AxisSecret));
        var path = HubConfiguration.Write(folder.FullName, Pki, axis.BaseAddress, AxisSecret);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        json["Logging"]!["LogLevel"]!["Default"] = "Warning";
        foreach (var setting in settings) Set(json, setting);
        await File.WriteAllTextAsync(path, json.ToJsonString());
        var gateway = Path.Combine(AppContext.BaseDirectory, "interlink-gateway.dll");
        return new RoadHub(folder, axis, await ReadyProcess.StartAsync(gateway, ["--config", path], Console.Error.WriteLine, TimeSpan.FromSeconds(90)));
    }

    public MinistryClient Ministry() => new(new MinistryOptions(Soap, Pki.Load("ministry"), Pki.AnchorCertificates(), DevelopmentPki.HubSubject) { Intermediates = [.. Pki.IntermediateCertificates()] });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _axis.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static void Set(JsonNode json, string setting)
    {
        var parts = setting.Split('=', 2);
        var names = parts[0].Split(':');
        foreach (var name in names[..^1]) json = json[name] ??= new JsonObject();
        json[names[^1]] = parts[1];
    }
}
