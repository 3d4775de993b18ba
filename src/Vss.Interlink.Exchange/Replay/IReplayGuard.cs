namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// The fast memory in front of the ledger: who works on which message at this moment, which signed messages were seen, how much each partner sends. It answers fast and decides nothing: one that
/// forgets, lies or is away costs work done twice, never a second acceptance and never a lost message, because the ledger's unique index has the last word (<see cref="MessageClaims"/>).
/// </summary>
/// <threadsafety>Safe for any number of threads; each method is one atomic step.</threadsafety>
public interface IReplayGuard
{
    /// <summary>Takes the message for the ticket's owner, for the length of a lease, unless somebody else has it or it was accepted. Asked again with the same ticket, it is still taken.</summary>
    /// <param name="ticket">Who asks, with a fence that no other ticket of this owner has.</param>
    /// <param name="disbelieved">An acceptance that the ledger does not know: if that is what stands there, it is overwritten.</param>
    /// <param name="cancellation">Ends the waiting; what was taken meanwhile is given back.</param>
    Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation);

    /// <summary>Notes that the message was accepted as this exchange. False, and nothing is noted, when the lease has ended: somebody else may have the message.</summary>
    Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation);

    /// <summary>Gives the message back after an attempt that failed, so that the retry is taken as new. False, and nothing is given back, when the lease has ended.</summary>
    Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation);

    /// <summary>Whether this is seen for the first time; from now on it is not. What cannot be told any more is none either.</summary>
    /// <param name="partner">Who sent it. Each fills a place of its own.</param>
    /// <param name="nonce">What names a signed message, as hexadecimal digits.</param>
    /// <param name="until">The end of its window: as long as the node's clock may say that this is to come, it is known, whichever way the clock steps (Redis: back by up to an hour).</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="GuardFullException">No more of the partner's can be remembered, so nothing can be said of it.</exception>
    Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>Lets a submission of the partner in, when it is within its limits. It counts as in flight until <see cref="LeaveAsync"/>, or the length of a lease.</summary>
    /// <param name="partner">Who sends.</param>
    /// <param name="slot">A name of this one submission, unique among all nodes.</param>
    /// <param name="limits">What the partner may.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null when it is in; otherwise after what time it may be worth trying again.</returns>
    Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation);

    /// <summary>Ends what <see cref="EnterAsync"/> began.</summary>
    Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation);

    /// <summary>What keeps the guard from doing all that it should, for operators; null when nothing does.</summary>
    Task<string?> TroubleAsync(CancellationToken cancellation);
}

/// <summary>What the guard says to a claim.</summary>
public abstract record GuardAnswer
{
    private GuardAnswer() { }

    /// <summary>The ticket has the message until its lease ends.</summary>
    public sealed record Taken : GuardAnswer;

    /// <summary>Somebody else has it.</summary>
    /// <param name="Digest">The content that is being taken in.</param>
    /// <param name="Ended">Ends when it is worth asking again.</param>
    public sealed record InFlight(ContentDigest Digest, Task Ended) : GuardAnswer;

    /// <summary>It was accepted, as far as the guard knows.</summary>
    public sealed record Accepted(ContentDigest Digest, ExchangeId Exchange) : GuardAnswer;
}

/// <summary>The guard remembers as much of a partner as it may, so it cannot tell a first from a second.</summary>
public sealed class GuardFullException(string message) : Exception(message);

/// <summary>The guard did not answer, or not as it should. The node goes on without it.</summary>
public sealed class GuardAwayException(string message, Exception? inner = null) : Exception(message, inner);
