using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>The hub's staff at the dead letters: some give new attempts and some give up, now and then two of them about the same one, and now and then about one that is not dead.</summary>
internal sealed class Clerk(World world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task ServeAsync()
    {
        while (true)
        {
            await world.DelayAsync(world.Weather.IsCalm ? world.Dice.Seconds(3, 8) : world.Dice.Seconds(2, 25));
            if (world.Dice.Chance(0.1) && world.Checker.AnyDelivery() is { } any) await DecideAsync(any, world.Dice.Chance(0.5));
            var request = new ListDeliveriesRequest { State = DeliveryState.Dead };
            if (await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => life.DeadLetters.ListAsync(request, aborted))) is not { } dead) continue;
            foreach (var entry in dead.Deliveries)
            {
                var discards = world.Dice.Chance(0.35);
                var decision = DecideAsync(entry.Delivery.DeliveryId, discards);
                if (world.Dice.Chance(0.3)) await Task.WhenAll(decision, DecideAsync(entry.Delivery.DeliveryId, !discards));
                else await decision;
            }
        }
    }

    private async Task DecideAsync(string delivery, bool discards)
    {
        var entry = await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => discards ? life.DeadLetters.DiscardAsync(delivery, "Nobody wants it.", "CN=clerk", aborted) : life.DeadLetters.RedriveAsync(delivery, "CN=clerk", aborted)));
        if (entry is null) return;
        world.Note("clerk", $"has {(discards ? "discarded" : "redriven")} {Trace.Short(delivery)}");
        world.Checker.Decided(delivery, discards);
    }
}
