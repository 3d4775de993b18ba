using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Vss.Interlink.Exchange.Delivery;

namespace Vss.Interlink.Connectors.Inside;

public static class InsideRegistration
{
    public static IServiceCollection AddInside(this IServiceCollection services)
    {
        services.TryAddSingleton<InsideConnector>();
        services.AddSingleton<IPartnerConnector>(provider => provider.GetRequiredService<InsideConnector>());
        return services;
    }
}
