using System.Diagnostics;
using System.Text.Json.Nodes;
using Vss.Interlink.Bench.Road.Ledger;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.Bench.Road;

/// <summary>What stands behind a hub of the bench.</summary>
/// <param name="Store"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Redis">Whether Redis stands in front of the ledger.</param>
/// <param name="Filling">What the ledger has in it.</param>
/// <param name="Keep">Where filled ledgers are kept, or null.</param>
/// <param name="Settings">More lines of its configuration.</param>
internal sealed record RoadPlan(string Store, bool Redis, Filling Filling, DirectoryInfo? Keep, IReadOnlyList<string> Settings)
{
    public string Words => $"{Store}{(Redis ? " with redis in front" : "")}; {Filling.Words}";
}

/// <summary>A gateway of its own process on a temporary folder, with the sandbox's axis and certificates.</summary>
internal sealed class RoadHub : IAsyncDisposable
{
    public const string Sender = HubConfiguration.Ministry;
    public const string Receiver = HubConfiguration.Hub;

    private const string AxisSecret = "synthetic-secret-of-the-bench";

    // One partner sends all, and a fast hub answers repeats faster than the limit that a partner has by default.
    private const string NoLimit = "Exchange:Claims:Limits:RatePerSecond=1000000";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder;
    private readonly AxisServer _axis;
    private readonly RoadLedger _ledger;
    private readonly RedisServer? _redis;
    private readonly ReadyProcess _process;

    private RoadHub(DirectoryInfo folder, AxisServer axis, RoadLedger ledger, RedisServer? redis, ReadyProcess process, TimeSpan start) =>
        (_folder, _axis, _ledger, _redis, _process, Start) = (folder, axis, ledger, redis, process, start);

    public static DevelopmentPki Pki => TestPki.Instance;

    public Uri Soap => new(new Uri(_process.Ready["partners"]!.GetValue<string>()), "soap/v1");

    /// <summary>How long it took until it was ready.</summary>
    public TimeSpan Start { get; }

    /// <summary>User and system time of the hub's process so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using var process = Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The same of the data base's processes.</summary>
    public TimeSpan DatabaseCpu => _ledger.Cpu;

    public static async Task<RoadHub> StartAsync(RoadPlan plan)
    {
        var ledger = await RoadLedger.PrepareAsync(plan.Store, plan.Filling, plan.Keep);
        var redis = plan.Redis ? new RedisServer() : null;
        var folder = Directory.CreateTempSubdirectory("interlink-road-");
        var axis = await AxisServer.StartAsync(DemoAxis.Options(0, AxisSecret));
        var path = HubConfiguration.Write(folder.FullName, Pki, axis.BaseAddress, AxisSecret);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        json["Logging"]!["LogLevel"]!["Default"] = "Warning";
        foreach (var setting in (IEnumerable<string>)[.. ledger.Settings, .. Redis(redis), NoLimit, .. plan.Settings]) Set(json, setting);
        await File.WriteAllTextAsync(path, json.ToJsonString());
        if (plan.Filling.Exchanges > 0) FakeBody(folder);
        var gateway = Path.Combine(AppContext.BaseDirectory, "interlink-gateway.dll");
        var started = Stopwatch.GetTimestamp();
        try
        {
            var process = await ReadyProcess.StartAsync(gateway, ["--config", path], Console.Error.WriteLine, s_patience);
            return new RoadHub(folder, axis, ledger, redis, process, Stopwatch.GetElapsedTime(started));
        }
        catch
        {
            await EndAsync(folder, axis, ledger, redis);
            throw;
        }
    }

    public MinistryClient Ministry() => new(new MinistryOptions(Soap, Pki.Load("ministry"), Pki.AnchorCertificates(), DevelopmentPki.HubSubject) { Intermediates = [.. Pki.IntermediateCertificates()] });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await EndAsync(_folder, _axis, _ledger, _redis);
    }

    private static async Task EndAsync(DirectoryInfo folder, AxisServer axis, RoadLedger ledger, RedisServer? redis)
    {
        await axis.DisposeAsync();
        redis?.Dispose();
        await ledger.DisposeAsync();
        folder.Delete(recursive: true);
    }

    // The exchanges that are filled in name bodies that never were; a hub that found none at all would not start.
    private static void FakeBody(DirectoryInfo folder)
    {
        var name = new string('0', 64);
        var place = Directory.CreateDirectory(Path.Combine(folder.FullName, "data", "bodies", name[..2], name[2..4]));
        File.WriteAllBytes(Path.Combine(place.FullName, name), []);
    }

    private static string[] Redis(RedisServer? redis) => redis is null
        ? []
        : [$"Exchange:Claims:Redis:Endpoints:0={redis.Endpoint}", "Exchange:Claims:Redis:Tls=PlainText", "Exchange:Claims:Redis:Authentication=None"];

    private static void Set(JsonNode json, string setting)
    {
        var parts = setting.Split('=', 2);
        var names = parts[0].Split(':');
        foreach (var name in names[..^1]) json = json[name] ??= new JsonObject();
        json[names[^1]] = parts[1];
    }
}
