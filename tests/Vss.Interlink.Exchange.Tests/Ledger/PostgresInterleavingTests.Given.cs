using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What stands in the ledger before a step, and what is read of it afterwards.</summary>
public sealed partial class PostgresInterleavingTests
{
    private NewExchange Exchange(string id, string subject = "s")
    {
        var dossier = Dossiers.Small(id, Dossiers.Ministry);
        dossier.Subject = subject;
        return new NewExchange(
            ExchangeId.New(_clock), OrganId.Stored(Dossiers.Ministry), MessageId.Stored(id), DossierDigest.Of(dossier), dossier, new Dictionary<string, StoredBody>(), Assurance.Signed, "CN=x",
            AnsweredByStatus: false, _clock.GetUtcNow(), Guid.NewGuid().ToByteArray(), "soap", [Delivery()]);
    }

    private NewExchange Again(NewExchange exchange, string id) => exchange with { Id = ExchangeId.New(_clock), MessageId = MessageId.Stored(id), Receipt = [9], Deliveries = [Delivery()] };

    private NewDelivery Delivery(string receiver = Dossiers.Inside) => new(DeliveryId.New(_clock), OrganId.Stored(receiver), Connector, DeliveryPurpose.Dossier);

    private Task<List<NewExchange>> QueuedAsync(int count, int receivers = 1) => AcceptAsync(count, receivers);

    private async Task<List<NewExchange>> AcceptAsync(int count, int receivers, bool ordered = false, DateTimeOffset? expiresAt = null)
    {
        List<NewExchange> accepted = [];
        for (; count > 0; count--)
        {
            var exchange = Exchange($"m-{++_number}");
            if (receivers > 1) exchange = exchange with { Deliveries = [.. exchange.Deliveries, Delivery("G22")] };
            exchange = exchange with { Deliveries = [.. exchange.Deliveries.Select(delivery => delivery with { Ordered = ordered, ExpiresAt = expiresAt })] };
            await _plain.AcceptAsync(exchange, CancellationToken.None);
            accepted.Add(exchange);
        }

        return accepted;
    }

    private async Task<IReadOnlyList<LeasedDelivery>> LeasedAsync(DateTimeOffset? expiresAt = null)
    {
        await AcceptAsync(1, 1, expiresAt: expiresAt);
        return await _plain.LeaseAsync(Connector, "one", 10, s_lease, CancellationToken.None);
    }

    private Task<LeasedDelivery> LeasedAndRunOutAsync() => LeasedAndRunOutAsync(null);

    private async Task<LeasedDelivery> LeasedAndRunOutAsync(DateTimeOffset? expiresAt)
    {
        var lease = (await LeasedAsync(expiresAt)).Single();
        _clock.Advance(s_lease * 3);
        return lease;
    }

    private async Task<ExchangeId> FinishedAsync()
    {
        var lease = (await LeasedAsync()).Single();
        Assert.True(await _plain.CompleteAsync(Delivered(lease), CancellationToken.None));
        return lease.Exchange;
    }

    private Task<bool> DecideAsync(ExchangeLedger ledger, DeliveryRecord dead, string how) => how switch
    {
        "redrive" => ledger.RedriveAsync(dead.Delivery, "clerk", _clock.GetUtcNow(), CancellationToken.None),
        "discard" => ledger.DiscardAsync(Ended(dead.Delivery, DeliveryState.Discarded), CancellationToken.None),
        _ => ledger.ExpireAsync(dead, Ended(dead.Delivery, DeliveryState.Expired), CancellationToken.None),
    };

    private DeliveryOutcome Delivered(LeasedDelivery lease) => new(lease.Delivery, lease.Fence, DeliveryState.Delivered, _clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.Delivery, [1, 2, 3])) { Partner = new PartnerSign.Answered() };

    private DeliveryOutcome Ended(DeliveryId delivery, DeliveryState state, long fence = 0) => new(delivery, fence, state, _clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.NonDelivery, [4]));

    private DeliveryOutcome PutOff(LeasedDelivery lease, PartnerSign sign) => new(lease.Delivery, lease.Fence, DeliveryState.Pending, _clock.GetUtcNow(), NotBefore: _clock.GetUtcNow()) { Partner = sign };

    // Leaves nothing in the queue for the next round.
    private async Task EndAsync(IEnumerable<LeasedDelivery> leases)
    {
        foreach (var lease in leases) Assert.True(await _plain.CompleteAsync(Delivered(lease), CancellationToken.None));
    }

    private Task<long> CountAsync(string table, string condition) => FirstAsync($"SELECT count(*) FROM {table} WHERE {condition}");

    private Task<long> FirstAsync(string sql) => Task.FromResult(PostgresServer.Number(_database, sql));
}
