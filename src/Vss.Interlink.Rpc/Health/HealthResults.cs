using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>
/// The last result of each of the host's checks, and what they say of the services they are mapped to. Fed by the host's publisher (HealthCheckPublisherOptions
/// says how often) and by callers who want to know now; however many these are, a check runs once at a time and its result is good for <see cref="Freshness"/>.
/// </summary>
/// <threadsafety>Safe for any number of threads.</threadsafety>
internal sealed partial class HealthResults : IHealthCheckPublisher
{
    /// <summary>So that a flood of calls costs one run a second of each check.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly HealthCheckService _runner;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<string, CheckState> _checks;
    private readonly Dictionary<string, CheckState[]> _services;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();

    public HealthResults(
        HealthCheckService runner, IOptions<HealthCheckServiceOptions> registered, IOptions<GrpcHealthChecksOptions> options, TimeProvider clock,
        ILogger<HealthResults> logger)
    {
        (_runner, _clock, _logger) = (runner, clock, logger);
        var registrations = registered.Value.Registrations;
        _checks = registrations.ToDictionary(one => one.Name, one => new CheckState(one.Name), StringComparer.OrdinalIgnoreCase);
        _services = options.Value.Services.All.ToDictionary(
            service => service.Key,
            service => registrations.Where(one => service.Value(new HealthCheckMapContext(one.Name, one.Tags))).Select(one => _checks[one.Name]).ToArray(),
            StringComparer.Ordinal);
    }

    /// <summary>Names of the services that are mapped, the empty one among them.</summary>
    public IReadOnlyCollection<string> Services => _services.Keys;

    /// <summary>Completes at the next change of any result. Take it before looking, so that no change falls in between.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>SERVING unless a check of the service is unhealthy; UNKNOWN when it has none, or none has run; SERVICE_UNKNOWN when it is not mapped.</summary>
    public ServingStatus StatusOf(string service)
    {
        if (!_services.TryGetValue(service, out var checks)) return ServingStatus.ServiceUnknown;
        lock (_gate)
        {
            return checks.Any(check => check.Last == HealthStatus.Unhealthy) ? ServingStatus.NotServing
                : checks.Any(check => check.Last is not null) ? ServingStatus.Serving : ServingStatus.Unknown;
        }
    }

    /// <summary>
    /// The status after running the service's checks, or after the run that goes on already. A check that does not end keeps its callers until their deadlines;
    /// give it a time-out where it is registered.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's token ended the wait. The run goes on, for others wait for it too.</exception>
    public async Task<ServingStatus> CheckAsync(string service, CancellationToken cancellationToken)
    {
        if (_services.TryGetValue(service, out var checks)) await Task.WhenAll(checks.Select(RefreshAsync)).WaitAsync(cancellationToken);
        return StatusOf(service);
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        // Checks with a period of their own come in reports of their own: what is not in this one stays as it was.
        foreach (var (name, entry) in report.Entries) Learn(name, entry.Status);
        return Task.CompletedTask;
    }

    private Task RefreshAsync(CheckState check)
    {
        lock (_gate)
        {
            if (check.Run is null || (check.Run.IsCompleted && _clock.GetElapsedTime(check.EndedAt) >= Freshness)) check.Run = RunAsync(check);
            return check.Run;
        }
    }

    // The runner starts each check on the pool, so this returns at once and may be called under the lock.
    private async Task RunAsync(CheckState check)
    {
        try
        {
            await PublishAsync(await _runner.CheckHealthAsync(one => one.Name == check.Name, CancellationToken.None), CancellationToken.None);
        }
        catch (Exception unmade)
        {
            // The runner answers for a check that throws, not for one that cannot be made.
            CannotRun(_logger, check.Name, unmade);
            Learn(check.Name, HealthStatus.Unhealthy);
        }
        finally
        {
            check.EndedAt = _clock.GetTimestamp();
        }
    }

    private void Learn(string name, HealthStatus status)
    {
        lock (_gate)
        {
            if (!_checks.TryGetValue(name, out var check) || check.Last == status) return;
            check.Last = status;
            Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        }
    }

    [LoggerMessage(3211, LogLevel.Error, "The health check {Check} cannot run.")]
    private static partial void CannotRun(ILogger logger, string check, Exception exception);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class CheckState(string name)
    {
        public string Name => name;

        public HealthStatus? Last { get; set; }

        public Task? Run { get; set; }

        /// <summary>Timestamp of the clock at the end of the last run.</summary>
        public long EndedAt { get; set; }
    }
}
