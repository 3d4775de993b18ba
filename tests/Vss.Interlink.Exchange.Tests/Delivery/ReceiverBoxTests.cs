using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class ReceiverBoxTests : IAsyncLifetime
{
    private static readonly OrganId Ministry = OrganId.Stored(Dossiers.Ministry);

    private readonly TempFolder _folder = new();
    private Hub _hub = null!;
    private ExchangeId _exchange;
    private DeliveryId _delivery;

    public async ValueTask InitializeAsync()
    {
        var box = new ScriptedConnector("box", relays: false, async (work, cancellation) =>
        {
            await work.SealAsync(new SealedContent("<h xmlns=\"urn:test\"/>"u8.ToArray(), []), cancellation);
            return new HandOver.Available();
        });
        _hub = new Hub(_folder.Path, null, null, box);
        await _hub.Worker.StartAsync(CancellationToken.None);
        _exchange = (await _hub.AcceptAsync(Hub.FromInside(Dossiers.Small(sender: Dossiers.Inside, receiver: Dossiers.Ministry)))).ExchangeId;
        var view = await _hub.WhenAsync(_exchange, view => view.Deliveries[0].State == DeliveryState.Available);
        _delivery = DeliveryId.Stored(view.Deliveries[0].DeliveryId);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_available_is_listed_opened_and_carries_the_seal()
    {
        var (items, more) = await _hub.Box.ListAvailableAsync(Ministry, null, CancellationToken.None);
        var opened = await _hub.Box.OpenAsync(_delivery, Ministry, CancellationToken.None);

        Assert.Equal(_delivery, Assert.Single(items).Delivery);
        Assert.False(more);
        Assert.Equal("m-1", opened.Dossier.MessageId);
        Assert.NotNull(opened.Seal);
    }

    [Fact]
    public async Task A_confirmation_is_evidence_once_and_answers_the_same_time_again()
    {
        var first = await _hub.Box.ConfirmAsync(_delivery, Ministry, CancellationToken.None);
        var again = await _hub.Box.ConfirmAsync(_delivery, Ministry, CancellationToken.None);

        var view = (await _hub.History.FindAsync(_exchange, CancellationToken.None))!;
        Assert.Equal(first, again);
        Assert.Equal(ExchangeState.Completed, view.State);
        Assert.Single(view.Evidence, evidence => evidence.Type == EvidenceType.Retrieval);
        Assert.Empty((await _hub.Box.ListAvailableAsync(Ministry, null, CancellationToken.None)).Items);
        Assert.Equal("m-1", (await _hub.Box.OpenAsync(_delivery, Ministry, CancellationToken.None)).Dossier.MessageId);
    }

    [Fact]
    public async Task Made_available_and_taken_over_are_two_moments_with_evidence_each()
    {
        var before = (await _hub.History.FindAsync(_exchange, CancellationToken.None))!;
        await _hub.Box.ConfirmAsync(_delivery, Ministry, CancellationToken.None);
        var after = (await _hub.History.FindAsync(_exchange, CancellationToken.None))!;

        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.Delivery], before.Evidence.Select(one => one.Type));
        Assert.Equal(EvidenceType.Delivery, before.Deliveries[0].Outcome);
        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.Delivery, EvidenceType.Retrieval], after.Evidence.Select(one => one.Type));
        Assert.Equal(EvidenceType.Retrieval, after.Deliveries[0].Outcome);
    }

    [Fact]
    public async Task Confirmations_at_the_same_instant_are_one()
    {
        var times = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _hub.Box.ConfirmAsync(_delivery, Ministry, CancellationToken.None))));
        Assert.Single(times.Distinct());
    }

    [Fact]
    public async Task Another_organs_delivery_is_not_found()
    {
        var stranger = OrganId.Stored("G22");
        Assert.Equal(Fault.NotFound, (await Assert.ThrowsAsync<ExchangeFault>(() => _hub.Box.OpenAsync(_delivery, stranger, CancellationToken.None))).Fault);
        Assert.Equal(Fault.NotFound, (await Assert.ThrowsAsync<ExchangeFault>(() => _hub.Box.ConfirmAsync(_delivery, stranger, CancellationToken.None))).Fault);
        Assert.Equal(Fault.NotFound, (await Assert.ThrowsAsync<ExchangeFault>(() => _hub.Box.OpenAttachmentAsync(_exchange, "a", [stranger], CancellationToken.None))).Fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task A_list_has_its_bounds(int max) =>
        Assert.Equal(Fault.SchemaViolation, (await Assert.ThrowsAsync<ExchangeFault>(() => _hub.Box.ListAvailableAsync(Ministry, max, CancellationToken.None))).Fault);
}
