namespace Vss.Interlink.Exchange.Replay;

/// <summary>What was seen of one partner and until when that matters; bounded.</summary>
internal sealed class SeenNonces(int max, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ending = new();

    /// <summary>False when it is there already.</summary>
    /// <exception cref="GuardFullException">There are as many as there may be.</exception>
    public bool Add(string nonce, TimeSpan window)
    {
        var now = clock.GetTimestamp();
        var until = now + (long)(window.TotalSeconds * clock.TimestampFrequency);
        lock (_lock)
        {
            while (_ending.TryPeek(out var oldest, out var ends) && ends <= now)
            {
                _ending.Dequeue();
                _seen.Remove(oldest);
            }

            if (_seen.Contains(nonce)) return false;
            if (_seen.Count >= max) throw new GuardFullException($"{max} signed requests are remembered within their windows, and no more can be.");
            _seen.Add(nonce);
            _ending.Enqueue(nonce, until);
            return true;
        }
    }
}
