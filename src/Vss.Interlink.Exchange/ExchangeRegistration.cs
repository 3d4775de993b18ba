using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;

namespace Vss.Interlink.Exchange;

/// <summary>Puts the road's middle together.</summary>
public static class ExchangeRegistration
{
    /// <summary>
    /// Adds intake, ledger, bodies, delivery and what reads them. Elsewhere come <see cref="HubSigner"/>, <see cref="PartnerPolicies"/> (resolved anew for every
    /// submission, so that a transient one follows changes), <see cref="RevocationSource"/> and any number of <see cref="IPartnerConnector"/>.
    /// </summary>
    public static IServiceCollection AddExchange(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<ExchangeOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExchangeOptions>, ExchangeOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new BodyStore(Path.Combine(provider.Options().DataFolder!, "bodies"), provider.Options().MaxBodyBytes));
        services.AddSingleton(provider => ExchangeLedger.OpenSqlite(Path.Combine(provider.Options().DataFolder!, "ledger.db"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRevocationLibrary, RevocationTable>();
        services.AddSingleton(provider => Anchors(provider));
        services.AddSingleton(provider => Routes(provider));
        services.AddSingleton(provider => new HubEvidence(provider.GetRequiredService<HubSigner>(), OrganId.Stored(provider.Options().HubOrgan!), provider.Logger<HubEvidence>()));
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<Statuses>();
        services.AddSingleton(Profiles);
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<DossierXml>();
        services.AddSingleton<ExchangeHistory>();
        services.AddSingleton<ReceiverBox>();
        services.AddSingleton(Intake);
        services.AddSingleton(Worker);
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
        services.AddHostedService(Deadlines);
        return services;
    }

    // Rarely asked, and whoever asks must wait: an anchor counts once its coming is in the audit.
    private static RecordAnchors Anchors(IServiceProvider provider) => anchors =>
    {
        try
        {
            var ledger = provider.GetRequiredService<ExchangeLedger>();
            ledger.RecordAnchorsAsync([.. anchors.Select(anchor => anchor.ToString())], provider.GetRequiredService<TimeProvider>().GetUtcNow(), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception failed) when (failed is DbException or InvalidOperationException)
        {
            throw new IOException("The trust anchors cannot be recorded in the audit.", failed);
        }
    };

    private static DossierIntake Intake(IServiceProvider provider) => new(
        provider.GetRequiredService<ExchangeLedger>(),
        provider.GetRequiredService<HubEvidence>(),
        provider.GetRequiredService<PartnerPolicies>,
        new AttachmentJudge(provider.GetRequiredService<BodyStore>(), provider.GetRequiredService<RevocationSource>(), provider.GetRequiredService<TimeProvider>()),
        provider.GetRequiredService<RoutingTable>(),
        provider.GetRequiredService<DeliveryProfiles>(),
        provider.Options().InsideOrgans.Select(OrganId.Stored).ToHashSet(),
        provider.GetRequiredService<AuditTrail>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.Options().InFlightPatience,
        provider.Logger<DossierIntake>());

    private static DeliveryWorker Worker(IServiceProvider provider)
    {
        var connectors = provider.GetServices<IPartnerConnector>().ToList();
        var wrong = connectors.GroupBy(one => one.Name).Where(same => same.Count() > 1).Select(same => $"Connector '{same.Key}' is registered twice.")
            .Concat(provider.GetRequiredService<RoutingTable>().Routes.Where(route => connectors.All(one => one.Name != route.Connector))
                .Select(route => $"Exchange:Routes: {route.Receiver} goes over '{route.Connector}', and no such connector is registered."))
            .ToList();
        if (wrong.Count > 0) throw new OptionsValidationException(nameof(ExchangeOptions), typeof(ExchangeOptions), wrong);
        return new DeliveryWorker(
            provider.GetRequiredService<ExchangeLedger>(),
            provider.GetRequiredService<BodyStore>(),
            provider.GetRequiredService<HubSigner>(),
            provider.GetRequiredService<HubEvidence>(),
            provider.GetRequiredService<Statuses>(),
            connectors,
            provider.Options().Delivery,
            provider.GetRequiredService<DeliveryProfiles>(),
            provider.Options().Node ?? Environment.MachineName,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.Logger<DeliveryWorker>());
    }

    private static DeadlineWatch Deadlines(IServiceProvider provider) => new(
        provider.GetRequiredService<ExchangeLedger>(),
        provider.GetRequiredService<HubEvidence>(),
        provider.GetRequiredService<Statuses>(),
        provider.GetServices<IPartnerConnector>(),
        provider.Options().Delivery.DeadlinePoll,
        provider.GetRequiredService<TimeProvider>(),
        provider.Logger<DeadlineWatch>());

    private static DeliveryProfiles Profiles(IServiceProvider provider)
    {
        List<string> wrong = [];
        var calendar = Calendar(provider.Options().Calendar, wrong);
        if (calendar is not null)
        {
            var profiles = new DeliveryProfiles(provider.Options().Delivery, calendar, provider.Logger<DeliveryProfiles>());
            if (!profiles.HaveDeadlines || calendar.Knows(provider.GetRequiredService<TimeProvider>().GetUtcNow())) return profiles;
            wrong.Add("Partners have deadlines, and the calendar has no data for this year.");
        }

        throw new OptionsValidationException(nameof(ExchangeOptions), typeof(ExchangeOptions), wrong.Select(one => "Exchange:Calendar: " + one));
    }

    private static WorkingCalendar? Calendar(string? file, ICollection<string> wrong)
    {
        if (file is null) return WorkingCalendar.Vietnam();
        try
        {
            using var json = File.OpenRead(file);
            return WorkingCalendar.Read(json, wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            wrong.Add(unreadable.Message);
            return null;
        }
    }

    private static RoutingTable Routes(IServiceProvider provider)
    {
        List<string> wrong = [];
        return RoutingTable.Build(provider.Options().Routes.Select(route => (route.Receiver, route.Connector)), wrong)
               ?? throw new OptionsValidationException(nameof(ExchangeOptions), typeof(ExchangeOptions), wrong);
    }

    private static ExchangeOptions Options(this IServiceProvider provider) => provider.GetRequiredService<IOptions<ExchangeOptions>>().Value;

    private static ILogger<T> Logger<T>(this IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
