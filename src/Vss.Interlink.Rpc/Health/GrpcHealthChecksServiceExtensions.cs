using Grpc.AspNetCore.HealthChecks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers grpc.health.v1 over the host's health checks.</summary>
public static class GrpcHealthChecksServiceExtensions
{
    /// <returns>Where the checks themselves are added.</returns>
    public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions>? configure = null)
    {
        if (configure is not null) services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HealthResults>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHealthCheckPublisher, HealthResults>(provider => provider.GetRequiredService<HealthResults>()));
        return services.AddHealthChecks();
    }
}
