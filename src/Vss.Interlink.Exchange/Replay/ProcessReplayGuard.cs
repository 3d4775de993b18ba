using System.Collections.Concurrent;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// The guard in the memory of one process: the embedded default, and what stands in for Redis while that is away. It knows nothing of other processes and forgets at the end of this one; what was
/// accepted it leaves to the ledger.
/// </summary>
public sealed class ProcessReplayGuard(ClaimOptions options, TimeProvider clock) : IReplayGuard
{
    private readonly ConcurrentDictionary<ClaimKey, Holding> _claims = new();
    private readonly ConcurrentDictionary<OrganId, SeenNonces> _nonces = new();   // no more of them than there are partners: who asks has been shown to be one
    private readonly PartnerCounts _partners = new(options.Lease, clock);

    public Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation)
    {
        var mine = new Holding(ticket, clock.GetTimestamp());
        while (true)
        {
            var there = _claims.GetOrAdd(ticket.Key, mine);
            if (there == mine || there.Ticket == ticket) return Answer(new GuardAnswer.Taken());
            if (!HasEnded(there)) return Answer(new GuardAnswer.InFlight(there.Ticket.Digest, there.Ended.Task));
            if (!_claims.TryUpdate(ticket.Key, mine, there)) continue;
            there.Ended.TrySetResult();
            return Answer(new GuardAnswer.Taken());
        }

        static Task<GuardAnswer> Answer(GuardAnswer answer) => Task.FromResult(answer);
    }

    public Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) => Task.FromResult(End(ticket));

    public Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation) => Task.FromResult(End(ticket));

    public Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) =>
        Task.FromResult(_nonces.GetOrAdd(partner, _ => new SeenNonces(options.MaxNonces, clock)).Add(nonce, until));

    public Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation) => Task.FromResult(_partners.Enter(partner, slot, limits));

    public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation)
    {
        _partners.Leave(partner, slot);
        return Task.CompletedTask;
    }

    public Task<string?> TroubleAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    private bool End(ClaimTicket ticket)
    {
        if (!_claims.TryGetValue(ticket.Key, out var there) || there.Ticket != ticket) return false;
        var isInTime = !HasEnded(there);
        if (!_claims.TryRemove(KeyValuePair.Create(ticket.Key, there))) return false;
        there.Ended.TrySetResult();
        return isInTime;
    }

    private bool HasEnded(Holding holding) => clock.GetElapsedTime(holding.Since) >= options.Lease;

    private sealed class Holding(ClaimTicket ticket, long since)
    {
        public ClaimTicket Ticket => ticket;

        public long Since => since;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
