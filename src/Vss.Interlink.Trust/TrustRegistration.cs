using System.Security.Cryptography;
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
    /// <summary>Service key of the <see cref="SigningKey"/> of SOAP answers.</summary>
    public const string AnswerKey = "Trust:AnswerKey";

    public static IServiceCollection AddTrust(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<TrustOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrustOptions>, TrustOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TrustFolder>();
        services.TryAddSingleton(provider => OpenSeal(Options(provider).HubKey!));
        services.TryAddKeyedSingleton(AnswerKey, (provider, _) => Options(provider).AnswerKey is { } own ? OpenAnswerKey(own) : provider.GetRequiredService<SigningKey>());
        services.TryAddSingleton<PolicyBook>();
        services.TryAddTransient(provider => provider.GetRequiredService<PolicyBook>().Current);
        services.TryAddSingleton(provider => new TimestampWindow(TimeSpan.FromSeconds(Options(provider).ClockSkewSeconds!.Value), TimeSpan.FromSeconds(Options(provider).MaxMessageAgeSeconds!.Value)));
        services.TryAddSingleton(provider => new EnvelopedVerifier(Store(provider), Policy(provider), Clock(provider)));
        services.TryAddSingleton(provider => new SealVerifier(Store(provider), Policy(provider), Clock(provider)));
        services.TryAddSingleton(provider => new SoapVerifier(Store(provider), Policy(provider), provider.GetRequiredService<TimestampWindow>(), Clock(provider)));
        services.TryAddSingleton(provider => new ChannelVerifier(Store(provider), [.. Options(provider).InsideSubjects], Clock(provider)));
        services.TryAddSingleton(provider => new SoapSigner(provider.GetRequiredKeyedService<SigningKey>(AnswerKey), Store(provider), Clock(provider)));
        services.TryAddSingleton<HubSigner>();
        return services.AddOnline();
    }

    // Evidence and packets are read by every partner there is and ever was, and the verifiers of the road admit nothing else.
    private static SigningKey OpenSeal(Uri uri)
    {
        var key = KeyUri.Open(uri);
        if (key.IsRsa) return key;
        key.Dispose();
        throw new InvalidDataException("the key is not RSA; the hub's seal is by RSA-SHA256");
    }

    private static SigningKey OpenAnswerKey(Uri uri)
    {
        var key = KeyUri.Open(uri);
        try
        {
            _ = key.AlgorithmForXml();
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw;
        }
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
