using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Tells who waits for an exchange or for work that something was committed. A hint to look again: whoever must not miss anything polls as well.</summary>
internal sealed class LedgerChanges
{
    private readonly ConcurrentDictionary<string, ImmutableArray<Subscription>> _subscribers = new(StringComparer.Ordinal);

    /// <summary>The key under which work for a connector is published; an exchange's key is its id.</summary>
    public static string WorkFor(string connector) => "work for " + connector;

    /// <summary>Listens from now on, until disposed. Subscribe first, then read, and nothing falls between.</summary>
    public Subscription Subscribe(string key)
    {
        var subscription = new Subscription(this, key);
        _subscribers.AddOrUpdate(key, _ => [subscription], (_, there) => there.Add(subscription));
        return subscription;
    }

    public void Publish(IReadOnlyCollection<string> keys)
    {
        foreach (var key in keys)
            if (_subscribers.TryGetValue(key, out var listening))
                foreach (var subscription in listening) subscription.Ring();
    }

    /// <summary>Everybody looks again, because something may have been said while nobody listened.</summary>
    public void PublishAll()
    {
        foreach (var listening in _subscribers.Values)
            foreach (var subscription in listening) subscription.Ring();
    }

    private void Remove(Subscription gone)
    {
        while (_subscribers.TryGetValue(gone.Key, out var there))
        {
            var rest = there.Remove(gone);
            if (rest.IsEmpty ? _subscribers.TryRemove(KeyValuePair.Create(gone.Key, there)) : _subscribers.TryUpdate(gone.Key, rest, there)) return;
        }
    }

    public sealed class Subscription(LedgerChanges changes, string key) : IDisposable
    {
        // One bell: however often it rings before somebody looks, he looks once.
        private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public string Key => key;

        public void Ring() => _bell.Writer.TryWrite(true);

        /// <summary>Returns after the next ring or the time, whichever is first.</summary>
        public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellation)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var bell = _bell.Reader.WaitToReadAsync(waiting.Token).AsTask();
            await Task.WhenAny(bell, Task.Delay(longest, clock, waiting.Token));
            await waiting.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            _bell.Reader.TryRead(out _);
        }

        public void Dispose() => changes.Remove(this);
    }
}
