using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

/// <summary>Who holds a delivery: leases, the heart that keeps them, nodes that die or stop, and the places of a connector.</summary>
public sealed partial class DeliveryWorkerTests
{
    [Fact]
    public async Task The_heart_keeps_a_lease_through_a_long_hand_over()
    {
        var options = Fast();
        options.Lease = TimeSpan.FromSeconds(3);
        var inside = new ScriptedConnector("inside", relays: false, async (_, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(6.5), cancellation);
            return new HandOver.Delivered();
        });
        await using var hub = await StartAsync(options, inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal((1, 1), (inside.Calls, view.Deliveries[0].Attempts));
    }

    [Fact]
    public async Task What_a_dead_node_held_is_taken_up_by_the_next_and_delivered_once()
    {
        ExchangeId id;
        var dead = new Hub(_folder.Path);
        id = (await dead.AcceptAsync(Hub.Signed(Dossiers.Small()))).ExchangeId;

        // It leases the delivery and is heard of no more: neither completed nor disposed.
        var lost = Assert.Single(await dead.Ledger.LeaseAsync("inside", "dead", 10, TimeSpan.FromSeconds(1), CancellationToken.None));
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        await using var next = await StartAsync(null, inside);

        var view = await next.WhenAsync(id, view => view.State == ExchangeState.Completed);

        Assert.Equal((1, 2), (inside.Calls, view.Deliveries[0].Attempts));
        Assert.Equal(lost.Delivery.ToString(), Assert.Single(inside.Works).IdempotencyKey);
        Assert.False(await dead.Ledger.CompleteAsync(new(lost.Delivery, lost.Fence, DeliveryState.Delivered, dead.Clock.GetUtcNow()), CancellationToken.None));
        await dead.DisposeAsync();
    }

