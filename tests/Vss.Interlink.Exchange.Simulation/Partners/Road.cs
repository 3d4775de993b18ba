using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Simulation.Hub;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>A connector: one attempt goes out to the receiver, arrives or not, is answered or not. A box takes everything and waits to be opened.</summary>
internal sealed class Road(World world, Life life, string name) : IPartnerConnector
{
    public string Name => name;

    public bool Relays => name == Town.AxisRoad;

    public Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation) => HandOverAsync(work, work.IdempotencyKey, cancellation);

    /// <param name="work">The delivery.</param>
    /// <param name="key">What the receiver knows a repeat by.</param>
    /// <param name="cancellation">Ends the waiting; what is on its way arrives.</param>
    public async Task<HandOver> HandOverAsync(DeliveryWork work, string key, CancellationToken cancellation)
    {
        world.Note(life.Name, $"hands over {work.Purpose} of {work.MessageId} to {work.Receiver}, lease {work.Lease.Fence}, attempt {work.Attempt}");
        var answer = new TaskCompletionSource<HandOver>();
        using var ending = cancellation.Register(() => answer.TrySetCanceled(cancellation));
        if (name != Town.BoxRoad) await ReadAttachmentsAsync(work, cancellation);
        if (name == Town.BoxRoad) world.Scheduler.After(world.Dice.Milliseconds(0, 5), life.Flow, () => answer.TrySetResult(new HandOver.Available()));
        else Send(work, key, answer);
        return await answer.Task;
    }

    private async Task ReadAttachmentsAsync(DeliveryWork work, CancellationToken cancellation)
    {
        foreach (var attachment in work.Dossier.Attachments)
        {
            using var octets = new MemoryStream();
            try
            {
                await using var body = work.OpenAttachment(attachment.Id);
                await body.CopyToAsync(octets, cancellation);
            }
            catch (ExchangeFault) when (world.Mutation?.SwallowsUnreadable == true)
            {
                // What was read so far goes out.
            }

            world.Checker.Given(attachment, octets.ToArray());
        }
    }

    private void Send(DeliveryWork work, string key, TaskCompletionSource<HandOver> answer)
    {
        if (world.Weather.NetworkLoses()) return;
        var receiver = world.Receivers[work.Receiver.ToString()];
        if (receiver.Mood == ReceiverMood.Down)
        {
            world.Scheduler.After(world.Weather.NetworkTravel(), life.Flow, () => answer.TrySetException(new HttpRequestException("Connection refused.")));
            return;
        }

        world.Scheduler.After(world.Weather.NetworkTravel() + Thinking(receiver, 0.5), world.Outside, () =>
        {
            if (receiver.Mood == ReceiverMood.Hanging) return;
            var said = receiver.Take(work, key);
            if (world.Weather.NetworkLoses() || world.Weather.ReceiverDiesBeforeAnswer()) return;
            world.Scheduler.After(world.Weather.NetworkTravel() + Thinking(receiver, 0.5), life.Flow, () => answer.TrySetResult(said));
        });
    }

    private TimeSpan Thinking(Receiver receiver, double share) => receiver.Mood == ReceiverMood.Slow ? world.Dice.Seconds(5, 80) * share : TimeSpan.Zero;
}
