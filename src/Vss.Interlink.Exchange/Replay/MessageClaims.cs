using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// First, the same again, in flight, or a conflict. The guard answers fast; the ledger is asked each time and has the last word, so that a guard which forgot, lies or is away costs a signature
/// more and changes nothing. What the ledger cannot know yet, two that are taken in at once, its unique index decides (<see cref="ExchangeLedger.AcceptAsync"/>).
/// </summary>
/// <param name="guard">Who works on what.</param>
/// <param name="ledger">What was accepted.</param>
/// <param name="owner">This process.</param>
/// <param name="patience">How long a submission waits for an equal one that is being taken in.</param>
/// <param name="clock">The one clock.</param>
public sealed class MessageClaims(IReplayGuard guard, ExchangeLedger ledger, ClaimOwner owner, TimeSpan patience, TimeProvider clock)
{
    /// <summary>Claims the message. What this gives is disposed of when the attempt ends, however it ends.</summary>
    /// <exception cref="ExchangeFault">IN_FLIGHT: another attempt works on the message, for longer than the patience lasts.</exception>
    public async Task<MessageClaim> TakeAsync(OrganId sender, MessageId messageId, ContentDigest digest, CancellationToken cancellation)
    {
        var ticket = owner.Ticket(new ClaimKey(sender, messageId), digest);
        var since = clock.GetTimestamp();
        ExchangeId? disbelieved = null;
        while (true)
        {
            var answer = await guard.ClaimAsync(ticket, disbelieved, cancellation);
            var claim = new MessageClaim(guard, answer is GuardAnswer.Taken ? ticket : null);
            if (await EarlierAsync(claim, ticket, cancellation) is { } earlier) return await RepeatedAsync(claim, answer, earlier);
            switch (answer)
            {
                case GuardAnswer.InFlight other:
                    await WaitAsync(other, ticket, since, cancellation);
                    break;
                case GuardAnswer.Accepted unknown when disbelieved is null:
                    ClaimTelemetry.OverruledAnswer("accepted");
                    disbelieved = unknown.Exchange;
                    break;
                default:
                    // Taken; or it tells again of an acceptance that is in no ledger, and the message cannot wait for it to come to its senses.
                    ClaimTelemetry.Claimed("first");
                    return claim;
            }
        }
    }

    /// <summary>The acceptance of a message of which the caller knows that there was one. The guard is not asked, for nothing is taken in; the ledger has the word.</summary>
    /// <returns>Null where the ledger says otherwise.</returns>
    public async Task<Claim.SameAgain?> FindAcceptedAsync(OrganId sender, MessageId messageId, ContentDigest digest, CancellationToken cancellation)
    {
        if (await ledger.FindClaimAsync(sender, messageId, digest, cancellation) is not Claim.SameAgain same) return null;
        ClaimTelemetry.Claimed("same-again");
        return same;
    }

    private async Task<Claim?> EarlierAsync(MessageClaim claim, ClaimTicket ticket, CancellationToken cancellation)
    {
        try
        {
            return await ledger.FindClaimAsync(ticket.Key.Sender, ticket.Key.MessageId, ticket.Digest, cancellation);
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }
    }

    private static async Task<MessageClaim> RepeatedAsync(MessageClaim claim, GuardAnswer answer, Claim earlier)
    {
        var (accepted, outcome) = earlier is Claim.SameAgain(var same) ? (same, "same-again") : (((Claim.Conflict)earlier).Earlier, "conflict");
        if (answer is not GuardAnswer.Accepted) ClaimTelemetry.OverruledAnswer(answer is GuardAnswer.Taken ? "taken" : "in-flight");
        if (outcome == "same-again") await claim.AcceptedAsync(accepted.Id);   // the guard had forgotten
        await claim.DisposeAsync();
        ClaimTelemetry.Claimed(outcome);
        return new MessageClaim(earlier);
    }

    private async Task WaitAsync(GuardAnswer.InFlight other, ClaimTicket ticket, long since, CancellationToken cancellation)
    {
        var left = patience - clock.GetElapsedTime(since);
        try
        {
            await other.Ended.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellation);
            if (left > TimeSpan.Zero) return;
        }
        catch (TimeoutException)
        {
        }

        ClaimTelemetry.Claimed("in-flight");
        throw new ExchangeFault(Fault.InFlight, $"{ticket.Key.MessageId} of {ticket.Key.Sender} is being taken in{(other.Digest == ticket.Digest ? "" : ", with other content")}.");
    }
}

/// <summary>One attempt's hold on its message, or what the ledger has of it already.</summary>
public sealed class MessageClaim : IAsyncDisposable
{
    private readonly IReplayGuard? _guard;
    private ClaimTicket? _ticket;

    internal MessageClaim(IReplayGuard guard, ClaimTicket? ticket) => (_guard, _ticket) = (guard, ticket);

    internal MessageClaim(Claim earlier) => Earlier = earlier;

    /// <summary>What the ledger says of an earlier one; null when this is the first.</summary>
    public Claim? Earlier { get; }

    /// <summary>Tells the guard that the ledger has it. Too late, when the lease ended meanwhile: then the guard says nothing, and the ledger knows.</summary>
    public Task AcceptedAsync(ExchangeId exchange) => EndAsync((guard, ticket) => guard.AcceptedAsync(ticket, exchange, CancellationToken.None));

    /// <summary>Gives the message back, unless it was accepted: the retry of an attempt that failed is taken as new.</summary>
    public async ValueTask DisposeAsync() => await EndAsync((guard, ticket) => guard.ReleaseAsync(ticket, CancellationToken.None));

    private async Task EndAsync(Func<IReplayGuard, ClaimTicket, Task<bool>> end)
    {
        if (_ticket is not { } ticket) return;
        _ticket = null;
        if (!await end(_guard!, ticket)) ClaimTelemetry.WasFenced();
    }
}
