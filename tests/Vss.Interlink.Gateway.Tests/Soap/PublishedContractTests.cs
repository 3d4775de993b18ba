using System.Xml;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>What is served is what is kept in wsdl/, and what is kept there is what the code has.</summary>
public sealed class PublishedContractTests : IAsyncLifetime
{
    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("?wsdl")]
    [InlineData("?WSDL")]
    public async Task The_wsdl_we_serve_is_the_wsdl_we_keep_at_the_hosts_address(string query)
    {
        var served = await _host.Client.GetStringAsync(SoapHost.Path + query);
        var kept = await File.ReadAllTextAsync(Kept("interlink-v1.wsdl"));
        Assert.Equal(kept.Replace("https://localhost/soap/v1", new Uri(_host.Address, SoapHost.Path).AbsoluteUri, StringComparison.Ordinal), served);
    }

    [Fact]
    public async Task The_public_address_of_the_configuration_comes_first()
    {
        await using var host = await SoapHost.StartAsync(("PublicAddress", "https://interlink.example/soap/v1?a=1&b=2"));
        var served = new XmlDocument();
        served.LoadXml(await host.Client.GetStringAsync(SoapHost.Path + "?wsdl"));
        var addresses = served.GetElementsByTagName("soap:address").Cast<XmlElement>().Concat(served.GetElementsByTagName("soap12:address").Cast<XmlElement>());
        Assert.Equal(["https://interlink.example/soap/v1?a=1&b=2", "https://interlink.example/soap/v1?a=1&b=2"], addresses.Select(address => address.GetAttribute("location")));
    }

    [Fact]
    public async Task The_schema_lies_where_the_wsdl_imports_it_from_byte_for_byte()
    {
        var wsdl = new XmlDocument();
        wsdl.LoadXml(await _host.Client.GetStringAsync(SoapHost.Path + "?wsdl"));
        var location = ((XmlElement)wsdl.GetElementsByTagName("xs:import")[0]!).GetAttribute("schemaLocation");
        var served = await _host.Client.GetByteArrayAsync(new Uri(new Uri(_host.Address, SoapHost.Path), location));
        Assert.Equal(await File.ReadAllBytesAsync(Kept("interlink-v1.xsd")), served);
    }

    [Fact]
    public async Task Each_operation_of_the_wsdl_has_its_handler_and_no_handler_is_without_its_operation()
    {
        await using var host = await ExchangeHost.StartAsync();
        var wsdl = new XmlDocument();
        wsdl.LoadXml(await File.ReadAllTextAsync(Kept("interlink-v1.wsdl")));
        var published = wsdl.GetElementsByTagName("wsdl:portType")[0]!.ChildNodes.OfType<XmlElement>().Select(operation => operation.GetAttribute("name"));
        Assert.Equal(published.Order(), host.Operations.Names.Order());
    }

    private static string Kept(string file) => Path.Combine(AppContext.BaseDirectory, "wsdl", file);
}
