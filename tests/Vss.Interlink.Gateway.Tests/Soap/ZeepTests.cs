using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Soap;

public sealed class ZeepTests
{
    [Theory]
    [InlineData("InterlinkSoap11", "hub")]
    [InlineData("InterlinkSoap12", "hub")]
    [InlineData("InterlinkSoap11", "hub-answers")]
    public async Task Zeep_submits_asks_and_verifies_from_the_wsdl_that_we_serve(string port, string answerKey)
    {
        await using var host = await ExchangeHost.StartAsync(("Trust:AnswerKey", TestPki.Instance.KeyUri(answerKey)));
        var exchange = await ZeepMinistry.RunAsync(host.Endpoint, port, ExchangeHost.Ministry, ExchangeHost.Office, answerKey);

        using var ministry = host.Client();
        var receipt = await ministry.GetReceiptAsync(ExchangeHost.Ministry, ZeepMinistry.MessageId);
        Assert.Contains("xmldsig-more#rsa-sha256", System.Text.Encoding.UTF8.GetString(receipt.Answer!.Receipt), StringComparison.Ordinal);
        var status = await ministry.GetStatusAsync(ExchangeHost.Ministry, ZeepMinistry.MessageId);
        Assert.Equal(exchange, status.Answer!.ExchangeId);
    }
}
