namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// What was seen of one partner; bounded. Whichever way the clock steps, nothing that a Timestamp lets in again is taken for new: forgotten is what has ended both by the clock and by the time that
/// went by, and after a step back to before that nothing is let in which ends no later than what was forgotten.
/// </summary>
internal sealed class SeenNonces(int max, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Nonce, long Since, TimeSpan Left), DateTimeOffset> _ending = new();
    private DateTimeOffset _forgotten = DateTimeOffset.MinValue;

    /// <summary>False when it is there already, or cannot be told any more.</summary>
    /// <exception cref="GuardFullException">There are as many as there may be.</exception>
    public bool Add(string nonce, DateTimeOffset until)
    {
        var (now, since) = (clock.GetUtcNow(), clock.GetTimestamp());
        lock (_lock)
        {
            while (_ending.TryPeek(out var oldest, out var end) && end <= now && clock.GetElapsedTime(oldest.Since, since) >= oldest.Left)
            {
                _ending.Dequeue();
                _seen.Remove(oldest.Nonce);
                if (end > _forgotten) _forgotten = end;
            }

            if (until <= _forgotten || _seen.Contains(nonce)) return false;
            if (_seen.Count >= max) throw new GuardFullException($"{max} signed requests are remembered within their windows, and no more can be.");
            _seen.Add(nonce);
            _ending.Enqueue((nonce, since, until - now), until);
            return true;
        }
    }
}
