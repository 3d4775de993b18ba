using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>When Redis is left alone, and how long.</summary>
public sealed class FallbackBreakerTests
{
    private static readonly OrganId s_partner = OrganId.Stored("G18");
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_clock_that_is_set_back_leaves_redis_alone_no_longer_than_the_rest()
    {
        var (claims, away, options) = (new ClaimOptions(), new Away(), new RedisOptions());
        var guard = new FallbackReplayGuard(new ProcessReplayGuard(claims, _clock), away, options, _clock, NullLogger<FallbackReplayGuard>.Instance);
        for (var nonce = 0; nonce < 10; nonce++) await SeeAsync(guard, nonce);
        Assert.Equal(options.BreakerMinimum, away.Asked);

        _clock.Step(TimeSpan.FromDays(-2));
        await SeeAsync(guard, 10);
        Assert.Equal(options.BreakerMinimum, away.Asked);
        _clock.Advance(options.BreakerRest + TimeSpan.FromSeconds(1));
        await SeeAsync(guard, 11);
        Assert.Equal(options.BreakerMinimum + 1, away.Asked);
    }

    private Task<bool> SeeAsync(FallbackReplayGuard guard, int nonce) => guard.SeeAsync(s_partner, $"{nonce:x2}", _clock.GetUtcNow().AddMinutes(1), CancellationToken.None);

    /// <summary>Redis that never answers.</summary>
    private sealed class Away : IReplayGuard
    {
        public int Asked { get; private set; }

        public Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation) => throw Gone();

        public Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) => throw Gone();

        public Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation) => throw Gone();

        public Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) => throw Gone();

        public Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation) => throw Gone();

        public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation) => throw Gone();

        public Task<string?> TroubleAsync(CancellationToken cancellation) => throw Gone();

        private GuardAwayException Gone()
        {
            Asked++;
            return new GuardAwayException("It is away.");
        }
    }
}