    [Fact]
    public async Task What_a_node_whose_clock_was_ahead_accepted_and_leased_is_delivered_as_soon_as_the_clock_is_right()
    {
        List<ExchangeId> ids = [];
        await using (var ahead = new Hub(_folder.Path, new ManualClock(TimeProvider.System.GetUtcNow().AddDays(2))))
        {
            for (var number = 0; number < 2; number++) ids.Add((await ahead.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))).ExchangeId);
            Assert.Single(await ahead.Ledger.LeaseAsync("inside", "killed", 1, TimeSpan.FromSeconds(30), CancellationToken.None));
        }

        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(null, inside);
        foreach (var id in ids) await hub.WhenAsync(id, view => view.State == ExchangeState.Completed);
        Assert.Equal(2, inside.Calls);
    }

    [Fact]
    public async Task A_stopping_node_gives_its_work_back_at_once()
    {
        var begun = new TaskCompletionSource();
        var hanging = new ScriptedConnector("inside", relays: false, async (_, cancellation) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return new HandOver.Delivered();
        });
        ExchangeId id;
        await using (var stopping = await StartAsync(null, hanging))
        {
            id = (await stopping.AcceptAsync(Hub.Signed(Dossiers.Small()))).ExchangeId;
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        await using var next = await StartAsync(null, new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered()));
        Assert.Equal(1, (await next.WhenAsync(id, view => view.State == ExchangeState.Completed)).Deliveries[0].Attempts);
    }

    [Fact]
    public async Task What_a_stop_cut_off_at_a_relay_is_left_some_seconds_for_the_relay_to_know_whether_it_has_it()
    {
        var begun = new TaskCompletionSource();
        var axis = new ScriptedConnector("axis", relays: true, async (_, cancellation) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return new HandOver.Delivered();
        });
        await using var hub = await StartAsync(null, axis);
        await hub.AcceptAsync(Hub.Signed(Dossiers.Small(receiver: "G22")));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var stopped = hub.Clock.GetUtcNow();

        await hub.Worker.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(await hub.Ledger.NextDueAsync("axis", CancellationToken.None) >= stopped.AddSeconds(10).ToTheMillisecond());
    }

    [Fact]
    public async Task Stopping_in_the_middle_of_taking_work_leaves_nothing_under_a_lease()
    {
        for (var round = 0; round < 10; round++)
        {
            var axis = new ScriptedConnector("axis", relays: true, async (_, cancellation) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                return new HandOver.Delivered();
            });
            await using var hub = await StartAsync(null, axis);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => hub.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{round}-{number}", receiver: number % 2 == 0 ? "G22" : Dossiers.Axis)))));

            await hub.Worker.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

            Assert.Empty(await hub.Ledger.ListDeliveriesAsync(DeliveryState.Leased, null, null, 10, CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_worker_that_is_drained_lets_what_is_under_way_end_and_leases_nothing_more()
    {
        using var slow = new SemaphoreSlim(0);
        var inside = new ScriptedConnector("inside", relays: false, async (_, cancellation) =>
        {
            await slow.WaitAsync(cancellation);
            return new HandOver.Delivered();
        });
        await using var hub = await StartAsync(Fast(), inside);
        var first = await hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-first")));
        while (inside.Calls == 0) await Task.Delay(10);

        hub.Worker.Drain();
        var second = await hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-second")));
        slow.Release(2);

        await hub.WhenAsync(first.ExchangeId, view => view.State == ExchangeState.Completed);
        await hub.Worker.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));   // nothing is under way and nothing will be
        var waiting = (await hub.History.FindAsync(second.ExchangeId, CancellationToken.None))!.Deliveries[0];
        Assert.Equal((DeliveryState.Pending, 0, 1), (waiting.State, waiting.Attempts, inside.Calls));
    }

    [Fact]
    public async Task A_node_with_nobody_to_hand_over_to_leases_nothing_and_somebody_who_comes_gets_what_waits_at_once()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered()) { Places = 0 };
        await using var hub = await StartAsync(new DeliveryOptions { Poll = TimeSpan.FromHours(1) }, inside);
        List<ExchangeId> waiting = [];
        for (var number = 0; number < 3; number++) waiting.Add((await hub.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))).ExchangeId);
        await Task.Delay(TimeSpan.FromMilliseconds(300));   // the commits woke the worker
        Assert.Empty(await hub.Ledger.ListDeliveriesAsync(DeliveryState.Leased, null, null, 10, CancellationToken.None));
        Assert.Equal(0, inside.Calls);

        inside.Places = 1;   // the clock of the worker's looks is an hour away

        foreach (var id in waiting) await hub.WhenAsync(id, view => view.State == ExchangeState.Completed);
        Assert.All(inside.Works, work => Assert.EndsWith(".1", work.LeaseToken, StringComparison.Ordinal));   // the first lease of each
    }

    [Fact]
    public async Task No_more_is_leased_than_the_connector_has_places()
    {
        var (busy, most) = (0, 0);
        var free = new TaskCompletionSource();
        var inside = new ScriptedConnector("inside", relays: false, async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref busy));
            await free.Task;
            Interlocked.Decrement(ref busy);
            return new HandOver.Delivered();
        }) { Places = 2 };
        await using var hub = await StartAsync(null, inside);
        List<ExchangeId> accepted = [];
        for (var number = 0; number < 6; number++) accepted.Add((await hub.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))).ExchangeId);
        for (var look = 0; look < 500 && inside.Calls < 2; look++) await Task.Delay(20);

        Assert.Equal(2, (await hub.Ledger.ListDeliveriesAsync(DeliveryState.Leased, null, null, 10, CancellationToken.None)).Count);
        free.SetResult();
        foreach (var id in accepted) await hub.WhenAsync(id, view => view.State == ExchangeState.Completed);
        Assert.Equal(2, most);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Fact]
    public async Task A_delivery_that_kills_its_worker_each_time_comes_to_rest()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        await using var hub = new Hub(_folder.Path, null, Fast(maxAttempts: 3), inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        for (var died = 0; died < 3; died++) Assert.Single(await hub.Ledger.LeaseAsync("inside", "dies", 1, TimeSpan.Zero, CancellationToken.None));

        await hub.Worker.StartAsync(CancellationToken.None);

        await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].State == DeliveryState.Dead);
        Assert.Equal(0, inside.Calls);
    }
}
