using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Vss.Interlink.Admin.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What the inside is told of the hub's health and schema.</summary>
[Collection(SharedHubTests.Name)]
public sealed class HealthTests(SharedHub shared)
{
    [Fact]
    public async Task A_hub_that_is_well_serves_as_a_whole_and_in_each_service()
    {
        using var channel = shared.Hub.Channel();
        var list = await new Health.HealthClient(channel).ListAsync(new HealthListRequest());
        Assert.Equal(["", "interlink.admin.v1.Admin", "interlink.v1.DossierExchange", "interlink.v1.Inbox"], list.Statuses.Keys.Order(StringComparer.Ordinal));
        Assert.All(list.Statuses.Values, one => Assert.Equal(ServingStatus.Serving, one.Status));
    }

    [Fact]
    public async Task A_probe_with_a_good_certificate_may_ask_for_health_and_do_nothing_else()
    {
        using var probe = HubProcess.Pki.Load("ministry");
        using var channel = shared.Hub.Channel(probe);
        Assert.Equal(ServingStatus.Serving, (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Vss.Interlink.Admin.V1.Admin.AdminClient(channel).TraceAsync(new TraceRequest { Id = "r-none" }));
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
    }

    [Fact]
    public async Task The_schema_is_not_told_unless_that_is_switched_on()
    {
        using var channel = shared.Hub.Channel();
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });   // fails itself when the refusal is faster
            await call.ResponseStream.MoveNext(CancellationToken.None);
        });
        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
    }

    [Fact]
    public async Task Where_it_is_switched_on_a_tool_finds_every_service_of_the_inside()
    {
        await using var hub = await HubProcess.StartAsync(json => json["Hosting"]!["Reflection"] = true);
        using var channel = hub.Channel();
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
        Assert.Superset(new HashSet<string> { "interlink.admin.v1.Admin", "interlink.v1.DossierExchange", "interlink.v1.Inbox", "grpc.health.v1.Health" }, services.ToHashSet());
        foreach (var service in services)
        {
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = service });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
        }
    }
}
