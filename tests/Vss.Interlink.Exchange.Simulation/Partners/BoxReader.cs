using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>A partner that fetches by itself: looks, opens, works on it, confirms, and asks again when he hears nothing.</summary>
internal sealed class BoxReader(World world, string organ)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly OrganId _organ = OrganId.Stored(organ);
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);

    /// <summary>Whether he opened the delivery, so that he may confirm it.</summary>
    public bool Opened(string key) => _opened.Contains(key);

    public async Task ReadAsync()
    {
        while (true)
        {
            await world.DelayAsync(world.Weather.IsCalm ? world.Dice.Seconds(5, 10) : world.Dice.Seconds(5, 40));
            if (await world.Network.AskAsync(Patience, (life, _) => ListAsync(life)) is not { } items) continue;
            foreach (var item in items)
            {
                if (await OpenAsync(item.Delivery) is null) continue;
                if (world.Dice.Chance(0.2)) continue;   // looks in and comes back later
                await ConfirmAsync(item.Delivery);
                if (world.Dice.Chance(0.2)) await ConfirmAsync(item.Delivery);
            }
        }
    }

    private async Task<OpenedDelivery?> OpenAsync(DeliveryId delivery)
    {
        var opened = await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => OpenAsync(life, delivery, aborted)));
        if (opened is not null) world.Checker.Read(opened);
        if (opened is null || !_opened.Add(delivery.ToString())) return opened;
        world.Note(organ, $"opens {opened.Item.MessageId}");
        world.Checker.Opened(opened, organ);
        return opened;
    }

    private async Task ConfirmAsync(DeliveryId delivery)
    {
        var at = await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(async () => (object)await life.Box.ConfirmAsync(delivery, _organ, aborted)));
        if (at is not DateTimeOffset when) return;
        world.Note(organ, $"has confirmed {Trace.Short(delivery)}");
        world.Checker.Confirmed(delivery, when);
    }

    private async Task<OpenedDelivery> OpenAsync(Life life, DeliveryId delivery, CancellationToken aborted)
    {
        var opened = await life.Box.OpenAsync(delivery, _organ, aborted);
        foreach (var attachment in opened.Dossier.Attachments)
        {
            await using var body = opened.OpenAttachment(attachment);
            using var octets = new MemoryStream();
            await body.CopyToAsync(octets, aborted);
            world.Checker.Given(attachment, octets.ToArray());
        }

        return opened;
    }

    private async Task<IReadOnlyList<BoxItem>?> ListAsync(Life life) => await life.AskAsync(async () => (await life.Box.ListAvailableAsync(_organ, null, CancellationToken.None)).Items);
}
