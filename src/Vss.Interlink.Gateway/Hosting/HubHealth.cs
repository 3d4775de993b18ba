using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>What must be well for the hub to serve, told on the inside as grpc.health.v1: for the hub as a whole and for each of its services.</summary>
internal static class HubHealth
{
    private const string Ledger = "ledger";
    private const string Trust = "trust";
    private const string Delivery = "delivery";
    private const string Claims = "claims";
    private const string Stamps = "stamps";
    private const string Deadlines = "deadlines";
    private const string Bodies = "bodies";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddHubHealth(this IServiceCollection services)
    {
        services.Configure<HealthCheckPublisherOptions>(publisher => (publisher.Delay, publisher.Period) = (TimeSpan.Zero, Period));
        services.AddGrpcHealthChecks(health =>
            {
                health.Services.Map(DossierExchange.Descriptor.FullName, check => check.Name is Ledger or Trust or Stamps);
                health.Services.Map(Inbox.Descriptor.FullName, check => check.Name is Ledger or Trust or Delivery);
                health.Services.Map(Vss.Interlink.Admin.V1.Admin.Descriptor.FullName, check => check.Name is Ledger or Trust);
            })
            .AddCheck<LedgerCheck>(Ledger, timeout: Patience)
            .AddCheck<TrustCheck>(Trust)
            .AddCheck<DeliveryCheck>(Delivery)
            .AddCheck<ClaimsCheck>(Claims, timeout: Patience)
            .AddCheck<StampsCheck>(Stamps, timeout: Patience)
            .AddCheck<DeadlinesCheck>(Deadlines)
            .AddCheck<BodyKeysCheck>(Bodies);
        return services;
    }
}

/// <summary>Whether a write reaches the disk; degraded while this node's clock is too far from the data base's, because then nodes may take each other's deliveries.</summary>
internal sealed class LedgerCheck(ExchangeLedger ledger, LedgerClock clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ledger.ProveWritableAsync(cancellationToken);
            return await clock.TroubleAsync(cancellationToken) is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy();
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The ledger takes no write: {failed.Message}");
        }
    }
}

/// <summary>
/// Whether certificates can be accepted at all: without a fresh revocation list of its issuer and of each authority above, a certificate is refused (REVOCATION_UNKNOWN). Unhealthy
/// when that is so below every authority of the trust store, degraded when below some. Where lists and answers are fetched, it is degraded as long as one that is in use cannot be renewed:
/// before it ends, and before anything is refused for it.
/// </summary>
internal sealed class TrustCheck(TrustFolder folder, RevocationSource revocation, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var store = folder.Current;
        var lists = store.Lists.Where(list => list.IsFreshAt(clock.GetUtcNow())).ToList();
        if (revocation.IsOn)
        {
            // An authority without lists in the folder is asked online; one with lists there was meant to be judged by them.
            var ended = store.Anchors.Concat(store.Intermediates).Where(authority => store.Lists.Any(list => list.IsCompleteOf(authority)) && !Listed(authority)).Select(authority => $"Every list of {authority.Subject} has ended.");
            List<string> troubles = [.. revocation.Endangered(), .. ended];
            return Task.FromResult(troubles.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', troubles)) : HealthCheckResult.Healthy());
        }

        var listed = store.Intermediates.Where(Listed).ToList();
        var good = store.Anchors.Where(Listed).Select(anchor => anchor.Subject).ToHashSet(StringComparer.Ordinal);
        while (listed.Exists(authority => good.Contains(authority.Issuer) && good.Add(authority.Subject))) { }   // one level down in each round

        // An authority above others is judged by them.
        var above = store.Intermediates.Where(authority => authority.Issuer != authority.Subject).Select(authority => authority.Issuer);
        var last = store.Anchors.Concat(store.Intermediates).Select(authority => authority.Subject).Except(above).ToList();
        var refused = last.Where(subject => !good.Contains(subject)).ToList();
        var why = $"For want of fresh revocation lists nothing is accepted that was issued by {string.Join("; ", refused)}.";
        return Task.FromResult(
            refused.Count == last.Count ? HealthCheckResult.Unhealthy(why) : refused.Count > 0 ? HealthCheckResult.Degraded(why) : HealthCheckResult.Healthy());

        bool Listed(X509Certificate2 authority) => lists.Exists(list => list.IsCompleteOf(authority));
    }
}

/// <summary>Whether the worker that hands dossiers over runs.</summary>
internal sealed class DeliveryCheck(DeliveryWorker worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        worker.ExecuteTask is { IsCompleted: false } ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The delivery worker does not run."));
}

/// <summary>Whether Redis stands in front of the ledger, where it should. Without it the hub is slower at repeats and never wrong, so it serves on.</summary>
internal sealed class ClaimsCheck(IReplayGuard guard) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await guard.TroubleAsync(cancellationToken) is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy();
}

/// <summary>
/// Whether evidence gets its time stamps, where it should: degraded while no authority gives them or they are late, unhealthy when the grace is over and nothing is taken in. Where it should not, that is said.
/// </summary>
internal sealed class StampsCheck(EvidenceStamps stamps) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => await stamps.LookAsync(cancellationToken) switch
    {
        { IsOn: false } => HealthCheckResult.Healthy("No time stamps are made of evidence: Exchange:Evidence:TimeStamps is not set."),
        { IsRefusing: true } late => HealthCheckResult.Unhealthy($"Nothing is taken in: evidence waits for its time stamp since {VietnamTime.Format(late.Oldest!.Value)}. {late.Trouble}"),
        { Trouble: { } trouble } troubled => HealthCheckResult.Degraded(troubled.RefusesFrom is { } from ? $"{trouble} Nothing is taken in from {VietnamTime.Format(from)} on." : trouble),
        { IsLate: true } late => HealthCheckResult.Degraded($"Evidence waits for its time stamp since {VietnamTime.Format(late.Oldest!.Value)}; nothing is taken in from {VietnamTime.Format(late.RefusesFrom!.Value)} on."),
        _ => HealthCheckResult.Healthy(),
    };
}

/// <summary>Whether the file of body keys is as it must be. While it is not, bodies go on under the keys that were read before, so the hub serves on.</summary>
internal sealed class BodyKeysCheck(BodyKeys keys) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(keys.FindTrouble() is { } trouble ? HealthCheckResult.Degraded($"Exchange:BodyKeys: {trouble}") : HealthCheckResult.Healthy());
}

/// <summary>Whether what is accepted now gets a deadline by a notice of holidays. Without one it is provisional, and never too early, so the hub serves on.</summary>
internal sealed class DeadlinesCheck(DeliveryProfiles profiles, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(profiles.DeadlineTrouble(clock.GetUtcNow()) is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy());
}
