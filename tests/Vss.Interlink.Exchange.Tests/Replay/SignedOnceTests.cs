using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Replay;

public sealed class SignedOnceTests
{
    private static readonly OrganId s_organ = OrganId.Stored("G18");
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly SignedOnce _once;

    public SignedOnceTests() => _once = new SignedOnce(new ProcessReplayGuard(new ClaimOptions { MaxNonces = 3 }, _clock), _clock);

    [Fact]
    public async Task A_signed_request_counts_once_as_long_as_its_timestamp_would_let_it_in()
    {
        var request = Request(1, TimeSpan.FromMinutes(11));
        await _once.RequireAsync(s_organ, request, CancellationToken.None);
        foreach (var minutes in (double[])[0, 10.9])
        {
            _clock.Advance(TimeSpan.FromMinutes(minutes));
            var refused = await Assert.ThrowsAsync<ExchangeFault>(() => _once.RequireAsync(s_organ, request, CancellationToken.None));
            Assert.Equal((Fault.TimestampOutOfWindow, "time.replay"), (refused.Fault, refused.Rule));
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        var late = await Assert.ThrowsAsync<ExchangeFault>(() => _once.RequireAsync(s_organ, request, CancellationToken.None));   // its Timestamp refuses it by now
        Assert.Equal((Fault.TimestampOutOfWindow, "time.window"), (late.Fault, late.Rule));
    }

    [Fact]
    public async Task Whichever_way_the_clock_steps_what_was_seen_is_let_in_no_second_time()
    {
        var request = Request(1, TimeSpan.FromMinutes(11));
        await _once.RequireAsync(s_organ, request, CancellationToken.None);
        foreach (var hours in (int[])[1, -3, 2, -48])
        {
            _clock.Step(TimeSpan.FromHours(hours));
            await Assert.ThrowsAsync<ExchangeFault>(() => _once.RequireAsync(s_organ, request, CancellationToken.None));
            _clock.Advance(TimeSpan.FromMinutes(15));
            await Assert.ThrowsAsync<ExchangeFault>(() => _once.RequireAsync(s_organ, request, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Another_request_and_what_has_no_timestamp_are_not_held_up()
    {
        await _once.RequireAsync(s_organ, Request(1, TimeSpan.FromMinutes(1)), CancellationToken.None);
        await _once.RequireAsync(s_organ, Request(2, TimeSpan.FromMinutes(1)), CancellationToken.None);
        for (var time = 0; time < 2; time++) await _once.RequireAsync(s_organ, VerifiedDocuments.FromInside(new byte[1]), CancellationToken.None);
    }

    [Fact]
    public async Task When_no_more_can_be_remembered_requests_are_refused_and_not_let_in_unseen()
    {
        for (byte number = 0; number < 3; number++) await _once.RequireAsync(s_organ, Request(number, TimeSpan.FromMinutes(1)), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => _once.RequireAsync(s_organ, Request(9, TimeSpan.FromMinutes(1)), CancellationToken.None));
        Assert.Equal((Fault.Overloaded, "limit.nonces"), (refused.Fault, refused.Rule));
        Assert.NotNull(refused.RetryAfter);
    }

    private VerifiedDocument Request(byte id, TimeSpan left) => VerifiedDocuments.SignedOnce(new[] { id }, _clock.GetUtcNow() + left);
}
