using Vss.Interlink.Exchange.Simulation.Hub;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>Between partners and nodes: it loses questions and answers, doubles them, mixes their order, and goes to whichever node the balancer picks.</summary>
internal sealed class Network(World world)
{
    /// <summary>Asks the hub. Null: no answer within the patience, or none to be had.</summary>
    public async Task<T?> AskAsync<T>(TimeSpan patience, Func<Life, CancellationToken, Task<T?>> serve) where T : class
    {
        var answered = new TaskCompletionSource<T?>();
        Send(serve, patience, answered);
        if (world.Weather.NetworkDoubles()) Send(serve, patience, answered);
        world.Scheduler.After(patience, world.Outside, () => answered.TrySetResult(null));
        return await answered.Task;
    }

    private void Send<T>(Func<Life, CancellationToken, Task<T?>> serve, TimeSpan patience, TaskCompletionSource<T?> answered) where T : class
    {
        if (world.Weather.NetworkLoses()) return;
        world.Scheduler.After(world.Weather.NetworkTravel(), world.Outside, () =>
        {
            if (world.Dice.Pick(world.Nodes).Life is { } life) life.Flow.Post(_ => _ = ServeAsync(life, serve, patience, answered), null);
            else Answer(null, answered);
        });
    }

    private async Task ServeAsync<T>(Life life, Func<Life, CancellationToken, Task<T?>> serve, TimeSpan patience, TaskCompletionSource<T?> answered) where T : class
    {
        using var aborted = new CancellationTokenSource();
        if (world.Weather.CallerHangsUp()) world.Scheduler.After(world.Dice.Between(TimeSpan.Zero, patience / 8), life.Flow, () => HangUp(aborted));
        try
        {
            Answer(await serve(life, aborted.Token), answered);
        }
        catch (Exception failed)
        {
            world.Checker.Break($"an edge of {life.Name} met an error that it does not know: {failed}");
        }
    }

    private void Answer<T>(T? answer, TaskCompletionSource<T?> answered) where T : class
    {
        if (!world.Weather.NetworkLoses()) world.Scheduler.After(world.Weather.NetworkTravel(), world.Outside, () => answered.TrySetResult(answer));
    }

    private static void HangUp(CancellationTokenSource aborted)
    {
        try
        {
            aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was answered before.
        }
    }
}
