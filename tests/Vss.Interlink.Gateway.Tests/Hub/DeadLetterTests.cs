using Grpc.Core;
using Grpc.Net.Client;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What the hub's staff do about deliveries that used up their attempts.</summary>
public sealed class DeadLetterTests : IAsyncLifetime
{
    private HubProcess _hub = null!;
    private GrpcChannel _channel = null!;

    private Vss.Interlink.Admin.V1.Admin.AdminClient Admin => new(_channel);

    public async ValueTask InitializeAsync()
    {
        _hub = await HubProcess.StartAsync(json =>
        {
            var delivery = json["Exchange"]!["Delivery"]!;
            (delivery["MaxAttempts"], delivery["FirstWait"]) = (2, "00:00:00.050");
        });
        _channel = _hub.Channel();
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_dead_letter_is_found_retried_and_delivered_and_the_trace_names_who_did_it()
    {
        await using var service = await RawService.JoinAsync(_hub.Channel());
        var (exchange, letter) = await DeadAsync(service, "dead-1");
        Assert.Equal(("inside", "dead-1", 2), (letter.Connector, letter.MessageId, letter.Delivery.Attempts));

        await Admin.RetryDeliveryAsync(new RetryDeliveryRequest { DeliveryId = letter.Delivery.DeliveryId });
        var again = await service.NextAsync();
        await service.AnswerAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = again.LeaseToken } });
        await service.Exchange.ViewAsync(exchange, view => view.State == ExchangeState.Completed);

        var trace = await Admin.TraceAsync(new TraceRequest { Id = exchange });
        Assert.Equal(["Accepted", "Delivery", "Delivery", "Redriven", "Delivery"], trace.Lines.Where(line => line.Event != "Evidence").Select(line => line.Event));
        Assert.Contains("by CN=", trace.Lines.Single(line => line.Event == "Redriven").Detail, StringComparison.Ordinal);
        Assert.Contains("attempt 2: ", trace.Lines[3].Detail + trace.Lines[2].Detail, StringComparison.Ordinal);
        Assert.Empty((await Admin.ListDeliveriesAsync(new ListDeliveriesRequest { State = DeliveryState.Dead })).Deliveries);
    }

    [Fact]
    public async Task A_letter_that_is_given_up_is_proved_and_ends_the_exchange()
    {
        await using var service = await RawService.JoinAsync(_hub.Channel());
        var (exchange, letter) = await DeadAsync(service, "dead-2");
        var id = letter.Delivery.DeliveryId;

        var without = await Assert.ThrowsAsync<RpcException>(async () => await Admin.DiscardDeliveryAsync(new DiscardDeliveryRequest { DeliveryId = id }));
        Assert.Equal("schema.reason", without.Fault().Rule);
        await Admin.DiscardDeliveryAsync(new DiscardDeliveryRequest { DeliveryId = id, Reason = "gửi nhầm" });

        var view = await service.Exchange.ViewAsync(exchange, view => view.State == ExchangeState.Failed);
        Assert.Equal((DeliveryState.Discarded, "NON_DELIVERY"), (view.Deliveries[0].State, view.Deliveries[0].Outcome));
        var over = await Assert.ThrowsAsync<RpcException>(async () => await Admin.RetryDeliveryAsync(new RetryDeliveryRequest { DeliveryId = id }));
        Assert.Equal((StatusCode.FailedPrecondition, "NOT_DEAD"), (over.StatusCode, over.Fault().Name));
    }

    private async Task<(string Exchange, DeliveryEntry Letter)> DeadAsync(RawService service, string messageId)
    {
        var accepted = await service.SubmitAsync(messageId);
        for (var attempt = 0; attempt < 2; attempt++)
            await service.AnswerAsync(new InboxRequest { Refuse = new Refuse { LeaseToken = (await service.NextAsync()).LeaseToken, Passing = true, Reason = "đang bảo trì" } });
        var letter = await Eventually.SeeAsync("a dead letter", async () => (await Admin.ListDeliveriesAsync(new ListDeliveriesRequest { State = DeliveryState.Dead })).Deliveries.FirstOrDefault());
        return (accepted.ExchangeId, letter);
    }
}
