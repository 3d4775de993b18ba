using System.Text;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;
using static Vss.Interlink.Connectors.Tests.Axis.AxisPackets;

namespace Vss.Interlink.Connectors.Tests.Axis;

/// <summary>The axis knows no idempotency key: whatever became of an earlier attempt, its receiver has the document once.</summary>
public sealed class AxisConnectorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_sending_that_the_axis_took_while_the_hub_stopped_is_not_made_again()
    {
        await using var hub = await AxisHub.OpenAsync(Fast());
        var (held, id) = (new TaskCompletionSource(), await hub.AcceptAsync("1"));
        hub.Hold = held;
        await hub.Worker.StartAsync(CancellationToken.None);
        await held.Task.WaitAsync(Soon);

        await hub.RestartAsync();

        var delivered = await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Delivered);
        Assert.Single(hub.Axis.PacketsFor(Ministry));
        Assert.Equal(1, delivered.Attempts);   // that was not counted
        Assert.NotEmpty(delivered.ExternalId);
    }

    [Fact]
    public async Task A_probe_that_the_axis_took_and_that_timed_out_is_not_made_again()
    {
        var options = Fast();
        (options.HandOverTimeout, options.BreakerRest) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        await using var hub = await AxisHub.OpenAsync(options);
        await RestsAsync(hub);
        var (held, id) = (new TaskCompletionSource(), await hub.AcceptAsync("1"));
        hub.Hold = held;

        await hub.Worker.StartAsync(CancellationToken.None);

        await held.Task.WaitAsync(Soon);
        await hub.WhenAsync(id, delivery => delivery is { State: DeliveryState.Pending, Attempts: 0, LastError: not "" });   // the probe was not counted
        await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Delivered);
        Assert.Single(hub.Axis.PacketsFor(Ministry), packet => Encoding.UTF8.GetString(packet).Contains(",1/BHXH", StringComparison.Ordinal));   // what waited for him comes too
    }

    [Fact]
    public async Task A_dead_delivery_that_the_axis_took_is_not_sent_again_when_a_person_gives_it_new_attempts()
    {
        await using var hub = await AxisHub.OpenAsync(Fast(maxAttempts: 1));
        hub.Axis.Script(new ScriptedFault("sendEdoc", AxisFault.LostAnswer));
        var id = await hub.AcceptAsync("1");
        await hub.Worker.StartAsync(CancellationToken.None);
        var dead = await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Dead);

        Assert.True(await hub.Ledger.RedriveAsync(DeliveryId.Stored(dead.DeliveryId), "test", TimeProvider.System.GetUtcNow(), CancellationToken.None));

        await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Delivered);
        Assert.Single(hub.Axis.PacketsFor(Ministry));
    }

    [Theory]
    [InlineData(AxisFault.ServerError)]
    [InlineData(AxisFault.Fail)]
    [InlineData(AxisFault.TruncatedAnswer)]
    public async Task While_the_axis_does_not_list_what_was_sent_nothing_is_sent_again(AxisFault fault)
    {
        await using var hub = await AxisHub.OpenAsync(Fast());
        hub.Axis.Script(new ScriptedFault("sendEdoc", AxisFault.LostAnswer));
        hub.Axis.Script(new ScriptedFault("getSentEdocList", fault, Count: 2));
        var id = await hub.AcceptAsync("1");

        await hub.Worker.StartAsync(CancellationToken.None);

        var delivered = await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Delivered);
        Assert.Equal(4, delivered.Attempts);
        Assert.Single(hub.Axis.PacketsFor(Ministry));
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(4)]
    public async Task A_sending_is_known_again_by_an_axis_whose_clock_is_minutes_off(int minutes)
    {
        var clock = new SteppedClock();
        clock.Step(TimeSpan.FromMinutes(minutes));
        await using var hub = await AxisHub.OpenAsync(Fast(), clock);
        hub.Axis.Script(new ScriptedFault("sendEdoc", AxisFault.LostAnswer));
        var id = await hub.AcceptAsync("1");

        await hub.Worker.StartAsync(CancellationToken.None);

        await hub.WhenAsync(id, delivery => delivery.State == DeliveryState.Delivered);
        Assert.Single(hub.Axis.PacketsFor(Ministry));
    }

    [Fact]
    public async Task A_sending_of_another_delivery_is_not_taken_for_this_ones_although_it_looks_the_same()
    {
        await using var hub = await AxisHub.OpenAsync(Fast());
        var first = await hub.AcceptAsync("1");
        await hub.Worker.StartAsync(CancellationToken.None);
        await hub.WhenAsync(first, delivery => delivery.State == DeliveryState.Delivered);
        hub.Axis.Script(new ScriptedFault("sendEdoc", AxisFault.ServerError));

        var second = await hub.AcceptAsync("1", dossier => dossier.MessageId = "m-1-again");

        await hub.WhenAsync(second, delivery => delivery is { State: DeliveryState.Delivered, Attempts: 2 });
        Assert.Equal(2, hub.Axis.PacketsFor(Ministry).Count);
    }

    // Two others failed, and are put off for long.
    private static async Task RestsAsync(AxisHub hub)
    {
        foreach (var number in (string[])["8", "9"]) await hub.AcceptAsync(number);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var lease in await hub.Ledger.LeaseAsync("axis", OrganId.Stored(Ministry), "earlier", 2, TimeSpan.FromMinutes(1), CancellationToken.None))
        {
            var failed = new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Pending, now, NotBefore: now.AddHours(1)) { Partner = new PartnerSign.Failed(2, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1)) };
            Assert.True(await hub.Ledger.CompleteAsync(failed, CancellationToken.None));
        }

        Assert.NotNull(Assert.Single(await hub.Ledger.ListDueAsync("axis", CancellationToken.None)).RestingUntil);
    }

    private static DeliveryOptions Fast(int maxAttempts = 12) => new() { Poll = TimeSpan.FromMilliseconds(200), MaxAttempts = maxAttempts, FirstWait = TimeSpan.FromMilliseconds(10) };
}
