using System.Text.Json.Nodes;
using Grpc.Core;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Gateway.Tests.Soap;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>
/// R14, "receiver revoked between submit and send", on the roads on which the hub hands over: the stream of an inside service, the axis, and any of them to a partner who was switched off. <see cref="RevocationRules"/> has the
/// box, from which the receiver fetches. docs/message-life.md lists where each rule is tested.
/// </summary>
public sealed class RevokedReceiverRules
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string Subject = "CN=Cards service, O=Vietnam Social Security, C=VN";
    private const string AxisSecret = "another-synthetic-secret-of-the-tests";

    // Of an answer that a certificate is good: so long after its revocation it may still be believed.
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_untilItEnds = s_life + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task R14_A_service_that_is_revoked_while_its_stream_is_open_is_handed_nothing_more_and_its_word_counts_no_more()
    {
        await using var authority = await PartnersAuthority.StartAsync();
        var holder = authority.Issue(Subject, Extensions.Extended(ClientAuthentication));
        authority.Answer(holder, s_life);
        await using var hub = await HubProcess.StartAsync(json =>
        {
            authority.Configure(json);
            json["Trust"]!["InsideSubjects"]!.AsArray().Add(Subject);
        });
        using var ministry = hub.Ministry();
        using var certificate = holder.WithKey();
        await using var one = await RawService.JoinAsync(hub.Channel(certificate));
        await using var other = await RawService.JoinAsync(hub.Channel(certificate));
        var before = (await ministry.SubmitAsync(Dossiers.FromMinistry("R14-before"))).Answer!;
        var (oneHas, otherHas) = (one.NextAsync(), other.NextAsync());
        var (taker, held, idle) = await Task.WhenAny(oneHas, otherHas) == oneHas ? (one, oneHas, otherHas) : (other, otherHas, oneHas);

        authority.Answer(holder, s_life, isRevoked: true);
        await Task.Delay(s_untilItEnds);
        await taker.AnswerAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = (await held).LeaseToken } });
        var notHeard = await Assert.ThrowsAsync<RpcException>(taker.NextAsync);
        var after = (await ministry.SubmitAsync(Dossiers.FromMinistry("R14-after"))).Answer!;
        var notGiven = await Assert.ThrowsAsync<RpcException>(() => idle);

        Assert.All([notHeard, notGiven], refused => Assert.Contains("CERTIFICATE_REVOKED", refused.Status.Detail, StringComparison.Ordinal));
        await using var good = hub.Service("claims");
        foreach (var accepted in new[] { before, after })
        {
            var view = await good.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
            Assert.Equal("claims", Assert.Single(view.Deliveries).ExternalId);
        }
    }

    [Fact]
    public async Task R14_An_axis_whose_certificate_is_revoked_after_the_acceptance_is_sent_nothing_and_gets_it_once_when_its_certificate_is_good_again()
    {
        await using var authority = await PartnersAuthority.StartAsync();
        var server = authority.Issue("CN=localhost, O=Axis, C=VN", Extensions.Extended(ServerAuthentication), Extensions.DnsNames("localhost"));
        authority.Answer(server, s_life);
        using var certificate = server.WithKey();
        await using var axis = await AxisServer.StartAsync(DemoAxis.Options(0, AxisSecret) with { Certificate = certificate });
        await using var hub = await HubProcess.StartAsync(json =>
        {
            authority.Configure(json);
            (json["Partners"]!["Axis"]!["Vxp"]!["BaseAddress"], json["Partners"]!["Axis"]!["Vxp"]!["Secret"]) = ($"https://localhost:{axis.BaseAddress.Port}/", AxisSecret);
            (json["Exchange"]!["Delivery"]!["LongestWait"], json["Exchange"]!["Delivery"]!["BreakerRest"], json["Exchange"]!["Delivery"]!["MaxAttempts"]) = ("00:00:01", "00:00:01", 1000);
        });
        await using var service = hub.Service("reports");
        await service.Exchange.ViewAsync((await SubmitAsync(service, "R14-before")).ExchangeId, view => view.State == ExchangeState.Completed);

        authority.Answer(server, s_life, isRevoked: true);
        await Task.Delay(s_untilItEnds);
        var accepted = await SubmitAsync(service, "R14-after");
        var waiting = await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.Deliveries[0].LastError.Length > 0);

        Assert.Contains("The axis's certificate is not accepted, nothing was sent", waiting.Deliveries[0].LastError, StringComparison.Ordinal);
        Assert.Single(axis.PacketsFor(HubConfiguration.Office));
        Assert.Equal(["SUBMISSION_ACCEPTANCE"], waiting.Evidence.Select(one => one.Type));
        authority.Answer(server, s_life);
        await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.Equal(2, axis.PacketsFor(HubConfiguration.Office).Count);
    }

    [Fact]
    public async Task R14_For_a_partner_who_is_suspended_after_the_acceptance_it_waits_or_is_refused_with_the_hubs_evidence_as_his_suspension_says()
    {
        var policies = "";
        await using var hub = await HubProcess.StartAsync(json => policies = json["Trust"]!["Policies"]!.GetValue<string>());
        await using var service = hub.Service("reports");
        await SuspendAsync(hub, policies, HubConfiguration.Office, "Wait");
        var resumed = await SubmitAsync(service, "R14-resumed");
        await Task.Delay(TimeSpan.FromSeconds(3));   // three looks of the worker
        Assert.Empty(hub.Axis.PacketsFor(HubConfiguration.Office));
        Assert.Equal((DeliveryState.Pending, 0), Of(await service.Exchange.GetAsync(new GetRequest { ExchangeId = resumed.ExchangeId })));
        await SuspendAsync(hub, policies, HubConfiguration.Office, null);
        await service.Exchange.ViewAsync(resumed.ExchangeId, view => view.State == ExchangeState.Completed);

        await SuspendAsync(hub, policies, HubConfiguration.Office, "Wait");
        var refused = await SubmitAsync(service, "R14-refused");
        await SuspendAsync(hub, policies, HubConfiguration.Office, "Refuse");
        var view = await service.Exchange.ViewAsync(refused.ExchangeId, view => view.State == ExchangeState.Failed);
        Assert.Equal(DeliveryState.Refused, view.Deliveries[0].State);
        Assert.StartsWith("UNKNOWN_RECEIVER", view.Deliveries[0].LastError, StringComparison.Ordinal);
        Assert.Equal(["NON_DELIVERY", "SUBMISSION_ACCEPTANCE"], view.Evidence.Select(one => one.Type).Order(StringComparer.Ordinal));
        Assert.Single(hub.Axis.PacketsFor(HubConfiguration.Office));
        var atOnce = await Assert.ThrowsAsync<RpcException>(() => SubmitAsync(service, "R14-late"));
        Assert.Contains("is suspended", atOnce.Status.Detail, StringComparison.Ordinal);
        var repeated = await SubmitAsync(service, "R14-refused");
        Assert.Equal((true, refused.Receipt), (repeated.Repeated, repeated.Receipt));   // what was accepted was accepted
    }

    [Fact]
    public async Task R14_A_partner_who_is_suspended_takes_nothing_out_of_his_box_and_hands_nothing_in()
    {
        var policies = "";
        await using var hub = await HubProcess.StartAsync(json => policies = json["Trust"]!["Policies"]!.GetValue<string>());
        await using var service = hub.Service("reports");
        var accepted = await service.SubmitAsync(Dossiers.FromInside("R14-box", HubConfiguration.Ministry, Dossiers.Report), Dossiers.Report);
        var delivery = (await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.Deliveries[0].State == DeliveryState.Available)).Deliveries[0].DeliveryId;
        await SuspendAsync(hub, policies, HubConfiguration.Ministry, "Wait");

        using var ministry = hub.Ministry();
        Assert.Equal("NOT_PERMITTED", (await ministry.ListInboxAsync(HubConfiguration.Ministry)).Fault?.Name);
        Assert.Equal("NOT_PERMITTED", (await ministry.FetchDossierAsync(HubConfiguration.Ministry, delivery)).Fault?.Name);
        Assert.Equal("NOT_PERMITTED", (await ministry.ConfirmReceivedAsync(HubConfiguration.Ministry, delivery)).Fault?.Name);
        var refused = (await ministry.SubmitAsync(Dossiers.FromMinistry("R14-suspended"))).Fault!;
        Assert.Equal(("NOT_PERMITTED", "policy.suspended"), (refused.Name, refused.Rule));
        Assert.NotEmpty(refused.Evidence);
        using var other = hub.Ministry(signer: "office");   // who may not speak for him does not learn of it
        Assert.Equal("policy.signer", (await other.SubmitAsync(Dossiers.FromMinistry("R14-suspended"))).Fault?.Rule);
        Assert.Equal("policy.signer", (await other.ListInboxAsync(HubConfiguration.Ministry)).Fault?.Rule);

        await SuspendAsync(hub, policies, HubConfiguration.Ministry, null);
        Assert.NotNull((await ministry.ConfirmReceivedAsync(HubConfiguration.Ministry, delivery)).Answer);
    }

    private static (DeliveryState, int) Of(ExchangeView view) => (Assert.Single(view.Deliveries).State, view.Deliveries[0].Attempts);

    private static Task<SubmitResponse> SubmitAsync(InsideService service, string messageId) => service.SubmitAsync(Dossiers.FromInside(messageId, HubConfiguration.Office, Dossiers.Report), Dossiers.Report);

    // Policies are looked at again when somebody asks for them and five seconds have passed.
    private static async Task SuspendAsync(HubProcess hub, string policies, string organ, string? how)
    {
        var json = JsonNode.Parse(await File.ReadAllTextAsync(policies))!;
        var partner = json["partners"]!.AsArray().Single(one => one!["organ"]!.GetValue<string>() == organ)!.AsObject();
        if (how is null) partner.Remove("suspended");
        else partner["suspended"] = how;
        await File.WriteAllTextAsync(policies + ".new", json.ToJsonString());
        var before = Swaps();
        File.Move(policies + ".new", policies, overwrite: true);
        using var ministry = hub.Ministry();
        await Eventually.HoldsAsync("the policies in force", async () =>
        {
            await ministry.ListInboxAsync(HubConfiguration.Ministry);
            return Swaps() > before;
        });

        int Swaps() => hub.Log.Count(line => line.Contains("Policies were replaced", StringComparison.Ordinal));
    }
}
