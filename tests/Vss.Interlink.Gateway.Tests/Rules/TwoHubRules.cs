using Grpc.Core;
using Vss.Interlink.Gateway.Tests.Crashes;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.TestKit.Redis;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>Two hubs with their servers, for all rules that take something away and give it back.</summary>
public sealed class TwoHubStage : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();

    internal TwoHubs Hubs { get; private set; } = null!;

    internal PostgresServer Postgres => _postgres;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Hubs = await TwoHubs.StartAsync(_postgres);
    }

    public async ValueTask DisposeAsync()
    {
        if (Hubs is not null) await Hubs.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}

/// <summary>The reliability rules about parts of the hub that fail: two gateways on one PostgreSQL and one Redis. docs/message-life.md lists where each rule is tested.</summary>
public sealed class TwoHubRules(TwoHubStage stage) : IClassFixture<TwoHubStage>
{
    private TwoHubs Hubs => stage.Hubs;

    [Fact]
    public async Task R2_The_retry_of_an_attempt_that_failed_is_processed_and_no_false_duplicate()
    {
        var dossier = Dossiers.FromMinistry("R2");
        using var first = Hubs.First.Ministry();
        using var second = Hubs.Second.Ministry();
        Hubs.Postgres.Kill();
        Assert.True((await first.SubmitAsync(dossier)).Fault!.Passing);
        await Hubs.Postgres.StartAsync();

        var retry = await AcceptedAsync(second, dossier);   // at another node than the one that failed

        Assert.False(retry.Repeated);
        await DeliveredOnceAsync(Hubs, retry);
    }

    [Fact]
    public async Task R6_Of_a_delivery_that_one_node_completes_while_another_one_sleeps_on_it_there_is_evidence_of_one_outcome()
    {
        var dossier = Dossiers.FromMinistry("R6");
        using var ministry = Hubs.Second.Ministry();
        await using var late = await RawService.JoinAsync(Hubs.First.Channel());
        var accepted = await AcceptedAsync(ministry, dossier);
        var held = await late.NextAsync();
        Assert.Equal(accepted.ExchangeId, held.ExchangeId);

        await Hubs.First.PauseAsync();
        IEnumerable<EvidenceView> done;
        await using (var service = Hubs.Second.Service("claims"))
            done = (await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed)).Evidence;
        await late.AnswerAsync(new InboxRequest { Refuse = new Refuse { LeaseToken = held.LeaseToken, Reason = "hồ sơ thiếu mẫu" } });
        await Hubs.First.ResumeAsync();

        // What a service says is worked on in its order: when the next is acknowledged, the late refusal was heard.
        await AcceptedAtAsync(Hubs.First, "R6-next");
        var next = await late.NextAsync();
        await late.AnswerAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = next.LeaseToken } });
        await late.Exchange.ViewAsync(next.ExchangeId, view => view.State == ExchangeState.Completed);

        var after = await late.Exchange.GetAsync(new GetRequest { ExchangeId = accepted.ExchangeId });
        Assert.Equal((ExchangeState.Completed, DeliveryState.Delivered), (after.State, Assert.Single(after.Deliveries).State));
        Assert.Equal(["DELIVERY", "SUBMISSION_ACCEPTANCE"], after.Evidence.Select(one => one.Type).Order(StringComparer.Ordinal));
        Assert.Equal(done, after.Evidence);
    }

    [Fact]
    public async Task R9_What_a_hub_accepted_before_it_was_killed_is_delivered_once_by_whichever_is_there()
    {
        var dossier = Dossiers.FromMinistry("R9");
        using var ministry = Hubs.First.Ministry();
        var accepted = await AcceptedAsync(ministry, dossier);   // and nobody there to take it over
        await Hubs.First.KillAsync();

        await DeliveredOnceAsync(Hubs, accepted);

        await Hubs.First.StartAgainAsync();
        await using var service = Hubs.First.Service("claims");
        await AcceptedAtAsync(Hubs.First, "R9-after");
        await service.TakenAsync("R9-after");
        Assert.DoesNotContain(service.Taken.Values, taken => taken.Delivery.ExchangeId == accepted.ExchangeId);
    }

    [Fact]
    public async Task R10_Redis_that_was_killed_and_lost_its_memory_lets_no_message_in_twice()
    {
        var (before, during) = (Dossiers.FromMinistry("R10-before"), Dossiers.FromMinistry("R10-during"));
        using var first = Hubs.First.Ministry();
        using var second = Hubs.Second.Ministry();
        var accepted = await AcceptedAsync(first, before);
        Hubs.Redis.Kill();
        var without = await AcceptedAsync(first, during);
        await RepeatedAsync(second, before, accepted);
        await RepeatedAsync(second, during, without);
        Hubs.Redis.Restart();

        await RepeatedAsync(second, before, accepted);
        await RepeatedAsync(first, during, without);
        await DeliveredOnceAsync(Hubs, accepted, without);
    }

    [Fact]
    public async Task R10_A_replica_that_missed_the_acceptance_and_became_the_master_lets_no_message_in_twice()
    {
        using var redis = new RedisBehindProxy();
        await using var hubs = await TwoHubs.StartAsync(stage.Postgres, redis.Endpoint);
        using var first = hubs.First.Ministry();
        using var second = hubs.Second.Ministry();
        await AcceptedAsync(first, Dossiers.FromMinistry("R10-known"));
        redis.Replica.Cli("REPLICAOF", "127.0.0.1", "1");   // from here on it hears nothing
        var dossier = Dossiers.FromMinistry("R10-missed");
        var accepted = await AcceptedAsync(first, dossier);
        redis.Master.Kill();

        await RepeatedAsync(second, dossier, accepted);
        await Eventually.HoldsAsync("the stale replica is the master", () => Task.FromResult(redis.Replica.Cli("ROLE").StartsWith("master", StringComparison.Ordinal)));
        await RepeatedAsync(second, dossier, accepted);
        await RepeatedAsync(first, dossier, accepted);
        await DeliveredOnceAsync(hubs, accepted);
    }

    private static async Task<SubmitAnswer> AcceptedAsync(MinistryClient ministry, MinistryDossier dossier)
    {
        // A hub whose servers were away a moment ago may say that it cannot now.
        var reply = await Eventually.SeeAsync($"an answer about {dossier.MessageId}", async () => await ministry.SubmitAsync(dossier) is { } one && one.Fault is not { Passing: true } ? one : null);
        Assert.Null(reply.Fault);
        return reply.Answer!;
    }

    private static async Task AcceptedAtAsync(HubProcess hub, string messageId)
    {
        using var ministry = hub.Ministry();
        await AcceptedAsync(ministry, Dossiers.FromMinistry(messageId));
    }

    private static async Task RepeatedAsync(MinistryClient ministry, MinistryDossier dossier, SubmitAnswer first)
    {
        var again = await AcceptedAsync(ministry, dossier);
        Assert.Equal((true, first.ExchangeId), (again.Repeated, again.ExchangeId));
        Assert.Equal(first.Receipt, again.Receipt);
    }

    // At the second hub, which no rule kills.
    private static async Task DeliveredOnceAsync(TwoHubs hubs, params IEnumerable<SubmitAnswer> accepted)
    {
        await using var service = hubs.Second.Service("claims");
        foreach (var one in accepted)
        {
            var view = await service.Exchange.ViewAsync(one.ExchangeId, view => view.State == ExchangeState.Completed);
            var delivery = Assert.Single(view.Deliveries);
            Assert.Equal((DeliveryState.Delivered, 1), (delivery.State, service.HandedOver.Count(key => key == delivery.DeliveryId)));
        }
    }
}
