using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Inside;

/// <summary>
/// Hands deliveries to VSS's own services over the streams that they opened to this node. One more connector: a service that is away is a partner that is away.
/// Any subscriber may take any delivery to the inside; which service a dossier is for is the inside's own affair.
/// </summary>
public sealed class InsideConnector : IPartnerConnector
{
    private readonly Lock _lock = new();
    private readonly List<InboxSubscriber> _subscribers = [];
    private int _next;
    private volatile bool _closed;

    public event Action? PlacesAdded;

    public string Name => Roads.Inside;

    public bool Relays => false;

    /// <summary>What the services that are here asked to hold at once; none without a service, for a lease would only keep the delivery from a node that has one.</summary>
    public int Places
    {
        get
        {
            lock (_lock) return _closed ? 0 : _subscribers.Sum(subscriber => subscriber.MaxInFlight);
        }
    }

    /// <summary>A service begins to take deliveries; dispose the subscriber when its stream ends.</summary>
    /// <param name="service">For the records.</param>
    /// <param name="maxInFlight">Leases that it holds at once.</param>
    public InboxSubscriber Join(string service, int maxInFlight)
    {
        var subscriber = new InboxSubscriber(this, service, maxInFlight);
        lock (_lock)
        {
            _subscribers.Add(subscriber);
            if (_closed) subscriber.Finish();
        }

        PlacesAdded?.Invoke();
        return subscriber;
    }

    /// <summary>The hub stops: nobody is offered anything more, and each stream ends when its service has answered what it holds.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var subscriber in _subscribers) subscriber.Finish();
        }
    }

    public async Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
    {
        // A service left since the lease was taken: whoever has one now, on whatever node, takes the delivery at once.
        if (Offer(work) is not { } offered) return new HandOver.NotNow("no inside service has room for a delivery", TimeSpan.Zero, Attempted: false);
        try
        {
            return await offered.Answer.WaitAsync(cancellation);
        }
        finally
        {
            offered.To.Forget(work.LeaseToken);
        }
    }

    internal void Leave(InboxSubscriber subscriber)
    {
        lock (_lock) _subscribers.Remove(subscriber);
    }

    private OfferedDelivery? Offer(DeliveryWork work)
    {
        lock (_lock)
        {
            if (_closed) return null;

            // In turn, so that one slow service does not collect everything.
            for (var tried = 0; tried < _subscribers.Count; tried++)
            {
                _next = (_next + 1) % _subscribers.Count;
                if (_subscribers[_next].TryOffer(work) is { } offered) return offered;
            }
        }

        return null;
    }
}
