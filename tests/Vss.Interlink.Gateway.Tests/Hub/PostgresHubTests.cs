using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>Hubs that share a ledger on PostgreSQL.</summary>
public sealed class PostgresHubTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task What_one_node_accepted_another_one_delivers_answers_and_proves_also_after_the_first_was_killed()
    {
        var database = server.NewDatabase();
        var shared = Directory.CreateTempSubdirectory("interlink-shared-");
        try
        {
            await using var first = await StartAsync(database, shared, "first");
            await using var second = await StartAsync(database, shared, "second");
            var dossier = Dossiers.FromMinistry("pg-1");
            byte[] receipt;
            using (var ministry = first.Ministry()) receipt = (await ministry.SubmitAsync(dossier)).Answer!.Receipt;
            await first.KillAsync();

            using (var ministry = second.Ministry())
            {
                var repeat = (await ministry.SubmitAsync(dossier)).Answer!;
                Assert.True(repeat.Repeated);
                Assert.Equal(receipt, repeat.Receipt);
            }

            await using var service = second.Service("claims");
            var taken = await service.TakenAsync(dossier.MessageId);
            await service.Exchange.ViewAsync(taken.Delivery.ExchangeId, view => view.State == ExchangeState.Completed);

            using var channel = second.Channel();
            var admin = new Vss.Interlink.Admin.V1.Admin.AdminClient(channel);
            var hold = await admin.PlaceHoldAsync(new PlaceHoldRequest { ExchangeId = taken.Delivery.ExchangeId, Reason = "case 7" });
            Assert.Contains("CN=", hold.PlacedBy, StringComparison.Ordinal);
            Assert.Equal(hold.HoldId, Assert.Single((await admin.ListHoldsAsync(new ListHoldsRequest())).Holds).HoldId);
            var proof = await admin.VerifyLedgerAsync(new VerifyLedgerRequest());
            Assert.Empty(proof.Findings);
            Assert.Equal(1, proof.Exchanges);
            while (proof.Next.Length > 0) proof = await admin.VerifyLedgerAsync(new VerifyLedgerRequest { After = proof.Next });   // archives and batches of time stamps
            Assert.Empty(proof.Findings);
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await admin.ArchiveLedgerAsync(new ArchiveLedgerRequest()));
            Assert.Contains("ArchiveAfterDays", refused.Status.Detail, StringComparison.Ordinal);
        }
        finally
        {
            shared.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_node_without_inside_services_leaves_deliveries_to_the_node_that_has_one()
    {
        var database = server.NewDatabase();
        var shared = Directory.CreateTempSubdirectory("interlink-shared-");
        try
        {
            await using var first = await StartAsync(database, shared, "first");
            await using var second = await StartAsync(database, shared, "second");
            using var ministry = first.Ministry();
            await AcceptAsync("in-1");
            await Task.Delay(TimeSpan.FromSeconds(2));   // time for either node to take it
            await using var service = await RawService.JoinAsync(second.Channel());
            await TakenFirstAsync("in-1");
            await AcceptAsync("in-2");
            await TakenFirstAsync("in-2");

            async Task AcceptAsync(string id) => Assert.Null((await ministry.SubmitAsync(Dossiers.FromMinistry(id))).Fault);

            async Task TakenFirstAsync(string id)
            {
                var delivery = await service.NextAsync();
                Assert.Equal((id, $"{delivery.DeliveryId}.1"), (delivery.Dossier.MessageId, delivery.LeaseToken));   // nobody had leased it before
                await service.AnswerAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = delivery.LeaseToken } });
                await service.Exchange.ViewAsync(delivery.ExchangeId, view => view.State == ExchangeState.Completed);
            }
        }
        finally
        {
            shared.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_node_whose_clock_is_not_the_data_base_s_says_so_while_it_runs_and_does_not_start()
    {
        var database = server.NewDatabase("search_path = public, pg_catalog");
        var shared = Directory.CreateTempSubdirectory("interlink-shared-");
        try
        {
            await using var hub = await StartAsync(database, shared, "behind");
            Assert.DoesNotContain(hub.Log, line => line.Contains("The clock of this node", StringComparison.Ordinal));

            // The data base's clock is moved, for this machine's is everybody's.
            PostgresServer.Execute(
                PostgresServer.AsSuperuser(database),
                "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '15 s' $$");
            await Eventually.HoldsAsync("a word in the log", () => Task.FromResult(hub.Log.Any(line => line.Contains("s behind the data base's", StringComparison.Ordinal))));
            using (var ministry = hub.Ministry()) Assert.Null((await ministry.SubmitAsync(Dossiers.FromMinistry("m-1"))).Fault);

            Assert.Equal(0, await hub.StopAsync());
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(hub.StartAgainAsync);
            Assert.Contains("Exchange:Ledger cannot be opened: The clock of this node is 1", refused.Message, StringComparison.Ordinal);
            Assert.Contains("time service", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            shared.Delete(recursive: true);
        }
    }

    private static Task<HubProcess> StartAsync(string database, DirectoryInfo shared, string node) => HubProcess.StartAsync(json =>
    {
        var exchange = json["Exchange"]!;
        (exchange["Node"], exchange["DataFolder"], exchange["Ledger"]) = (node, shared.FullName, new System.Text.Json.Nodes.JsonObject { ["Postgres"] = database });
        exchange["Delivery"]!["Lease"] = "00:00:30";   // no lease ends while a machine is busy
    });
}
