using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>One circuit breaker and time-out per partner, so that one that is down costs the others nothing. Retries are the ledger's, they survive a crash.</summary>
internal sealed class PartnerPipelines(DeliveryOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<(string Connector, OrganId Receiver), ResiliencePipeline<HandOver>> _pipelines = new();

    /// <summary>Runs one hand-over. An open breaker and a time-out come back as <see cref="HandOver.NotNow"/>, like everything that is not for ever.</summary>
    public async Task<HandOver> RunAsync(string connector, OrganId receiver, Func<CancellationToken, ValueTask<HandOver>> handOver, CancellationToken cancellation)
    {
        var pipeline = _pipelines.GetOrAdd((connector, receiver), _ => Build());
        try
        {
            return await pipeline.ExecuteAsync(handOver, cancellation);
        }
        catch (BrokenCircuitException open)
        {
            return new HandOver.NotNow("The partner failed several times and is left in peace for a while.", open.RetryAfter ?? options.BreakerRest, Attempted: false);
        }
        catch (TimeoutRejectedException)
        {
            return new HandOver.NotNow($"No answer within {options.HandOverTimeout.TotalSeconds:0} s.");
        }
    }

    private ResiliencePipeline<HandOver> Build() => new ResiliencePipelineBuilder<HandOver> { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HandOver>
        {
            FailureRatio = 0.9,
            MinimumThroughput = options.BreakerFailures,
            SamplingDuration = options.BreakerWindow,
            BreakDuration = options.BreakerRest,
            ShouldHandle = new PredicateBuilder<HandOver>().Handle<TimeoutRejectedException>().HandleResult(result => result is HandOver.NotNow { Attempted: true }),
        })
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.HandOverTimeout })
        .Build();
}
