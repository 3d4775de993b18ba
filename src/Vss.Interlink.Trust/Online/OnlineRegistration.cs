using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Trust.Online;

internal static class OnlineRegistration
{
    /// <summary>Adds what asks authorities. A host with a ledger brings its own <see cref="IRevocationLibrary"/>.</summary>
    public static IServiceCollection AddOnline(this IServiceCollection services)
    {
        services.TryAddSingleton<IRevocationLibrary, MemoryLibrary>();
        services.TryAddSingleton(provider => new RevocationSource(
            Options(provider).Online,
            () => provider.GetRequiredService<TrustFolder>().Current,
            provider.GetRequiredService<IRevocationLibrary>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RevocationSource>>()));
        services.AddHostedService(provider => new RevocationRefresher(
            provider.GetRequiredService<RevocationSource>(),
            Options(provider).Online,
            provider.GetRequiredService<IRevocationLibrary>(),
            () => [.. new[] { provider.GetRequiredService<SigningKey>(), provider.GetRequiredKeyedService<SigningKey>(TrustRegistration.AnswerKey) }.Distinct()],
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<RevocationRefresher>>()));
        services.TryAddSingleton(provider => new TimeStampPool(
            Options(provider).TimeStamping,
            provider.GetRequiredService<RevocationSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TimeStampPool>>()));
        services.TryAddSingleton(provider =>
        {
            var source = provider.GetRequiredService<RevocationSource>();
            return new TimeStampVerifier(() => source.Current, provider.GetRequiredService<TimeProvider>());
        });
        return services;
    }

    private static TrustOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<TrustOptions>>().Value;
}
