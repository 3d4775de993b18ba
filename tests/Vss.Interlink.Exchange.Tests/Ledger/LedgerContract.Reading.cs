using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_receiver_sees_his_own_box_and_no_other()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var lease = Assert.Single(await TakeAsync());
        await CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, Clock.GetUtcNow()));
        var receiver = OrganId.Stored(Dossiers.Inside);

        Assert.Equal(lease.Delivery, Assert.Single(await _ledger.ListAvailableAsync(receiver, 10, CancellationToken.None)).Delivery);
        Assert.Empty(await _ledger.ListAvailableAsync(exchange.Sender, 10, CancellationToken.None));
        Assert.Null(await _ledger.FindBoxItemAsync(lease.Delivery, exchange.Sender, CancellationToken.None));
        Assert.NotNull(await _ledger.FindBoxItemAsync(lease.Delivery, receiver, CancellationToken.None));
        Assert.True(await _ledger.ConfirmAsync(new DeliveryOutcome(lease.Delivery, 0, DeliveryState.Delivered, Clock.GetUtcNow()), CancellationToken.None));
        Assert.False(await _ledger.ConfirmAsync(new DeliveryOutcome(lease.Delivery, 0, DeliveryState.Delivered, Clock.GetUtcNow()), CancellationToken.None));
        Assert.Empty(await _ledger.ListAvailableAsync(receiver, 10, CancellationToken.None));
    }

    [Fact]
    public async Task An_attachment_is_found_only_by_an_organ_that_has_or_gets_the_dossier()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        var receiver = OrganId.Stored(Dossiers.Inside);
        Assert.Null(await _ledger.FindPartAsync(exchange.Id, "a", receiver, CancellationToken.None));
        await TakeAsync();

        Assert.NotNull(await _ledger.FindPartAsync(exchange.Id, "a", receiver, CancellationToken.None));
        Assert.Null(await _ledger.FindPartAsync(exchange.Id, "b", receiver, CancellationToken.None));
        Assert.Null(await _ledger.FindPartAsync(exchange.Id, "a", exchange.Sender, CancellationToken.None));
    }

    [Fact]
    public async Task The_list_pages_through_everything_once_the_newest_first()
    {
        for (var number = 0; number < 25; number++)
        {
            await AcceptAsync(Exchange(id: $"m-{number}", sender: number % 2 == 0 ? "G15" : Dossiers.Ministry));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var history = new ExchangeHistory(_ledger);
        List<string> seen = [];
        var request = new ListRequest { PageSize = 10, Receiver = Dossiers.Inside };
        do
        {
            var page = await history.ListAsync(request, CancellationToken.None);
            seen.AddRange(page.Exchanges.Select(view => view.MessageId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(number => $"m-{number}"), seen);
        Assert.Equal(13, (await history.ListAsync(new ListRequest { Sender = "G15" }, CancellationToken.None)).Exchanges.Count);
        Assert.Empty((await history.ListAsync(new ListRequest { Receiver = "G15" }, CancellationToken.None)).Exchanges);
    }

    [Fact]
    public async Task A_watcher_sees_the_state_at_once_and_each_change_until_the_end()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        List<DeliveryState> seen = [];
        await foreach (var view in new ExchangeHistory(_ledger).WatchAsync(exchange.Id, patience.Token))
        {
            seen.Add(view.Deliveries[0].State);
            if (seen.Count == 1) await TakeAsync();
            if (seen.Count == 2) await CompleteAsync(new DeliveryOutcome(exchange.Deliveries[0].Id, 1, DeliveryState.Delivered, Clock.GetUtcNow()));
        }

        Assert.Equal([DeliveryState.Pending, DeliveryState.Leased, DeliveryState.Delivered], seen);
    }

    [Fact]
    public async Task The_audit_tells_of_acceptance_and_of_each_step_in_order()
    {
        var exchange = Exchange();
        await AcceptAsync(exchange);
        await CompleteAsync(Delivered(Assert.Single(await TakeAsync())));

        var lines = await _ledger.ListAuditAsync(exchange.Id, CancellationToken.None);

        Assert.Equal([AuditEvent.Accepted, AuditEvent.Delivery], lines.Select(line => line.Event));
        Assert.Equal("Leased to Delivered, attempt 1", lines[1].Detail);
    }
}
