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
}
