using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests;

public sealed class EndpointTests
{
    [Fact]
    public async Task What_a_service_and_its_methods_are_marked_with_holds_for_their_endpoints()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<Guarded>().RequireHost("inside.test");
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .ToDictionary(endpoint => endpoint.Metadata.GetRequiredMetadata<GrpcMethodMetadata>().Method.Name);
        Assert.Equal(["Gather", "One", "Spread", "Talk"], endpoints.Keys.Order());
        Assert.Equal([null, "staff"], endpoints["One"].Metadata.GetOrderedMetadata<IAuthorizeData>().Select(rule => rule.Policy));
        Assert.Equal([null], endpoints["Talk"].Metadata.GetOrderedMetadata<IAuthorizeData>().Select(rule => rule.Policy));
        Assert.All(endpoints.Values, endpoint => Assert.Equal(typeof(Guarded), endpoint.Metadata.GetRequiredMetadata<GrpcMethodMetadata>().ServiceType));
        Assert.All(endpoints.Values, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<HostAttribute>()));
    }

    [Authorize]
    private sealed class Guarded : Counter.CounterBase
    {
        [Authorize("staff")]
        public override Task<Answer> One(Ask request, ServerCallContext context) => Task.FromResult(new Answer());
    }
}
