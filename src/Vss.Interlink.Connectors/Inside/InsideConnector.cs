using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Inside;

/// <summary>
/// Hands deliveries to VSS's own services over the streams that they opened. One more connector: a service that is away is a partner that is away.
/// Any subscriber may take any delivery to the inside; which service a dossier is for is the inside's own affair.
/// </summary>
public sealed class InsideConnector(TimeProvider clock) : IPartnerConnector
{
    // Short enough that a stopping hub does not wait, long enough that an empty inside costs the ledger little.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<InboxSubscriber> _subscribers = [];
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;
    private volatile bool _closed;

    public string Name => "inside";

    public bool Relays => false;

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

        Freed();
        return subscriber;
    }

    /// <summary>The hub stops: nobody is offered anything more, what waits for a service goes back at once, and each stream ends when its service has answered what it holds.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var subscriber in _subscribers) subscriber.Finish();
        }

        Freed();
    }

    public async Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
    {
        var until = clock.GetTimestamp();
        while (true)
        {
            var room = Volatile.Read(ref _room).Task;
            if (Offer(work) is { } offered)
            {
                try
                {
                    return await offered.Answer.WaitAsync(cancellation);
                }
                finally
                {
                    offered.To.Forget(work.LeaseToken);
                }
            }

            if (_closed) return new HandOver.NotNow("the hub stopped before an inside service had room", TimeSpan.Zero, Attempted: false);
            var left = Patience - clock.GetElapsedTime(until);
            if (left <= TimeSpan.Zero) return new HandOver.NotNow("no inside service has room for a delivery", TimeSpan.FromSeconds(1), Attempted: false);
            await Task.WhenAny(room, Task.Delay(left, clock, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    internal void Leave(InboxSubscriber subscriber)
    {
        lock (_lock) _subscribers.Remove(subscriber);
    }

    /// <summary>Somebody joined, or settled a delivery and has room for the next.</summary>
    internal void Freed() => Interlocked.Exchange(ref _room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

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
