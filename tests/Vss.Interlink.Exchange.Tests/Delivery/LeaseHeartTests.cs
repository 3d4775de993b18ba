using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Tests.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class LeaseHeartTests : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_the_data_base_stands_still_a_hand_over_ends_before_its_lease_does()
    {
        var lease = TimeSpan.FromSeconds(6);
        var (begun, cut) = (new TaskCompletionSource(), new TaskCompletionSource<TimeSpan>());
        var calls = 0;
        var inside = new ScriptedConnector("inside", relays: false, async (work, cancellation) =>
        {
            if (Interlocked.Increment(ref calls) > 1) return new HandOver.Delivered();
            begun.SetResult();
            using var ended = cancellation.Register(() => cut.TrySetResult(work.LeaseUntil - TimeProvider.System.GetUtcNow()));
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return new HandOver.Delivered();
        });
        var store = new StandingStore(new SqliteStore(_folder["ledger.db"], TimeProvider.System));
        await using var hub = new Hub(new ExchangeLedger(store, TimeProvider.System), _folder.Path, new DeliveryOptions { Lease = lease, Poll = TimeSpan.FromMilliseconds(200) }, inside);
        await hub.Worker.StartAsync(CancellationToken.None);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        store.StandStill();
        try
        {
            Assert.InRange(await cut.Task.WaitAsync(TimeSpan.FromSeconds(20)), TimeSpan.FromMilliseconds(1), lease);
        }
        finally
        {
            store.GoOn();
        }

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.Equal((2, 1), (calls, view.Deliveries[0].Attempts));   // it was not counted
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public async Task Under_a_lease_of_which_two_thirds_are_over_nothing_is_begun(int seconds)
    {
        using var held = new CancellationTokenSource();

        Assert.Null(await new LeaseHeart(Length, _clock).BeatAsync(TimeSpan.FromSeconds(seconds), _ => throw new InvalidOperationException("It is too late to ask."), held));

        Assert.True(held.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lease_that_somebody_else_has_ends_the_work()
    {
        using var held = new CancellationTokenSource();

        Assert.Null(await new LeaseHeart(Length, _clock).BeatAsync(TimeSpan.FromSeconds(10), _ => Task.FromResult(false), held));

        Assert.True(held.IsCancellationRequested);
    }

    [Fact]
    public async Task A_renewal_that_fails_ends_the_work_and_says_why()
    {
        using var held = new CancellationTokenSource();
        var failed = new IOException("disk full");

        Assert.Same(failed, await new LeaseHeart(Length, _clock).BeatAsync(TimeSpan.FromSeconds(10), _ => throw failed, held));

        Assert.True(held.IsCancellationRequested);
    }

    [Fact]
    public async Task The_next_renewal_is_reckoned_from_when_the_last_was_asked_for_and_not_from_when_it_was_answered()
    {
        using var held = new CancellationTokenSource();
        var asked = 0;

        // The first answer takes eleven seconds, so the second is asked for at once; that one takes longer than the lease has until its last third.
        var beating = new LeaseHeart(Length, _clock).BeatAsync(TimeSpan.FromSeconds(10), _ => Answer(), held);

        Assert.Null(await beating);
        Assert.Equal(2, asked);

        Task<bool> Answer()
        {
            asked++;
            _clock.Advance(TimeSpan.FromSeconds(asked == 1 ? 11 : 21));
            return Task.FromResult(true);
        }
    }
}
