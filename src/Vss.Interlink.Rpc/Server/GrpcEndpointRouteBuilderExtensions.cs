using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Serves TService, which derives from a generated service base, at "/package.Service/Method". Each call takes its instance from the container.</summary>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or TService derives from no generated base.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder) where TService : class
    {
        var services = builder.ServiceProvider;
        var unknown = services.GetServices<IStartupFilter>().OfType<UnknownMethods>().SingleOrDefault()
            ?? throw new InvalidOperationException("Call AddGrpc() on the services before MapGrpcService.");
        var settings = new ServerSettings(
            OptionsOf<TService>(services).Validated(),
            typeof(TService).GetConstructors() is [{ } only] && only.GetParameters().Length == 0 && services.GetService<IServiceProviderIsService>()?.IsService(typeof(TService)) == false,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger(ServerTelemetry.Name));
        var methods = new EndpointBinder<TService>(builder, settings, unknown).BindAll();
        return new GrpcServiceEndpointConventionBuilder(methods);
    }

    private static GrpcServiceOptions OptionsOf<TService>(IServiceProvider services) where TService : class =>
        services.GetServices<IConfigureOptions<GrpcServiceOptions<TService>>>().Any()
            ? services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value
            : services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
}
