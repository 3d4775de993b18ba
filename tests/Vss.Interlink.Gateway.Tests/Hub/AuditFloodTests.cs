using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>Whoever has a good certificate can connect to the inside edge; he cannot fill the ledger there, nor hide what services are refused.</summary>
public sealed class AuditFloodTests(OwnHub own) : IClassFixture<OwnHub>
{
    [Fact]
    public async Task A_flood_of_somebody_who_is_no_service_takes_120_lines_a_minute_and_none_from_the_services()
    {
        using var certificate = HubProcess.Pki.Load("ministry");
        using var channel = own.Hub.Channel(certificate);
        using var known = own.Hub.Channel();
        var (stranger, service, admin) = (new DossierExchange.DossierExchangeClient(channel), new DossierExchange.DossierExchangeClient(known), new Vss.Interlink.Admin.V1.Admin.AdminClient(known));

        List<string> flood = [];
        for (var number = 0; number < 300; number++) flood.Add((await RefusedAsync(stranger, StatusCode.Unauthenticated)).Reference);
        var refused = await RefusedAsync(service, StatusCode.NotFound);

        Assert.Single((await admin.TraceAsync(new TraceRequest { Id = refused.Reference })).Lines);
        var written = 0;
        foreach (var reference in flood) if (await IsWrittenAsync(admin, reference)) written++;
        Assert.InRange(written, 120, 240);   // a minute may have ended meanwhile
    }

    private static async Task<FaultDetail> RefusedAsync(DossierExchange.DossierExchangeClient client, StatusCode status)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.GetAsync(new GetRequest { ExchangeId = "x-0" }));
        Assert.Equal(status, refused.StatusCode);
        return refused.Fault();
    }

    private static async Task<bool> IsWrittenAsync(Vss.Interlink.Admin.V1.Admin.AdminClient admin, string reference)
    {
        try
        {
            return (await admin.TraceAsync(new TraceRequest { Id = reference })).Lines.Count > 0;
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }
}
