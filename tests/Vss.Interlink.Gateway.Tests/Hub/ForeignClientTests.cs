using System.Security.Cryptography;
using Vss.Interlink.Gateway.Tests.Soap;
using Vss.Interlink.Sandbox.Demo;

namespace Vss.Interlink.Gateway.Tests.Hub;

[Collection(SharedHubTests.Name)]
public sealed class ForeignClientTests(SharedHub shared)
{
    [Fact]
    public async Task What_zeep_submits_to_the_whole_hub_reaches_the_inside()
    {
        var exchange = await ZeepMinistry.RunAsync(shared.Hub.Soap, "InterlinkSoap12", HubConfiguration.Ministry, HubConfiguration.Hub);

        var taken = await shared.Service.TakenAsync(ZeepMinistry.MessageId);
        Assert.Equal(exchange, taken.Delivery.ExchangeId);
        Assert.Equal("signed", taken.Delivery.Assurance);
        var content = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("stt;ten\n1;Don vi A\n", 1000)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), taken.Sha256["list.csv"]);
    }
}
