using System.Globalization;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>The guard that all nodes share: see <see cref="RedisScripts"/>.</summary>
internal sealed class RedisReplayGuard(RedisLink redis, ClaimOptions options, TimeProvider clock) : IReplayGuard
{
    // Clocks of nodes and of Redis do not agree, nor does one before and after somebody set it. What steps back further than this finds nonces gone that its node has not seen itself.
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromHours(1);

    private readonly string _prefix = options.Redis!.Prefix;

    /// <exception cref="GuardAwayException">Nothing can be said. What Redis may have taken all the same is given back, or ends with its lease.</exception>
    public async Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation)
    {
        string?[] answer;
        try
        {
            answer = await redis.RunAsync(RedisScripts.Claim, [KeyOf(ticket)], [ticket.Owner, Text(ticket.Fence), ticket.Digest.ToString(), Milliseconds(options.Lease), disbelieved?.ToString() ?? ""], cancellation);
        }
        catch (Exception failed) when (failed is GuardAwayException or OperationCanceledException)
        {
            // The question may have arrived, and only its answer not. On the same connection this one comes after it.
            redis.Send(RedisScripts.Release, [KeyOf(ticket)], [ticket.Owner, Text(ticket.Fence)]);
            throw;
        }

        return answer switch
        {
            [] => new GuardAnswer.Taken(),
            ["in-flight", var digest, ..] when ContentDigest.TryParse(digest, out var content) => new GuardAnswer.InFlight(content, Task.Delay(options.Poll, clock, cancellation)),
            ["accepted", var digest, var exchange, ..] when ContentDigest.TryParse(digest, out var content) && ExchangeId.TryParse(exchange, out var id) => new GuardAnswer.Accepted(content, id),
            _ => throw new GuardAwayException("Redis holds a claim that no hub wrote."),
        };
    }

    public async Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) =>
        IsOne(await redis.RunAsync(RedisScripts.Accepted, [KeyOf(ticket)], [ticket.Owner, Text(ticket.Fence), exchange.ToString(), Milliseconds(options.Keep)], cancellation));

    public async Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation) =>
        IsOne(await redis.RunAsync(RedisScripts.Release, [KeyOf(ticket)], [ticket.Owner, Text(ticket.Fence)], cancellation));

    public async Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) =>
        IsOne(await redis.RunAsync(RedisScripts.See, [$"{_prefix}nonce:{partner}:{nonce}"], [Milliseconds(until - clock.GetUtcNow() + ClocksDiffer)], cancellation));

    public async Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation)
    {
        string[] arguments = [slot, limits.RatePerSecond.ToString(CultureInfo.InvariantCulture), Text(limits.Burst), Text(limits.InFlight), Milliseconds(options.Lease)];
        var milliseconds = Number(await redis.RunAsync(RedisScripts.Enter, [Bucket(partner), Slots(partner)], arguments, cancellation));
        return milliseconds <= 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>Nobody waits for this: what is lost of it ends with its life.</summary>
    public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation)
    {
        redis.Send(RedisScripts.Leave, [Slots(partner)], [slot]);
        return Task.CompletedTask;
    }

    /// <exception cref="GuardAwayException">It is away.</exception>
    public async Task<string?> TroubleAsync(CancellationToken cancellation)
    {
        await redis.RunAsync(RedisScripts.Probe, [_prefix + "probe"], [], cancellation);
        return null;
    }

    // Neither an organ nor a message id has a character that means something in a key: {, } or, in an organ, a colon.
    private string KeyOf(ClaimTicket ticket) => $"{_prefix}claim:{ticket.Key.Sender}:{ticket.Key.MessageId}";

    // The braces put both keys of a partner into one slot of a cluster.
    private string Bucket(OrganId partner) => $"{_prefix}bucket:{{{partner}}}";

    private string Slots(OrganId partner) => $"{_prefix}slots:{{{partner}}}";

    private static bool IsOne(string?[] answer) => Number(answer) == 1;

    private static long Number(string?[] answer) =>
        answer is [var only] && long.TryParse(only, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new GuardAwayException("Redis answers what no script of the hub does.");

    private static string Milliseconds(TimeSpan time) => Text(Math.Max(1, (long)time.TotalMilliseconds));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
