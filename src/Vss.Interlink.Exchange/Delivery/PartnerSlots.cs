namespace Vss.Interlink.Exchange.Delivery;

/// <summary>How many hand-overs one connector may have under way on this node, in all and to each partner: one that is slow holds his own places and nobody else's.</summary>
internal sealed class PartnerSlots(int all, DeliveryProfiles profiles)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<OrganId, int> _busy = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;
    private bool _closing;

    /// <summary>Takes as many places for the partner as are free, up to <paramref name="most"/>.</summary>
    /// <param name="partner">For whom.</param>
    /// <param name="places">What the connector has at this moment.</param>
    /// <param name="most">No more are wanted.</param>
    public int Take(OrganId partner, int places = int.MaxValue, int most = int.MaxValue)
    {
        lock (_lock)
        {
            var busy = _busy.GetValueOrDefault(partner);
            var free = Math.Max(0, Math.Min(most, Math.Min(Math.Min(all, places) - _taken, profiles.For(partner).Concurrency - busy)));
            if (free == 0) return 0;
            _busy[partner] = busy + free;
            _taken += free;
            return free;
        }
    }

    public void Release(OrganId partner, int places = 1)
    {
        if (places == 0) return;
        lock (_lock)
        {
            var busy = _busy[partner] - places;
            if (busy > 0) _busy[partner] = busy;
            else _busy.Remove(partner);
            _taken -= places;
            if (_closing && _taken == 0) _idle.TrySetResult();
        }
    }

    /// <summary>Ends when nothing is under way any more.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closing = true;
            if (_taken == 0) _idle.TrySetResult();
        }

        return _idle.Task;
    }
}
