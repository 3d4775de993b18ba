using Vss.Interlink.Connectors.Inside;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Tests.Inside;

public sealed class InsideConnectorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly OrganId Vss = OrganId.Stored("000.00.00.G24");

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));
    private readonly InsideConnector _connector = new();

    [Fact]
    public async Task Deliveries_go_to_the_services_in_turn()
    {
        InboxSubscriber[] services = [_connector.Join("one", 10), _connector.Join("two", 10), _connector.Join("three", 10)];

        var handed = Enumerable.Range(0, 6).Select(_ => _connector.HandOverAsync(Work(), CancellationToken.None)).ToList();

        foreach (var service in services)
        {
            await AcknowledgeAsync(service, 2);
            service.Dispose();
        }

        var takers = (await Task.WhenAll(handed).WaitAsync(Soon)).Select(outcome => Assert.IsType<HandOver.Delivered>(outcome).ExternalId);
        Assert.Equal(["one", "one", "three", "three", "two", "two"], takers.Order());
    }

    [Fact]
    public async Task A_service_holds_no_more_leases_than_it_asked_for()
    {
        using var service = _connector.Join("narrow", 1);
        var (first, second) = (Work(), Work());
        var one = _connector.HandOverAsync(first, CancellationToken.None);
        var turnedAway = Assert.IsType<HandOver.NotNow>(await _connector.HandOverAsync(second, CancellationToken.None).WaitAsync(Soon));
        Assert.Equal((TimeSpan.Zero, false), (turnedAway.RetryAfter, turnedAway.Attempted));

        Assert.True(service.Settle(first.LeaseToken, new HandOver.Delivered()));
        await one.WaitAsync(Soon);
        var two = _connector.HandOverAsync(second, CancellationToken.None);
        Assert.True(service.Settle(second.LeaseToken, new HandOver.Delivered()));
        await two.WaitAsync(Soon);
    }

    [Fact]
    public void There_are_as_many_places_as_the_services_that_are_here_asked_for_and_who_joins_is_told_of()
    {
        var told = new List<int>();
        _connector.PlacesAdded += () => told.Add(_connector.Places);
        Assert.Equal(0, _connector.Places);

        using (_connector.Join("one", 3))
        using (_connector.Join("two", 4)) Assert.Equal(7, _connector.Places);

        Assert.Equal(0, _connector.Places);
        Assert.Equal([3, 7], told);
    }

    [Fact]
    public async Task A_full_service_is_passed_over()
    {
        using var narrow = _connector.Join("narrow", 1);
        using var wide = _connector.Join("wide", 10);

        var handed = Enumerable.Range(0, 4).Select(_ => _connector.HandOverAsync(Work(), CancellationToken.None)).ToList();
        await AcknowledgeAsync(wide, 3);

        await AcknowledgeAsync(narrow, 1);

        var takers = (await Task.WhenAll(handed).WaitAsync(Soon)).Select(outcome => Assert.IsType<HandOver.Delivered>(outcome).ExternalId);
        Assert.Equal(["narrow", "wide", "wide", "wide"], takers.Order());
    }

    [Fact]
    public async Task A_connector_that_is_closed_hands_back_what_waits_and_ends_a_stream_once_its_service_has_answered()
    {
        using var service = _connector.Join("busy", 1);
        var (taken, waits) = (Work(), Work());
        var one = _connector.HandOverAsync(taken, CancellationToken.None);
        var two = _connector.HandOverAsync(waits, CancellationToken.None);
        await using var stream = service.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());

        _connector.Close();

        Assert.Equal((TimeSpan.Zero, false), Assert.IsType<HandOver.NotNow>(await two.WaitAsync(Soon)) is { RetryAfter: { } wait, Attempted: var attempted } ? (wait, attempted) : default);
        var next = stream.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        Assert.True(service.Settle(taken.LeaseToken, new HandOver.Delivered("busy")));
        Assert.False(await next.WaitAsync(Soon));
        Assert.True(service.HubStops);
        Assert.IsType<HandOver.Delivered>(await one.WaitAsync(Soon));
    }

    [Fact]
    public async Task Who_joins_a_connector_that_is_closed_is_sent_away_at_once()
    {
        _connector.Close();
        using var late = _connector.Join("late", 10);
        await using var stream = late.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.False(await stream.MoveNextAsync().AsTask().WaitAsync(Soon));
        Assert.True(late.HubStops);
        Assert.IsType<HandOver.NotNow>(await _connector.HandOverAsync(Work(), CancellationToken.None).WaitAsync(Soon));
    }

    [Fact]
    public async Task What_the_service_answers_is_what_the_worker_gets_and_only_once()
    {
        using var service = _connector.Join("claims", 10);
        var work = Work();
        var handed = _connector.HandOverAsync(work, CancellationToken.None);
        var refusal = new HandOver.Refused(Fault.PartnerRefused, "incomplete");

        Assert.True(service.Settle(work.LeaseToken, refusal));
        Assert.False(service.Settle(work.LeaseToken, new HandOver.Delivered()));
        Assert.Same(refusal, await handed.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_service_cannot_answer_for_another()
    {
        using var one = _connector.Join("one", 10);
        using var two = _connector.Join("two", 10);
        var work = Work();
        var handed = _connector.HandOverAsync(work, CancellationToken.None);

        // One of the two has it; the other's answer finds nothing.
        var first = one.Settle(work.LeaseToken, new HandOver.Delivered("one"));
        var second = two.Settle(work.LeaseToken, new HandOver.Delivered("two"));

        Assert.True(first ^ second);
        Assert.Equal(first ? "one" : "two", Assert.IsType<HandOver.Delivered>(await handed.WaitAsync(Soon)).ExternalId);
    }

    [Fact]
    public async Task After_the_worker_gave_up_a_late_answer_finds_nothing_and_the_room_is_free()
    {
        using var service = _connector.Join("slow", 1);
        using var lease = new CancellationTokenSource();
        var work = Work();
        var handed = _connector.HandOverAsync(work, lease.Token);

        await lease.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handed.WaitAsync(Soon));
        Assert.False(service.Settle(work.LeaseToken, new HandOver.Delivered()));

        var next = Work();
        var again = _connector.HandOverAsync(next, CancellationToken.None);
        Assert.True(service.Settle(next.LeaseToken, new HandOver.Delivered()));
        await again.WaitAsync(Soon);
    }

    [Fact]
    public async Task A_service_that_leaves_hands_back_what_it_had_not_answered()
    {
        var leaving = _connector.Join("leaving", 10);
        var work = Work();
        var handed = _connector.HandOverAsync(work, CancellationToken.None);

        leaving.Dispose();

        var back = Assert.IsType<HandOver.NotNow>(await handed.WaitAsync(Soon));
        Assert.Contains("leaving", back.Detail, StringComparison.Ordinal);
        Assert.True(back is { Attempted: true, SaysNothing: true });   // others may be here, and it may be back in a moment
        Assert.False(leaving.Settle(work.LeaseToken, new HandOver.Delivered()));
    }

    [Fact]
    public async Task With_no_service_here_the_delivery_goes_back_at_once_and_no_attempt_is_counted()
    {
        var back = Assert.IsType<HandOver.NotNow>(await _connector.HandOverAsync(Work(), CancellationToken.None).WaitAsync(Soon));
        Assert.Equal((TimeSpan.Zero, false), (back.RetryAfter, back.Attempted));
    }

    private static async Task AcknowledgeAsync(InboxSubscriber service, int count)
    {
        await using var stream = service.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        for (var i = 0; i < count; i++)
        {
            Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(Soon));
            Assert.True(service.Settle(stream.Current.LeaseToken, new HandOver.Delivered(service.Service)));
        }
    }

    // Handing over by stream touches neither ledger, bodies nor keys.
    private DeliveryWork Work()
    {
        var (exchange, delivery, now) = (ExchangeId.New(_clock), DeliveryId.New(_clock), _clock.GetUtcNow());
        Assert.True(MessageId.TryParse("m-1", out var message));
        var lease = new LeasedDelivery(delivery, exchange, 1, 1, now, Vss, "inside", DeliveryPurpose.Dossier, null, "", now, null);
        var record = new ExchangeRecord(exchange, Vss, message, ContentDigest.Stored(new byte[32]), new Dossier(), Assurance.Signed, null, false, now, []);
        return new DeliveryWork(lease, record, null!, null!, null!);
    }
}
