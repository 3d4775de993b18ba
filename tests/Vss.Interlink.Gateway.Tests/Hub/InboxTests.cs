using Grpc.Core;
using Grpc.Net.Client;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>How VSS's own services take over what is addressed to them.</summary>
public sealed class InboxTests(OwnHub own) : IClassFixture<OwnHub>
{
    private static readonly IReadOnlyDictionary<string, byte[]> Nothing = new Dictionary<string, byte[]>();

    [Fact]
    public async Task Two_services_share_the_work_and_none_gets_what_the_other_has()
    {
        await using var one = own.Hub.Service("one");
        await using var two = own.Hub.Service("two");
        var sent = 0;
        await Eventually.HoldsAsync("both services at work", async () =>
        {
            for (var i = 0; i < 4; i++) await one.SubmitAsync(Dossiers.FromInside($"share-{sent++}", HubConfiguration.Hub, Nothing), Nothing);
            await Eventually.HoldsAsync("all taken", () => Task.FromResult(one.Taken.Count + two.Taken.Count >= sent));
            return one.Taken.Count > 0 && two.Taken.Count > 0;
        });

        var handedOver = one.HandedOver.Concat(two.HandedOver).ToList();
        Assert.Equal(sent, handedOver.Count);
        Assert.Equal(sent, handedOver.Distinct().Count());
    }

    [Fact]
    public async Task A_permanent_refusal_ends_the_delivery()
    {
        await using var service = await RawService.JoinAsync(own.Hub.Channel());
        var accepted = await service.SubmitAsync("refused-1");

        var delivery = await service.NextAsync();
        await service.AnswerAsync(new InboxRequest { Refuse = new Refuse { LeaseToken = delivery.LeaseToken, Reason = "hồ sơ thiếu mẫu" } });

        var view = await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Failed);
        var refused = Assert.Single(view.Deliveries);
        Assert.Equal(DeliveryState.Refused, refused.State);
        Assert.Contains("hồ sơ thiếu mẫu", refused.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passing_refusal_brings_the_delivery_again_under_the_same_key()
    {
        await using var service = await RawService.JoinAsync(own.Hub.Channel());
        var accepted = await service.SubmitAsync("refused-2");

        var first = await service.NextAsync();
        await service.AnswerAsync(new InboxRequest { Refuse = new Refuse { LeaseToken = first.LeaseToken, Passing = true, Reason = "đang bảo trì" } });
        var second = await service.NextAsync();
        await service.AnswerAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = second.LeaseToken } });

        Assert.Equal(first.IdempotencyKey, second.IdempotencyKey);
        Assert.NotEqual(first.LeaseToken, second.LeaseToken);
        Assert.Equal(2, second.Attempt);
        await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public async Task A_window_out_of_range_is_refused(int window)
    {
        using var channel = own.Hub.Channel();
        using var call = new Inbox.InboxClient(channel).Receive();
        await call.RequestStream.WriteAsync(new InboxRequest { Subscribe = new Subscribe { Service = "greedy", MaxInFlight = window } });

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("inbox.window", refused.Fault().Rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("\u0001svc")]
    public async Task A_service_needs_a_plain_name(string name)
    {
        using var channel = own.Hub.Channel();
        using var call = new Inbox.InboxClient(channel).Receive();
        await call.RequestStream.WriteAsync(new InboxRequest { Subscribe = new Subscribe { Service = name } });

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("inbox.service", refused.Fault().Rule);
    }

    [Fact]
    public async Task Nothing_is_handed_out_before_a_subscription()
    {
        using var channel = own.Hub.Channel();
        using var call = new Inbox.InboxClient(channel).Receive();
        await call.RequestStream.WriteAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = "none" } });

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("inbox.subscribe-first", refused.Fault().Rule);
    }

    [Theory]
    [InlineData("x-0")]
    [InlineData("")]
    public async Task An_attachment_of_an_unknown_exchange_cannot_be_downloaded(string exchange)
    {
        using var channel = own.Hub.Channel();
        using var call = new Inbox.InboxClient(channel).Download(new DownloadRequest { ExchangeId = exchange, AttachmentId = "report" });

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Equal("NOT_FOUND", refused.Fault().Name);
    }

    [Fact]
    public async Task Without_a_client_certificate_nobody_comes_in()
    {
        using var channel = own.Hub.Channel(client: null);
        await RefusedAsync(channel, StatusCode.Unavailable);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_root_does_not_come_in()
    {
        using var stranger = HubProcess.Pki.Load("stranger");
        using var channel = own.Hub.Channel(stranger);
        await RefusedAsync(channel, StatusCode.Unavailable);
    }

    [Fact]
    public async Task A_good_certificate_that_is_no_inside_service_is_refused_by_name_of_the_rule()
    {
        using var ministry = HubProcess.Pki.Load("ministry");
        using var channel = own.Hub.Channel(ministry);
        var refused = await RefusedAsync(channel, StatusCode.Unauthenticated);
        Assert.Equal("channel.subject", refused.Fault().Rule);
    }

    private static async Task<RpcException> RefusedAsync(GrpcChannel channel, StatusCode status)
    {
        var client = new DossierExchange.DossierExchangeClient(channel);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ListAsync(new ListRequest()));
        Assert.Equal(status, refused.StatusCode);
        return refused;
    }
}
