using System.Threading.Channels;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Inside;

/// <summary>A delivery on its way to one service, and the answer that is waited for.</summary>
internal sealed record OfferedDelivery(InboxSubscriber To, TaskCompletionSource<HandOver> Source)
{
    public Task<HandOver> Answer => Source.Task;
}

/// <summary>One inside service while its stream is open.</summary>
public sealed class InboxSubscriber : IDisposable
{
    private readonly InsideConnector _connector;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OfferedDelivery> _inFlight = new(StringComparer.Ordinal);
    private readonly Channel<DeliveryWork> _outgoing = Channel.CreateUnbounded<DeliveryWork>();   // bounded by the leases in flight
    private bool _left;
    private volatile bool _finishing;

    internal InboxSubscriber(InsideConnector connector, string service, int maxInFlight) => (_connector, Service, MaxInFlight) = (connector, service, maxInFlight);

    public string Service { get; }

    /// <summary>Leases that it holds at once.</summary>
    public int MaxInFlight { get; }

    /// <summary>True once the stream is to end because the hub stops, and not because its service wants no more.</summary>
    public bool HubStops => _finishing;

    /// <summary>Deliveries to be written to the stream, in order.</summary>
    public IAsyncEnumerable<DeliveryWork> ReadAllAsync(CancellationToken cancellation) => _outgoing.Reader.ReadAllAsync(cancellation);

    /// <summary>Takes the service's answer. False when the lease is not, or no longer, its own.</summary>
    public bool Settle(string leaseToken, HandOver outcome)
    {
        OfferedDelivery? offered;
        lock (_lock)
        {
            if (!_inFlight.Remove(leaseToken, out offered)) return false;
            EndIfDone();
        }

        return offered.Source.TrySetResult(outcome);
    }

    /// <summary>The stream ended: what was not acknowledged is handed out again.</summary>
    public void Dispose()
    {
        _connector.Leave(this);
        List<OfferedDelivery> open;
        lock (_lock)
        {
            _left = true;
            open = [.. _inFlight.Values];
            _inFlight.Clear();
        }

        _outgoing.Writer.TryComplete();
        foreach (var offered in open) offered.Source.TrySetResult(new HandOver.NotNow($"{Service} went away without an answer", TimeSpan.FromSeconds(1)) { SaysNothing = true });
    }

    /// <summary>The worker no longer waits: its lease ended. A late answer then finds nothing.</summary>
    internal void Forget(string leaseToken)
    {
        lock (_lock)
        {
            _inFlight.Remove(leaseToken);
            EndIfDone();
        }
    }

    /// <summary>Takes nothing more; the stream ends when all that it holds is answered or given up.</summary>
    internal void Finish()
    {
        lock (_lock)
        {
            _finishing = true;
            EndIfDone();
        }
    }

    internal OfferedDelivery? TryOffer(DeliveryWork work)
    {
        var offered = new OfferedDelivery(this, new TaskCompletionSource<HandOver>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            if (_left || _finishing || _inFlight.Count >= MaxInFlight) return null;
            _inFlight[work.LeaseToken] = offered;
            _outgoing.Writer.TryWrite(work);
        }

        return offered;
    }

    private void EndIfDone()
    {
        if (_finishing && _inFlight.Count == 0) _outgoing.Writer.TryComplete();
    }
}
