using Vss.Interlink.Exchange.Replay;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>The rows of the guard that all nodes share, as Redis has them: it can be emptied, and go back to what it was when a stale replica takes over.</summary>
internal sealed class GuardRows
{
    private Dictionary<ClaimKey, Row> _replica = [];

    public Dictionary<ClaimKey, Row> Rows { get; private set; } = [];

    public void Wipe() => Rows.Clear();

    public void Replicate() => _replica = new(Rows);

    public void FailOver() => Rows = new(_replica);

    /// <summary>In flight under a ticket until a time, or accepted as an exchange.</summary>
    internal sealed record Row(ClaimTicket Ticket, TimeSpan Until, ExchangeId? Exchange);
}

/// <summary>One node's way to the shared guard: each question is one atomic step there; it can be away, and its answer lost.</summary>
internal sealed class SimulatedGuard(World world, Life life, ClaimOptions options) : IReplayGuard
{
    private Dictionary<ClaimKey, GuardRows.Row> Rows => world.Guard.Rows;

    public Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation) => AskAsync<GuardAnswer>(
        () =>
        {
            var mine = new GuardRows.Row(ticket, world.Scheduler.Now + options.Lease, null);
            if (!Rows.TryGetValue(ticket.Key, out var there) || there.Ticket == ticket || (there.Exchange is { } known ? known == disbelieved : there.Until <= world.Scheduler.Now))
            {
                Rows[ticket.Key] = mine;
                return new GuardAnswer.Taken();
            }

            return there.Exchange is { } exchange ? new GuardAnswer.Accepted(there.Ticket.Digest, exchange) : new GuardAnswer.InFlight(there.Ticket.Digest, Task.Delay(options.Poll, life.Clock, cancellation));
        },
        cancellation);

    public Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) => AskAsync(
        () =>
        {
            if (!Holds(ticket)) return false;
            Rows[ticket.Key] = new GuardRows.Row(ticket, TimeSpan.MaxValue, exchange);
            return true;
        },
        cancellation);

    public Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation) => AskAsync(() => Holds(ticket) && Rows.Remove(ticket.Key), cancellation);

    public Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) => throw new NotSupportedException("Nonces are the edges'.");

    public Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation) => AskAsync<TimeSpan?>(() => null, cancellation);

    public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation) => Task.CompletedTask;

    public Task<string?> TroubleAsync(CancellationToken cancellation) => AskAsync<string?>(() => null, cancellation);

    private bool Holds(ClaimTicket ticket) => Rows.TryGetValue(ticket.Key, out var there) && there.Ticket == ticket && there.Exchange is null && there.Until > world.Scheduler.Now;

    private Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>();
        if (cancellation.CanBeCanceled) cancellation.Register(() => answer.TrySetCanceled(cancellation));
        world.Scheduler.After(world.Dice.Milliseconds(0, 3), world.Outside, () =>
        {
            var away = world.Weather.GuardIsAway();
            if (away && world.Dice.Chance(0.5))
            {
                Answer(() => answer.TrySetException(new GuardAwayException("The simulated guard is away.")));
                return;
            }

            var said = ask();
            Answer(() =>
            {
                if (away) answer.TrySetException(new GuardAwayException("The answer of the simulated guard is lost."));
                else answer.TrySetResult(said);
            });
        });
        return answer.Task;
    }

    private void Answer(Action act) => world.Scheduler.After(world.Dice.Milliseconds(0, 3), life.Flow, act);
}
