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
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

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
        services.AddOptions<ExchangeOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExchangeOptions>, ExchangeOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => BodyKeys.Open(provider.Options().BodyKeys!, provider.GetRequiredService<TimeProvider>(), provider.Logger<BodyKeys>()));
        services.AddSingleton(provider => new BodyStore(Path.Combine(provider.Options().DataFolder!, "bodies"), provider.Options().MaxBodyBytes, provider.GetRequiredService<BodyKeys>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(Ledger);
        services.AddSingleton(provider => new LedgerClock(provider.GetRequiredService<ExchangeLedger>(), provider.Options().Delivery.Lease));
        services.AddSingleton(provider => new LedgerArchives(
            provider.GetRequiredService<ExchangeLedger>(), provider.GetRequiredService<BodyStore>(), ArchiveFolder(provider), provider.Options().Retention.ArchiveAfterDays,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LedgerProof(
            provider.GetRequiredService<ExchangeLedger>(), provider.GetRequiredService<EnvelopedVerifier>(), provider.GetRequiredService<TimeStampVerifier>(),
            [provider.GetRequiredService<HubSigner>().Name, .. provider.Options().Evidence.EarlierSigners], ArchiveFolder(provider)));
        services.AddSingleton<IRevocationLibrary, RevocationTable>();
        services.AddSingleton(provider => Anchors(provider));
        services.AddSingleton(provider => Routes(provider));
        services.AddSingleton(provider => new ReceiverRules(provider.GetRequiredService<RoutingTable>(), provider.GetRequiredService<PartnerPolicies>));
        services.AddSingleton(provider => new HubEvidence(provider.GetRequiredService<HubSigner>(), OrganId.Stored(provider.Options().HubOrgan!), provider.Logger<HubEvidence>()));
        services.AddSingleton(provider => new IntakeRoom(
            provider.Options().DataFolder!, provider.Options().MinFreeBytes, provider.Options().MaxOutstanding, provider.GetRequiredService<ExchangeLedger>(), provider.GetRequiredService<TimeProvider>(),
            provider.Options().Evidence.TimeStamps?.Grace));
        services.AddSingleton(Stamps);
        services.AddSingleton(provider => new BodyUpkeep(
            provider.GetRequiredService<BodyStore>(), provider.GetRequiredService<BodyKeys>(), provider.GetRequiredService<ExchangeLedger>(), provider.Options().OrphanGrace, provider.GetRequiredService<TimeProvider>(), provider.Logger<BodyUpkeep>()));
        services.AddSingleton<SubmissionBodies>();
        services.AddSingleton(provider => new AuditTrail(
            provider.GetRequiredService<ExchangeLedger>(), provider.GetRequiredService<PartnerPolicies>, provider.GetRequiredService<TimeProvider>(), provider.Logger<AuditTrail>()));
        services.AddSingleton<Statuses>();
        services.AddSingleton(Profiles);
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<DossierXml>();
        services.AddSingleton<ExchangeHistory>();
        services.AddSingleton<ReceiverBox>();
        services.AddSingleton(provider => ClaimOwner.OfThisStart(provider.Options().Node ?? Environment.MachineName));
        services.AddSingleton(provider => new RedisLink(provider.Options().Claims.Redis!, provider.GetRequiredService<TimeProvider>(), provider.Logger<RedisLink>()));   // asked for only where there is one
        services.AddSingleton(Guard);
        services.AddSingleton(provider => new SignedOnce(provider.GetRequiredService<IReplayGuard>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(Intake);
        services.AddSingleton(Worker);
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
        services.AddHostedService(Deadlines);
        services.AddHostedService(provider => provider.GetRequiredService<EvidenceStamps>());
        return services;
    }

    private static ExchangeLedger Ledger(IServiceProvider provider)
    {
        var (options, clock) = (provider.Options(), provider.GetRequiredService<TimeProvider>());
        return options.Ledger.Postgres is { } connection
            ? ExchangeLedger.OpenPostgres(connection, clock, provider.Logger<ExchangeLedger>())
            : ExchangeLedger.OpenSqlite(options.LedgerFile(), clock);
    }

    private static string ArchiveFolder(IServiceProvider provider) => provider.Options().Retention.Folder ?? Path.Combine(provider.Options().DataFolder!, "archive");

    // Rarely asked, and whoever asks must wait: an anchor counts once its coming is in the audit.
    private static RecordAnchors Anchors(IServiceProvider provider) => anchors =>
    {
        try
        {
            var ledger = provider.GetRequiredService<ExchangeLedger>();
            ledger.RecordAnchorsAsync([.. anchors.Select(anchor => anchor.ToString())], provider.GetRequiredService<TimeProvider>().GetUtcNow(), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception failed)   // whatever keeps the ledger from writing
        {
            throw new IOException("The trust anchors cannot be recorded in the audit.", failed);
        }
    };

    private static DossierIntake Intake(IServiceProvider provider) => new(
        provider.GetRequiredService<ExchangeLedger>(),
        provider.GetRequiredService<HubEvidence>(),
        provider.GetRequiredService<PartnerPolicies>,
        new AttachmentJudge(provider.GetRequiredService<BodyStore>(), provider.GetRequiredService<RevocationSource>(), provider.GetRequiredService<TimeProvider>()),
        new SubmissionRoads(provider.GetRequiredService<RoutingTable>(), provider.GetServices<IPartnerConnector>(), provider.GetRequiredService<PartnerPolicies>, provider.GetRequiredService<TimeProvider>()),
        provider.GetRequiredService<DeliveryProfiles>(),
        provider.Options().InsideOrgans.Select(OrganId.Stored).ToHashSet(),
        provider.GetRequiredService<AuditTrail>(),
        provider.GetRequiredService<TimeProvider>(),
        new PartnerGate(provider.GetRequiredService<IReplayGuard>(), provider.GetRequiredService<ClaimOwner>(), provider.Options().Claims),
        new MessageClaims(
            provider.GetRequiredService<IReplayGuard>(), provider.GetRequiredService<ExchangeLedger>(), provider.GetRequiredService<ClaimOwner>(), provider.Options().InFlightPatience, provider.GetRequiredService<TimeProvider>()),
        provider.GetRequiredService<IntakeRoom>(),
        provider.GetRequiredService<BodyStore>(),
        provider.Options().LongestSubmission,
        provider.Logger<DossierIntake>());

    private static IReplayGuard Guard(IServiceProvider provider)
    {
        var (claims, clock) = (provider.Options().Claims, provider.GetRequiredService<TimeProvider>());
        var process = new ProcessReplayGuard(claims, clock);
        if (claims.Redis is null) return process;
        return new FallbackReplayGuard(process, new RedisReplayGuard(provider.GetRequiredService<RedisLink>(), claims, clock), claims.Redis, clock, provider.Logger<FallbackReplayGuard>());
    }

    private static DeliveryWorker Worker(IServiceProvider provider)
    {
        var connectors = provider.GetServices<IPartnerConnector>().ToList();
        var wrong = connectors.GroupBy(one => one.Name).Where(same => same.Count() > 1).Select(same => $"Connector '{same.Key}' is registered twice.")
            .Concat(provider.GetRequiredService<RoutingTable>().Routes.Where(route => connectors.All(one => one.Name != route.Connector))
                .Select(route => $"Exchange:Routes: {route.Receiver} goes over '{route.Connector}', and no such connector is registered."))
            .Concat(provider.Options().Delivery.Partners.Where(partner => provider.GetRequiredService<RoutingTable>().Routes.All(route => route.Receiver.ToString() != partner.Receiver))
                .Select(partner => $"Exchange:Delivery:Partners names {partner.Receiver}, to whom no route leads."))
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
            provider.GetRequiredService<ReceiverRules>(),
            provider.Options().Node ?? Environment.MachineName,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.Logger<DeliveryWorker>());
    }

    private static EvidenceStamps Stamps(IServiceProvider provider)
    {
        var (options, pool) = (provider.Options().Evidence.TimeStamps, provider.GetRequiredService<TimeStampPool>());
        if (options is not null && !pool.HasAuthorities)
            throw new OptionsValidationException(nameof(ExchangeOptions), typeof(ExchangeOptions), ["Exchange:Evidence:TimeStamps is set, and Trust:TimeStamping:Authorities names nobody to ask."]);
        return new EvidenceStamps(
            provider.GetRequiredService<ExchangeLedger>(), pool, provider.GetRequiredService<TimeStampVerifier>(), options, provider.GetRequiredService<ClaimOwner>().Id, provider.GetRequiredService<TimeProvider>(), provider.Logger<EvidenceStamps>());
    }

    private static DeadlineWatch Deadlines(IServiceProvider provider) => new(
        provider.GetRequiredService<ExchangeLedger>(),
        provider.GetRequiredService<LedgerClock>(),
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
        return calendar is not null
            ? new DeliveryProfiles(provider.Options().Delivery, calendar, provider.Logger<DeliveryProfiles>())
            : throw new OptionsValidationException(nameof(ExchangeOptions), typeof(ExchangeOptions), wrong.Select(one => "Exchange:Calendar: " + one));
    }

    private static WorkingCalendar? Calendar(string? file, ICollection<string> wrong)
    {
        if (file is null) return WorkingCalendar.Vietnam();
        try
        {
            using var json = File.OpenRead(file);
            return WorkingCalendar.Read(json, wrong)?.Above(WorkingCalendar.Vietnam());
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
