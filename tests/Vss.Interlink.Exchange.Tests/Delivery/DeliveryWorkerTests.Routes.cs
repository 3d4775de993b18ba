using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

/// <summary>Nodes whose routes are not the same: organs are added and taken out node by node.</summary>
public sealed partial class DeliveryWorkerTests
{
    private const string Newcomer = "G99";

    [Fact]
    public async Task What_a_newer_node_took_in_for_an_organ_that_this_node_has_no_route_to_is_left_to_that_node()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(null, inside);

        var id = await QueueAsync(hub.Ledger, "m-new");

        var view = await hub.WhenAsync(id, view => view.Deliveries[0].LastError.Length > 0);
        Assert.Equal((DeliveryState.Pending, 0, 0), (view.Deliveries[0].State, view.Deliveries[0].Attempts, inside.Calls));
        Assert.Equal([EvidenceType.SubmissionAcceptance], view.Evidence.Select(one => one.Type));
        Assert.InRange((await hub.Ledger.NextDueAsync("inside", CancellationToken.None))!.Value - hub.Clock.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_waited_for_an_organ_that_is_in_no_route_since_this_start_is_refused_with_evidence()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        ExchangeId id;
        await using (var earlier = new Hub(_folder.Path)) id = await QueueAsync(earlier.Ledger, "m-old");
        await Task.Delay(TimeSpan.FromMilliseconds(20));

        await using var hub = await StartAsync(null, inside);

        var view = await hub.WhenAsync(id, view => view.State == ExchangeState.Failed);
        Assert.Equal((DeliveryState.Refused, 0), (view.Deliveries[0].State, inside.Calls));
        Assert.Contains(view.Evidence, one => one.Type == EvidenceType.NonDelivery);
    }

    private static async Task<ExchangeId> QueueAsync(ExchangeLedger ledger, string message)
    {
        var (clock, dossier) = (TimeProvider.System, Dossiers.Small(message, receiver: Newcomer));
        var exchange = new NewExchange(
            ExchangeId.New(clock), OrganId.Stored(Dossiers.Ministry), MessageId.Stored(message), DossierDigest.Of(dossier), dossier, new Dictionary<string, StoredBody>(), Assurance.Signed, "CN=x",
            AnsweredByStatus: false, clock.GetUtcNow().ToTheMillisecond(), Guid.NewGuid().ToByteArray(), "soap", [new NewDelivery(DeliveryId.New(clock), OrganId.Stored(Newcomer), "inside", DeliveryPurpose.Dossier)]);
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(exchange, CancellationToken.None));
        return exchange.Id;
    }
}
