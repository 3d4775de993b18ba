using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>That the checker would see what it is there to see: each lie is planted in the books or in the tables of a hub that did nothing wrong.</summary>
public sealed class OutsideCheckerTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const int Messages = 8;

    [Fact]
    public async Task Nothing_is_found_of_a_hub_that_did_its_work_and_every_planted_fault_is()
    {
        var books = new PartnerRecords();
        await using var hubs = await TwoHubs.StartAsync(postgres);
        var services = hubs.Services(books);
        await SendAsync(hubs, books);
        foreach (var service in services) await service.DisposeAsync();
        Assert.Empty(await new OutsideChecker(books, hubs.Database).FindAsync());
        var id = books.Sent.Keys.Order(StringComparer.Ordinal).ToList();
        var exchangeOf = books.Consumed.Values.ToDictionary(taken => taken.Delivery.Dossier.MessageId, taken => taken.Delivery, StringComparer.Ordinal);

        // In the books: a receipt that is not the ledger's, one of nothing, a message without any, a second key, another delivery under a known key.
        books.Receive(id[0], [.. exchangeOf[id[0]].Receipt.ToByteArray(), 0]);
        books.Receive("never", [1]);
        books.Send(Dossiers.FromMinistry("silent"));
        var first = books.Consumed[exchangeOf[id[1]].IdempotencyKey];
        var second = first.Delivery.Clone();
        second.IdempotencyKey = "another";
        books.Consume(first with { Delivery = second });
        var other = books.Consumed[exchangeOf[id[2]].IdempotencyKey].Delivery.Clone();
        other.IdempotencyKey = first.Delivery.IdempotencyKey;
        books.Consume(first with { Delivery = other });

        // In the tables: evidence gone, evidence changed, an exchange gone on paper, a delivery undone, a body swapped.
        var super = PostgresServer.AsSuperuser(hubs.Database);
        foreach (var lie in (string[])[
            $"DELETE FROM evidence WHERE type = 'DELIVERY' AND exchange_id = '{exchangeOf[id[3]].ExchangeId}'",
            $"UPDATE evidence SET document = 'x' WHERE type = 'DELIVERY' AND exchange_id = '{exchangeOf[id[4]].ExchangeId}'",
            $"UPDATE exchanges SET message_id = 'unheard-of' WHERE exchange_id = '{exchangeOf[id[5]].ExchangeId}'",
            $"UPDATE deliveries SET state = 1 WHERE exchange_id = '{exchangeOf[id[6]].ExchangeId}'",
            $"UPDATE parts SET digest = 'x' WHERE exchange_id = '{exchangeOf[id[7]].ExchangeId}'"])
            PostgresServer.Execute(super, "SET session_replication_role = replica; " + lie);

        var findings = await new OutsideChecker(books, hubs.Database).FindAsync();
        foreach (var expected in (string[])[
            $"{id[0]} has another receipt than the ledger",
            "never has a receipt and is not in the ledger",
            "silent never had a receipt",
            $"{id[1]} was consumed 2 times",
            $"another was handed over and is no delivery of {exchangeOf[id[1]].ExchangeId}",
            $"{first.Delivery.IdempotencyKey} came again with something else: {id[2]}",
            $"{id[3]}: evidence should be",
            $"{id[4]}: DELIVERY is not what its digest says",
            $"{id[5]} has a receipt and is not in the ledger",
            "unheard-of was never sent",
            $"{id[6]}: states of deliveries should be",
            $"{id[7]}: parts should be"])
            Assert.Contains(findings, finding => finding.StartsWith(expected, StringComparison.Ordinal));
    }

    private static async Task SendAsync(TwoHubs hubs, PartnerRecords books)
    {
        using var stop = new CancellationTokenSource();
        var sending = new BusyMinistry("m", 1, hubs.All, books).SendAsync(stop.Token);
        await Eventually.HoldsAsync("some messages", () => Task.FromResult(books.Sent.Count >= Messages));
        await stop.CancelAsync();
        await sending;
        await Eventually.HoldsAsync("nothing outstanding", () => Task.FromResult(PostgresServer.Number(hubs.Database, "SELECT count(*) FROM deliveries WHERE state IN (1, 2)") == 0));
    }
}
