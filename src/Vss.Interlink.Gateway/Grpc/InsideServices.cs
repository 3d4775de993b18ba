using Microsoft.Extensions.Options;
using Vss.Interlink.Gateway.Admin;
using Vss.Interlink.Gateway.Hosting;

namespace Vss.Interlink.Gateway.Grpc;

internal static class InsideServices
{
    // A chunk of an attachment has at most 1 MiB; a dossier without its attachments stays below that by far.
    private const int LargestMessage = 2 * 1024 * 1024;

    public static IServiceCollection AddInsideServices(this IServiceCollection services)
    {
        services.AddGrpc(options => options.MaxReceiveMessageSize = LargestMessage);
        services.AddGrpcReflection();
        services.AddHubHealth();
        services.AddSingleton<InsideCaller>();
        services.AddSingleton<FaultBoundary>();
        return services;
    }

    public static void MapInsideServices(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ExchangeService>();
        routes.MapGrpcService<InboxService>();
        routes.MapGrpcService<AdminService>();
        routes.MapGrpcHealthChecksService();
        if (routes.ServiceProvider.GetRequiredService<IOptions<EdgeOptions>>().Value.Reflection) routes.MapGrpcReflectionService();
    }
}
