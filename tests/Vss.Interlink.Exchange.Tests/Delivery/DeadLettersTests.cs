using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class DeadLettersTests : IDisposable
{
    private const string Operator = "CN=operator";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_retried_letter_reaches_its_receiver_under_the_key_that_it_always_had()
    {
        var down = true;
        var inside = new ScriptedConnector("inside", relays: false, _ => Volatile.Read(ref down) ? new HandOver.NotNow("down", TimeSpan.FromMilliseconds(1)) : new HandOver.Delivered());
        await using var hub = await StartAsync(inside);
        var (exchange, delivery) = await DeadAsync(hub, Hub.Signed(Dossiers.Small()));
        Assert.Equal("down", Assert.Single((await hub.Letters.ListAsync(new ListDeliveriesRequest { State = DeliveryState.Dead }, CancellationToken.None)).Deliveries).Delivery.LastError);
        Volatile.Write(ref down, false);

        await hub.Letters.RedriveAsync(delivery, Operator, CancellationToken.None);

        var view = await hub.WhenAsync(exchange, view => view.State == ExchangeState.Completed);
        Assert.Equal((1, EvidenceType.Delivery), (view.Deliveries[0].Attempts, view.Deliveries[0].Outcome));
        Assert.Single(inside.Works.Select(work => work.IdempotencyKey).Distinct());
        Assert.Equal(3, inside.Works.Select(work => work.LeaseToken).Distinct().Count());
    }

    [Fact]
    public async Task A_discarded_letter_is_proved_and_its_sender_told_the_reason()
    {
        var axis = new ScriptedConnector("axis", relays: true, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(new ScriptedConnector("inside", relays: false, _ => new HandOver.NotNow("down", TimeSpan.FromMilliseconds(1))), axis);
        var (exchange, delivery) = await DeadAsync(hub, await hub.FromAxisAsync());

        var entry = await hub.Letters.DiscardAsync(delivery, "wrong office, person 079123456789", Operator, CancellationToken.None);

        Assert.Equal(DeliveryState.Discarded, entry.Delivery.State);
        var view = await hub.WhenAsync(exchange, view => view.State == ExchangeState.Failed);
        var proof = view.Evidence.Single(one => one.Type == EvidenceType.NonDelivery);
        Assert.IsType<VerificationResult.Passed>(hub.Verifier.Verify(proof.Document.Memory));
        Assert.Contains("wrong office, person …", proof.Document.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal("wrong office, person …", Assert.Single(axis.Works, work => work.Purpose.StatusCode == "02").Dossier.Status.Description);
    }

    [Fact]
    public async Task Only_what_is_dead_is_decided_on_and_not_without_a_reason()
    {
        await using var hub = new Hub(_folder.Path);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var delivery = (await hub.History.FindAsync(accepted.ExchangeId, CancellationToken.None))!.Deliveries[0].DeliveryId;

        Assert.Equal(Fault.NotDead, await FaultOf(hub.Letters.RedriveAsync(delivery, Operator, CancellationToken.None)));
        Assert.Equal(Fault.NotDead, await FaultOf(hub.Letters.DiscardAsync(delivery, "r", Operator, CancellationToken.None)));
        Assert.Equal(Fault.SchemaViolation, await FaultOf(hub.Letters.DiscardAsync(delivery, " ", Operator, CancellationToken.None)));
        Assert.Equal(Fault.NotFound, await FaultOf(hub.Letters.RedriveAsync("d-none", Operator, CancellationToken.None)));
        Assert.Equal(Fault.NotFound, await FaultOf(hub.Letters.RedriveAsync(DeliveryId.New(hub.Clock).ToString(), Operator, CancellationToken.None)));
    }

    [Theory]
    [InlineData(0, 0, "", "")]
    [InlineData(99, 0, "", "")]
    [InlineData(6, 501, "", "")]
    [InlineData(6, -1, "", "")]
    [InlineData(6, 0, "what", "")]
    [InlineData(6, 0, "", "no organ!")]
    public async Task A_list_that_cannot_be_is_refused(int state, int size, string token, string receiver)
    {
        await using var hub = new Hub(_folder.Path);
        var request = new ListDeliveriesRequest { State = (DeliveryState)state, PageSize = size, PageToken = token, Receiver = receiver };
        Assert.Equal(Fault.SchemaViolation, await FaultOf(hub.Letters.ListAsync(request, CancellationToken.None)));
    }

    private static async Task<Fault> FaultOf(Task refused) => (await Assert.ThrowsAsync<ExchangeFault>(() => refused)).Fault;

    private static async Task<(ExchangeId Exchange, string Delivery)> DeadAsync(Hub hub, Exchange.Translation.Submission submission)
    {
        var accepted = await hub.AcceptAsync(submission);
        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries.Any(one => one.State == DeliveryState.Dead));
        return (accepted.ExchangeId, view.Deliveries.Single(one => one.State == DeliveryState.Dead).DeliveryId);
    }

    private async Task<Hub> StartAsync(params IPartnerConnector[] connectors)
    {
        var hub = new Hub(_folder.Path, null, new DeliveryOptions { Poll = TimeSpan.FromMilliseconds(200), MaxAttempts = 2, FirstWait = TimeSpan.FromMilliseconds(10) }, connectors);
        await hub.Worker.StartAsync(CancellationToken.None);
        return hub;
    }
}
