namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>
/// What one life of a node takes for the time: the simulation's, shifted as its machine's clock is. Timers and durations go by the time that really passes, as those of an operating system do.
/// No reading is given twice in one simulation: the hub's ids begin with the millisecond they were made in, so their order never hangs on the random bits behind it.
/// </summary>
/// <param name="scheduler">The real time.</param>
/// <param name="flow">The node's life, with which its timers end.</param>
/// <param name="shift">How far the machine's clock is ahead, at this moment.</param>
/// <param name="told">Milliseconds that were given to anybody.</param>
internal sealed class SimulatedClock(Scheduler scheduler, Flow flow, Func<TimeSpan> shift, HashSet<long> told) : TimeProvider
{
    // A working morning in Vietnam, so that a deadline of one working hour is an hour away.
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 1, 30, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>What it shows, for whoever only looks on.</summary>
    public DateTimeOffset Shown => Start + scheduler.Now + shift();

    public override DateTimeOffset GetUtcNow()
    {
        var milliseconds = Shown.ToUnixTimeMilliseconds();
        while (!told.Add(milliseconds)) milliseconds++;
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    public override long GetTimestamp() => scheduler.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(scheduler, flow, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Scheduler scheduler, Flow flow, TimerCallback callback, object? state) : ITimer
    {
        private int _set;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var set = ++_set;
            if (dueTime != Timeout.InfiniteTimeSpan) scheduler.After(dueTime, flow, () => Ring(set, period));
            return true;
        }

        public void Dispose() => _set++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(int set, TimeSpan period)
        {
            if (set != _set) return;
            if (period > TimeSpan.Zero) scheduler.After(period, flow, () => Ring(set, period));
            callback(state);
        }
    }
}
