using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>From the inside to the axis, which answers wrongly, late or not at all.</summary>
public sealed class AxisOutTests(OwnHub own) : IClassFixture<OwnHub>
{
    [Theory]
    [InlineData(AxisFault.ServerError)]
    [InlineData(AxisFault.Fail)]
    [InlineData(AxisFault.Silence)]
    [InlineData(AxisFault.LostAnswer)]
    [InlineData(AxisFault.TruncatedAnswer)]
    public async Task However_the_first_sending_fails_the_receiver_has_the_document_once(AxisFault fault)
    {
        await using var service = own.Hub.Service("reports");
        own.Hub.Axis.Script(new ScriptedFault("sendEdoc", fault));
        var dossier = Dossiers.FromInside($"out-{fault}", HubConfiguration.Office, Dossiers.Report);

        var accepted = await service.SubmitAsync(dossier, Dossiers.Report);

        var view = await service.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        var delivery = Assert.Single(view.Deliveries);
        Assert.Equal(2, delivery.Attempts);
        Assert.NotEmpty(delivery.ExternalId);
        var code = $"{dossier.Code.Number}/{dossier.Code.Notation}";
        var arrived = (await own.Hub.Agency().ReceivedAsync()).Where(item => System.Text.Encoding.UTF8.GetString(item.Packet).Contains(dossier.DocumentId, StringComparison.Ordinal));
        Assert.True(arrived.Count() == 1, $"{code} lies at the receiver {arrived.Count()} times");
    }

    [Fact]
    public async Task A_revocation_is_sent_although_it_carries_number_and_title_of_what_it_revokes()
    {
        await using var service = own.Hub.Service("reports");
        var dossier = Dossiers.FromInside("out-revoked", HubConfiguration.Office, Dossiers.Report);
        var first = await service.Exchange.ViewAsync((await service.SubmitAsync(dossier, Dossiers.Report)).ExchangeId, view => view.State == ExchangeState.Completed);
        var revocation = dossier.Clone();
        (revocation.MessageId, revocation.Kind, revocation.DocumentId) = ("out-revocation", DossierKind.Revocation, dossier.DocumentId + "-R");
        revocation.Business = new Business { DocType = 1, Reason = "Thu hồi" };
        own.Hub.Axis.Script(new ScriptedFault("sendEdoc", AxisFault.ServerError));

        var second = await service.Exchange.ViewAsync((await service.SubmitAsync(revocation, Dossiers.Report)).ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.NotEqual(first.Deliveries[0].ExternalId, second.Deliveries[0].ExternalId);
        Assert.Single(await own.Hub.Agency().ReceivedAsync(), item => System.Text.Encoding.UTF8.GetString(item.Packet).Contains(revocation.DocumentId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_attachment_may_have_the_seals_id_and_a_receiver_may_stand_twice()
    {
        await using var service = own.Hub.Service("reports");
        var contents = new Dictionary<string, byte[]> { ["interlink-seal"] = "not a seal"u8.ToArray() };
        var dossier = Dossiers.FromInside("out-odd", HubConfiguration.Office, contents);
        dossier.Receivers.Add(dossier.Receivers[0].Clone());

        var view = await service.Exchange.ViewAsync((await service.SubmitAsync(dossier, contents)).ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal(1, Assert.Single(view.Deliveries).Attempts);
    }
}
