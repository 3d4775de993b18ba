using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// The process's own guard with the shared one behind it, and without while that is away: a circuit breaker decides. Both hold a claim, so that the process's own equals wait without asking Redis
/// and are still told apart when Redis goes away in the middle.
/// </summary>
public sealed partial class FallbackReplayGuard : IReplayGuard
{
    private readonly IReplayGuard _process;
    private readonly IReplayGuard _redis;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _breaker;
    private readonly ILogger<FallbackReplayGuard> _logger;
    private volatile string? _trouble;

    /// <param name="process">Never away.</param>
    /// <param name="redis">Throws <see cref="GuardAwayException"/> when it is away.</param>
    /// <param name="breaker">When the second is left alone.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="logger">Takes its going and coming.</param>
    public FallbackReplayGuard(IReplayGuard process, IReplayGuard redis, RedisOptions breaker, TimeProvider clock, ILogger<FallbackReplayGuard> logger)
    {
        (_process, _redis, _logger) = (process, redis, logger);
        _breaker = new ResiliencePipelineBuilder { TimeProvider = new SteadyClock(clock) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.1,
                MinimumThroughput = breaker.BreakerMinimum,
                SamplingDuration = breaker.BreakerWindow,
                BreakDuration = breaker.BreakerRest,
                StateProvider = _state,
                ShouldHandle = new PredicateBuilder().Handle<GuardAwayException>(),
            })
            .Build();
    }

    public async Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation)
    {
        var here = await _process.ClaimAsync(ticket, disbelieved, cancellation);
        if (here is not GuardAnswer.Taken) return here;
        var keeps = false;
        try
        {
            var there = await AskAsync<GuardAnswer?>("claim", async token => await _redis.ClaimAsync(ticket, disbelieved, token), null, cancellation);
            keeps = there is null or GuardAnswer.Taken;
            return there ?? here;
        }
        finally
        {
            // Another node has it, or the caller left.
            if (!keeps) await _process.ReleaseAsync(ticket, CancellationToken.None);
        }
    }

    public async Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation)
    {
        var there = await AskAsync<bool?>("accepted", async token => await _redis.AcceptedAsync(ticket, exchange, token), null, cancellation);
        var here = await _process.AcceptedAsync(ticket, exchange, cancellation);   // last: whoever waits here asks there next
        return there ?? here;
    }

    public async Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation)
    {
        var there = await AskAsync<bool?>("release", async token => await _redis.ReleaseAsync(ticket, token), null, cancellation);
        var here = await _process.ReleaseAsync(ticket, cancellation);
        return there ?? here;
    }

    // What this process saw stays seen, whatever becomes of Redis.
    public async Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) =>
        await _process.SeeAsync(partner, nonce, until, cancellation) && await AskAsync("nonce", token => _redis.SeeAsync(partner, nonce, until, token), true, cancellation);

    public async Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation)
    {
        // Each is asked alone: counted twice, a partner would have half of what it may.
        var (isAnswered, wait) = await AskAsync("enter", async token => (true, await _redis.EnterAsync(partner, slot, limits, token)), (false, null), cancellation);
        return isAnswered ? wait : await _process.EnterAsync(partner, slot, limits, cancellation);
    }

    public async Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation)
    {
        await _process.LeaveAsync(partner, slot, cancellation);
        if (_state.CircuitState == CircuitState.Closed) await _redis.LeaveAsync(partner, slot, cancellation);
    }

    /// <summary>Asks Redis, unless it is left alone at the moment.</summary>
    public async Task<string?> TroubleAsync(CancellationToken cancellation)
    {
        await AskAsync("probe", token => _redis.TroubleAsync(token), null, cancellation);
        return _trouble;
    }

    private async Task<T> AskAsync<T>(string step, Func<CancellationToken, Task<T>> ask, T otherwise, CancellationToken cancellation)
    {
        try
        {
            var answer = await _breaker.ExecuteAsync(async token => await ask(token), cancellation);
            if (_trouble is not null)
            {
                _trouble = null;
                Back(_logger);
            }

            return answer;
        }
        catch (GuardAwayException away)
        {
            if (_trouble is null) Away(_logger, away.Message);
            _trouble = $"Claims go without Redis, each node for itself: {away.Message}";
        }
        catch (BrokenCircuitException)
        {
        }

        ClaimTelemetry.WithoutRedis(step);
        return otherwise;
    }

    [LoggerMessage(2202, LogLevel.Warning, "Redis is away, the ledger alone tells repeats: {Reason}")]
    private static partial void Away(ILogger logger, string reason);

    [LoggerMessage(2203, LogLevel.Information, "Redis answers again")]
    private static partial void Back(ILogger logger);
}
