using System.Text.Json.Nodes;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>Two hubs on one PostgreSQL, one Redis and one folder of bodies. All come back at their addresses after they were killed; leases are short, so that a test can outlast them.</summary>
internal sealed class TwoHubs : IAsyncDisposable
{
    /// <summary>Of deliveries and of claims.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1.5);

    private readonly DirectoryInfo _shared = Directory.CreateTempSubdirectory("interlink-shared-");
    private readonly List<HubProcess> _hubs = [];

    private TwoHubs(PostgresServer postgres) => (Postgres, Database) = (postgres, postgres.NewDatabase());

    public PostgresServer Postgres { get; }

    public string Database { get; }

    public RedisServer Redis { get; } = new();

    public IReadOnlyList<HubProcess> All => _hubs;

    public HubProcess First => _hubs[0];

    public HubProcess Second => _hubs[1];

    /// <param name="redis">The address that the hubs know Redis by, where it is not this object's own server.</param>
    public static async Task<TwoHubs> StartAsync(PostgresServer postgres, string? redis = null)
    {
        var hubs = new TwoHubs(postgres);
        try
        {
            foreach (var node in (string[])["first", "second"]) hubs._hubs.Add(await HubProcess.StartAsync(json => hubs.Configure(json, node, redis)));
            return hubs;
        }
        catch
        {
            await hubs.DisposeAsync();
            throw;
        }
    }

    /// <summary>An inside service at each hub, with one book for both.</summary>
    public IReadOnlyList<InsideService> Services(PartnerRecords books) => [.. _hubs.Select(hub => hub.Service("claims", record: books.Consume))];

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs) await hub.DisposeAsync();
        Redis.Dispose();
        _shared.Delete(recursive: true);
    }

    private void Configure(JsonNode json, string node, string? redis)
    {
        json["Hosting"]!["Partners"] = $"127.0.0.1:{LoopbackPort.Free()}";
        json["Hosting"]!["Inside"] = $"127.0.0.1:{LoopbackPort.Free()}";
        json["Hosting"]!["StopNotice"] = "00:00:03";
        json.AsObject().Remove("Partners");   // no axis
        var exchange = json["Exchange"]!;
        exchange["Node"] = node;
        exchange["DataFolder"] = _shared.FullName;
        exchange["Ledger"] = new JsonObject { [nameof(LedgerOptions.Postgres)] = Database };
        exchange["Routes"]!.AsArray().RemoveAt(2);   // the axis
        exchange["Claims"] = new JsonObject
        {
            ["Lease"] = Lease.ToString(),
            [nameof(ClaimOptions.Redis)] = new JsonObject { ["Endpoints"] = new JsonArray(redis ?? Redis.Endpoint), ["Tls"] = "PlainText", ["Authentication"] = "None" },
        };
        exchange["Delivery"] = new JsonObject { ["Lease"] = Lease.ToString(), ["Poll"] = "00:00:01", ["FirstWait"] = "00:00:00.500", ["LongestWait"] = "00:00:02", ["MaxAttempts"] = 1000, ["BreakerRest"] = "00:00:01" };
    }
}
