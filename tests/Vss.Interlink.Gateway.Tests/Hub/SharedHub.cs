using Grpc.Net.Client;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>One hub with one inside service for all tests that neither kill it nor need another configuration.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    private GrpcChannel? _channel;

    public HubProcess Hub { get; private set; } = null!;

    public InsideService Service { get; private set; } = null!;

    public DossierExchange.DossierExchangeClient Exchange => Service.Exchange;

    public Vss.Interlink.Admin.V1.Admin.AdminClient Admin => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        Hub = await HubProcess.StartAsync();
        Service = Hub.Service("claims");
        _channel = Hub.Channel();
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (Service is not null) await Service.DisposeAsync();
        if (Hub is not null) await Hub.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedHubTests : ICollectionFixture<SharedHub>
{
    public const string Name = "shared hub";
}

/// <summary>A hub of the class's own, with no inside service unless a test starts one.</summary>
public sealed class OwnHub : IAsyncLifetime
{
    public HubProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await HubProcess.StartAsync(json =>
    {
        json["Partners"]!["Axis"]!["Vxp"]!["CallTimeout"] = "00:00:02";
        json["Exchange"]!["Delivery"]!["BreakerFailures"] = 100;   // the tests let one partner fail again and again
    });

    public async ValueTask DisposeAsync() => await Hub.DisposeAsync();
}
