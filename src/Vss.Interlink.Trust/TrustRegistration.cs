using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;

namespace Vss.Interlink.Trust;

public static class TrustRegistration
{
    public static IServiceCollection AddTrust(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<TrustOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrustOptions>, TrustOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TrustFolder>();
        services.TryAddSingleton(provider => KeyUri.Open(Options(provider).HubKey!));
        services.TryAddSingleton<PolicyBook>();
        services.TryAddTransient(provider => provider.GetRequiredService<PolicyBook>().Current);
        services.TryAddSingleton(provider => new TimestampWindow(TimeSpan.FromSeconds(Options(provider).ClockSkewSeconds!.Value), TimeSpan.FromSeconds(Options(provider).MaxMessageAgeSeconds!.Value)));
        services.TryAddSingleton(provider => new EnvelopedVerifier(Store(provider), Policy(provider), Clock(provider)));
        services.TryAddSingleton(provider => new SealVerifier(Store(provider), Policy(provider), Clock(provider)));
        services.TryAddSingleton(provider => new SoapVerifier(Store(provider), Policy(provider), provider.GetRequiredService<TimestampWindow>(), Clock(provider)));
        services.TryAddSingleton(provider => new ChannelVerifier(Store(provider), [.. Options(provider).InsideSubjects], Clock(provider)));
        services.TryAddSingleton<SoapSigner>();
        services.TryAddSingleton<HubSigner>();
        return services.AddOnline();
    }

    private static TrustOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<TrustOptions>>().Value;

    private static Func<TrustStore> Store(IServiceProvider provider)
    {
        var source = provider.GetRequiredService<RevocationSource>();
        return () => source.Current;
    }

    // Signers of partners are judged by the policies of their organs.
    private static ValidationPolicy Policy(IServiceProvider provider)
    {
        var book = provider.GetRequiredService<PolicyBook>();
        return ValidationPolicy.Strict with { Partners = () => book.Current };
    }

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
