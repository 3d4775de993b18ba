namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>
/// What lives and dies together: one life of a node, or the world outside. Every await of its code comes back here, so that between any two of them it can be ended, as by a power cut, or stand
/// still, as a process that the machine has forgotten.
/// </summary>
internal sealed class Flow(Scheduler scheduler, int number, string name) : SynchronizationContext
{
    private readonly List<Ready> _held = [];

    public int Number => number;

    public string Name => name;

    /// <summary>Nothing of it runs any more.</summary>
    public bool Ended { get; set; }

    /// <summary>Nothing of it runs until <see cref="Resume"/>.</summary>
    public bool Paused { get; set; }

    public void Hold(Ready item) => _held.Add(item);

    public void Resume()
    {
        Paused = false;
        foreach (var item in _held) scheduler.Add(item);
        _held.Clear();
    }

    public override void Post(SendOrPostCallback d, object? state) => scheduler.Add(new Ready(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in a simulation waits for itself.");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>Something that can run now.</summary>
/// <param name="Flow">Whose it is.</param>
/// <param name="Callback">A continuation of the flow's code; or <see cref="Scheduler.Event"/>, which comes from outside of it.</param>
/// <param name="State">The callback's.</param>
internal readonly record struct Ready(Flow Flow, SendOrPostCallback Callback, object? State);
