using Vss.Interlink.Exchange.Simulation.Engine;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>A machine with a hub on it: the clock is the machine's, everything else is lost with each life.</summary>
internal sealed class Node(World world, string name)
{
    public string Name => name;

    /// <summary>How far the machine's clock is ahead.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>The hub's process; null while there is none.</summary>
    public Life? Life { get; private set; }

    public void Start()
    {
        if (Life is not null) return;
        Life = new Life(world, this);
        world.Note(name, "starts");
        Life.Begin();
    }

    /// <summary>Everything that is not in the store is gone, at whatever point it was.</summary>
    public void Crash(string why)
    {
        if (Life is null) return;
        world.Note(name, $"crashes {why}");
        End();
    }

    /// <summary>Nothing runs for a while, and then everything goes on as if no time had passed.</summary>
    public void Pause(TimeSpan length)
    {
        if (Life is not { Flow.Paused: false } life) return;
        world.Count("node stands still");
        world.Note(name, $"stands still for {length.TotalSeconds:0} s");
        life.Flow.Paused = true;
        life.Disturb(length);
        world.Scheduler.After(length, world.Outside, () => Resume(life));
    }

    /// <summary>As for an upgrade: what runs is put back or ends, then the process does.</summary>
    public void Stop()
    {
        if (Life is not { Flow.Paused: false } life) return;
        world.Count("node is stopped");
        world.Note(name, "is stopped");
        life.Disturb(TimeSpan.Zero);
        life.Stop();
        world.Scheduler.After(world.Dice.Seconds(1, 60), world.Outside, () =>
        {
            if (Life == life) End();
        });
    }

    public void Resume(Life life)
    {
        if (Life != life || !life.Flow.Paused) return;
        world.Note(name, "goes on");
        life.Disturb(TimeSpan.Zero);
        life.Flow.Resume();
    }

    private void End()
    {
        Life!.Flow.Ended = true;
        world.Disk?.Died(Life);
        Life = null;
        world.Scheduler.After(world.Weather.IsCalm ? TimeSpan.FromSeconds(1) : world.Dice.Milliseconds(200, 90_000), world.Outside, Start);
    }
}
