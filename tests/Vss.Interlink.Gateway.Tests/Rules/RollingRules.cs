using System.Diagnostics;
using System.Security.Cryptography;
using Vss.Interlink.Gateway.Tests.Crashes;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rules about hubs that are restarted one after the other while messages come: two gateways on one PostgreSQL and one Redis behind a load balancer. docs/message-life.md lists where each rule is tested.</summary>
public sealed class RollingRules(PostgresServer postgres, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    private static DevelopmentPki Pki => TestPki.Instance;

    [Fact]
    public async Task R17_While_each_hub_is_restarted_in_turn_with_a_new_seal_key_and_TLS_certificate_every_sender_gets_his_receipt_and_each_dossier_is_delivered_once()
    {
        Pki.Renew("hub", "hub-next");
        Pki.Renew("hub-tls", "hub-tls-next");
        await using var hubs = await TwoHubs.StartAsync(postgres);
        using var proxy = await HubsBehindProxy.StartAsync(hubs);
        await using var load = await SteadyLoad.StartAsync(proxy);

        foreach (var hub in hubs.All)
        {
            Assert.Equal(0, await hub.StopAsync());
            await load.FlowsAsync();
            hub.Reconfigure(json => (json["Trust"]!["HubKey"], json["Hosting"]!["TlsKey"]) = (Pki.KeyUri("hub-next"), Pki.KeyUri("hub-tls-next")));
            await BackAsync(hub, load);
        }

        await load.FlowsAsync();
        var signers = await load.ReconcileAsync();
        output.WriteLine(string.Join(", ", signers.Select(signer => $"{signer.Value} receipts by {signer.Key[..8]}")) + $"; {load.Repeats} handed over again");
        Assert.Equal(new[] { Sha256("hub"), Sha256("hub-next") }.Order(StringComparer.Ordinal), signers.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_hub_goes_on_and_starts_again_on_tables_that_the_next_release_migrated_under_load_and_refuses_those_of_the_release_after_it()
    {
        await using var hubs = await TwoHubs.StartAsync(postgres);
        using var proxy = await HubsBehindProxy.StartAsync(hubs);
        await using var load = await SteadyLoad.StartAsync(proxy);

        Migrate(hubs.Database, oldestHub: "max(version)");   // as the first node of the next release does at its start
        await load.FlowsAsync();
        Assert.Equal(0, await hubs.First.StopAsync());
        await BackAsync(hubs.First, load);   // one of this release, beside another one that knew the tables as they were before
        await load.FlowsAsync();

        Assert.Equal(0, await hubs.First.StopAsync());
        Migrate(hubs.Database, oldestHub: "max(version)");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(hubs.First.StartAgainAsync);
        output.WriteLine(refused.Message);
        Assert.Contains("Exchange:Ledger cannot be opened: The ledger has schema version", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Run the hub that wrote it, or a newer one.", refused.Message, StringComparison.Ordinal);
        await load.FlowsAsync();
        await load.ReconcileAsync();
    }

    [Fact]
    public async Task While_the_ledger_is_away_and_no_hub_is_healthy_partners_are_still_told_so_and_when_to_come_again()
    {
        await using var hubs = await TwoHubs.StartAsync(postgres);
        using var proxy = await HubsBehindProxy.StartAsync(hubs);
        using var ministry = proxy.Ministry(SoapDialect.Soap11);
        Assert.NotNull((await ministry.SubmitAsync(Dossiers.FromMinistry("m-1"))).Answer);
        postgres.Kill();
        try
        {
            for (var until = Stopwatch.StartNew(); until.Elapsed < TimeSpan.FromSeconds(12);)   // the load balancer finds out after some four
            {
                using var anew = proxy.Ministry(SoapDialect.Soap12);
                var reply = await anew.SubmitAsync(Dossiers.FromMinistry("m-2"));
                Assert.Equal((503, "LEDGER_UNAVAILABLE"), (reply.HttpStatus, reply.Fault?.Name));
            }
        }
        finally
        {
            await postgres.StartAsync();
        }

        await Eventually.HoldsAsync("it is taken in", async () => (await ministry.SubmitAsync(Dossiers.FromMinistry("m-2"))).Answer is not null);
    }

    // Adds what PostgresSchema's rule for a new version allows: a table, columns that may be null or have a default, an index. Each version asks for a hub of the version before.
    // One statement at a time: a transaction that holds one table and wants the next would meet the hub's own, the other way round.
    private static void Migrate(string database, string oldestHub)
    {
        PostgresServer.Execute(database, """CREATE TABLE IF NOT EXISTS next_release (exchange_id text COLLATE "C" PRIMARY KEY REFERENCES exchanges, note text NOT NULL)""");
        PostgresServer.Execute(database, "ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS next_note text");
        PostgresServer.Execute(database, "ALTER TABLE exchanges ADD COLUMN IF NOT EXISTS next_count integer NOT NULL DEFAULT 0");
        PostgresServer.Execute(database, "CREATE INDEX IF NOT EXISTS exchanges_by_next_count ON exchanges (next_count) WHERE next_count > 0");
        PostgresServer.Execute(database, $"INSERT INTO schema_versions (version, oldest_hub, applied_at) SELECT max(version) + 1, {oldestHub}, 0 FROM schema_versions");
    }

    // It is back when it takes in messages again, which it does once the load balancer has seen its health.
    private static async Task BackAsync(HubProcess hub, SteadyLoad load)
    {
        var before = Accepted(hub);
        await hub.StartAgainAsync();
        await load.FlowsAsync("messages at the hub that came back", () => Accepted(hub) > before);
    }

    private static int Accepted(HubProcess hub) => hub.Log.Count(line => line.Contains("Accepted x-", StringComparison.Ordinal));

    private static string Sha256(string key)
    {
        using var certificate = Pki.Load(key);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
    }
}
