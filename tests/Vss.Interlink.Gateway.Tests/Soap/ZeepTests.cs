namespace Vss.Interlink.Gateway.Tests.Soap;

public sealed class ZeepTests
{
    [Theory]
    [InlineData("InterlinkSoap11")]
    [InlineData("InterlinkSoap12")]
    public async Task Zeep_submits_asks_and_verifies_from_the_wsdl_that_we_serve(string port)
    {
        await using var host = await ExchangeHost.StartAsync();
        var exchange = await ZeepMinistry.RunAsync(host.Endpoint, port, ExchangeHost.Ministry, ExchangeHost.Office);

        using var ministry = host.Client();
        var status = await ministry.GetStatusAsync(ExchangeHost.Ministry, ZeepMinistry.MessageId);
        Assert.Equal(exchange, status.Answer!.ExchangeId);
    }
}
