namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>
/// The one thread of control of a simulation. Of everything that can run the dice pick; when nothing can, time goes on to what comes next. So a seed is one order of all events, and time costs nothing.
/// </summary>
internal sealed class Scheduler(Dice dice, Trace trace)
{
    /// <summary>An event from outside of the flow's code: a timer, an answer.</summary>
    public static readonly SendOrPostCallback Event = act => ((Action)act!)();

    private readonly List<Ready> _ready = [];
    private readonly PriorityQueue<Ready, (long At, long Number)> _later = new();
    private long _scheduled;

    public TimeSpan Now { get; private set; }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Asked before each step of a flow; true when the flow has ended instead.</summary>
    public Func<Flow, bool>? Strikes { get; set; }

    public void Add(Ready item)
    {
        if (!item.Flow.Ended) _ready.Add(item);
    }

    /// <summary>Has it done after a while, unless the flow ends before. Events are as late as timers are: up to some milliseconds.</summary>
    public void After(TimeSpan delay, Flow flow, Action act)
    {
        var at = Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero) + TimeSpan.FromTicks(dice.Below(20_000));
        _later.Enqueue(new Ready(flow, Event, act), (at.Ticks, _scheduled++));
    }

    /// <summary>One step. False when nothing will ever happen again.</summary>
    public bool Step()
    {
        while (true)
        {
            if (Next() is not { } item) return false;
            if (item.Flow.Ended) continue;
            if (item.Flow.Paused)
            {
                item.Flow.Hold(item);
                continue;
            }

            Steps++;
            trace.Step(Now, item.Flow.Number);
            if (Strikes?.Invoke(item.Flow) == true) return true;
            Run(item);
            return true;
        }
    }

    private Ready? Next()
    {
        if (_ready.Count > 0)
        {
            var picked = dice.Below(_ready.Count);
            var item = _ready[picked];
            _ready[picked] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            return item;
        }

        if (!_later.TryDequeue(out var later, out var when)) return null;
        Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, when.At));
        return later;
    }

    private static void Run(Ready item)
    {
        // Without a context the answer's continuation is posted to the flow that awaits it, and is a step of its own.
        SynchronizationContext.SetSynchronizationContext(item.Callback == Event ? null : item.Flow);
        try
        {
            item.Callback(item.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
