using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers grpc.reflection.v1 and v1alpha.</summary>
public static class GrpcReflectionServiceExtensions
{
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        // Made at the first request, when every endpoint is mapped.
        services.TryAddSingleton(provider => new SchemaAnswers(new Schema(provider.GetRequiredService<EndpointDataSource>())));
        return services;
    }
}
