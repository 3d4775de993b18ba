using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Trust;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>How often and how far back the axis is asked.</summary>
public sealed class AxisConnectorOptions
{
    public VxpOptions Vxp { get; set; } = new();

    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Days before today that are listed, for what was missed.</summary>
    public int LookBackDays { get; set; } = 7;

    /// <summary>Days before today that are listed once by a node that begins to poll, for what was missed while none did or waited for long.</summary>
    public int CatchUpDays { get; set; } = 60;
}

internal sealed class AxisConnectorOptionsValidator : IValidateOptions<AxisConnectorOptions>
{
    public ValidateOptionsResult Validate(string? name, AxisConnectorOptions options)
    {
        List<string> wrong = [.. new VxpOptionsValidator().Validate(name, options.Vxp).Failures?.Select(one => "Partners:Axis:Vxp:" + one) ?? []];
        Bounds.Check("Partners:Axis:PollInterval", options.PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromDays(1), wrong);
        Bounds.Check("Partners:Axis:LookBackDays", options.LookBackDays, 0, 366, wrong);
        Bounds.Check("Partners:Axis:CatchUpDays", options.CatchUpDays, 0, 366, wrong);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}

public static class AxisRegistration
{
    /// <summary>Adds the axis where it is configured; without a section there is no axis, and routes to it are refused at start.</summary>
    public static IServiceCollection AddAxis(this IServiceCollection services, IConfigurationSection section)
    {
        if (!section.Exists()) return services;
        services.AddOptions<AxisConnectorOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AxisConnectorOptions>, AxisConnectorOptionsValidator>());
        services.AddSingleton(provider => new VxpClient(
            AxisConnections.Open(Options(provider).Vxp.BaseAddress!, () => (provider.GetRequiredService<ChannelVerifier>(), provider.GetRequiredService<RevocationSource>(), provider.GetRequiredService<TrustFolder>().Current)),
            Options(provider).Vxp,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IPartnerConnector, AxisConnector>();
        services.AddSingleton<IHostedService>(provider => new AxisPoller(
            provider.GetRequiredService<VxpClient>(),
            new AxisIntake(
                provider.GetRequiredService<VxpClient>(),
                new AxisPacketReader(
                    provider.GetRequiredService<BodyStore>(), provider.GetRequiredService<IntakeRoom>(), provider.GetRequiredService<SealVerifier>(), provider.GetRequiredService<RevocationSource>(),
                    provider.GetRequiredService<PartnerPolicies>, Options(provider).Vxp.PacketBytes),
                provider.GetRequiredService<DossierIntake>(),
                provider.GetRequiredService<AuditTrail>(),
                OrganId.Stored(Options(provider).Vxp.OrganId),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AxisIntake>>()),
            provider.GetRequiredService<ExchangeLedger>(),
            provider.GetRequiredService<ClaimOwner>(),
            Options(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AxisPoller>>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        return services;
    }

    private static AxisConnectorOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<AxisConnectorOptions>>().Value;
}
