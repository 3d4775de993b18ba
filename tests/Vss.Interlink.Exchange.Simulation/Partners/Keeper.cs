using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Engine;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>Who keeps the house: has orphans collected and finished exchanges archived, and puts exchanges under legal hold and lifts the hold again.</summary>
internal sealed class Keeper(World world)
{
    private const string By = "CN=keeper";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly List<string> _holds = [];

    public async Task CollectAsync()
    {
        while (true)
        {
            await world.DelayAsync(world.Dice.Seconds(3, 25));
            await world.Network.AskAsync<object>(Patience, async (life, aborted) => await life.CollectAsync(world.OrphanGrace, aborted));
        }
    }

    public async Task ArchiveAsync()
    {
        while (true)
        {
            await world.DelayAsync(world.Dice.Seconds(3, 40));
            await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => life.Archives.ArchiveAsync(null, 1 + world.Dice.Below(3), By, aborted)));
        }
    }

    public async Task HoldAsync()
    {
        while (true)
        {
            await world.DelayAsync(world.Dice.Seconds(2, 30));
            if (_holds.Count > 0 && world.Dice.Chance(0.5)) await LiftAsync(_holds[world.Dice.Below(_holds.Count)]);
            else if (world.Checker.AnyExchange() is { } exchange) await PlaceAsync(exchange);
        }
    }

    private async Task PlaceAsync(string exchange)
    {
        if (await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => life.Ledger.PlaceHoldAsync(ExchangeId.Stored(exchange), By, "a lawsuit", aborted))) is not LegalHold hold) return;
        world.Note("keeper", $"holds {Trace.Short(exchange)}");
        _holds.Add(hold.Id);
        world.Checker.Held(exchange);
    }

    private async Task LiftAsync(string hold)
    {
        if (await world.Network.AskAsync(Patience, (life, aborted) => life.AskAsync(() => life.Ledger.ReleaseHoldAsync(hold, By, "it is over", aborted))) is not null) world.Note("keeper", "lifts a hold");
    }
}
