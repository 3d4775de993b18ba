using System.Collections.Concurrent;
using Polly;
using Polly.Timeout;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>
/// Cuts off hand-overs that last longer than the partner's profile allows. What else one asks of a pipeline is elsewhere, because it must outlive a node or hold
/// for all of them: retries with jitter and the breaker are the ledger's, the bulkhead is <see cref="PartnerSlots"/>.
/// </summary>
internal sealed class PartnerTimeOuts(TimeProvider clock)
{
    private readonly ConcurrentDictionary<TimeSpan, ResiliencePipeline<HandOver>> _pipelines = new();

    /// <summary>Runs one hand-over; a time-out comes back as <see cref="HandOver.NotNow"/>.</summary>
    public async Task<HandOver> RunAsync(TimeSpan longest, Func<CancellationToken, ValueTask<HandOver>> handOver, CancellationToken cancellation)
    {
        try
        {
            return await _pipelines.GetOrAdd(longest, Build).ExecuteAsync(handOver, cancellation);
        }
        catch (TimeoutRejectedException)
        {
            return new HandOver.NotNow($"No answer within {longest.TotalSeconds:0} s.");
        }
    }

    private ResiliencePipeline<HandOver> Build(TimeSpan longest) =>
        new ResiliencePipelineBuilder<HandOver> { TimeProvider = clock }.AddTimeout(new TimeoutStrategyOptions { Timeout = longest }).Build();
}
