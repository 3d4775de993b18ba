using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Tests.Bodies;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Intake;

public sealed class IntakeRoomTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(DateTimeOffset.UtcNow);
    private Hub _hub = null!;

    public ValueTask InitializeAsync()
    {
        _hub = new Hub(_folder.Path, _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task There_is_room_while_more_than_the_least_is_free() => await Room(minFreeBytes: 1, maxOutstanding: 1).RequireAsync(CancellationToken.None);

    [Fact]
    public async Task Below_the_least_free_octets_nothing_is_taken_in()
    {
        var fault = await RefusedAsync(Room(minFreeBytes: long.MaxValue, maxOutstanding: 1));
        Assert.Equal((Fault.Overloaded, "limit.disk"), (fault.Fault, fault.Rule));
    }

    [Fact]
    public async Task With_as_many_deliveries_outstanding_as_may_be_nothing_is_taken_in_until_one_is_made()
    {
        var room = Room(minFreeBytes: 0, maxOutstanding: 2);
        await room.RequireAsync(CancellationToken.None);
        await _hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));
        await _hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-2")));
        await room.RequireAsync(CancellationToken.None);   // an answer serves for two seconds

        _clock.Advance(TimeSpan.FromSeconds(2));
        var fault = await RefusedAsync(room);
        Assert.Equal((Fault.Overloaded, "limit.outstanding"), (fault.Fault, fault.Rule));

        var lease = Assert.Single(await _hub.Ledger.LeaseAsync("inside", "node", 1, TimeSpan.FromMinutes(1), CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await RefusedAsync(room);   // leased is outstanding too
        await _hub.Ledger.CompleteAsync(new(lease.Delivery, lease.Fence, DeliveryState.Available, _clock.GetUtcNow()), CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await room.RequireAsync(CancellationToken.None);
    }

    [Fact]
    public async Task When_evidence_has_waited_for_its_time_stamp_longer_than_the_grace_only_repeats_are_taken_until_it_has_it()
    {
        var room = new IntakeRoom(_folder.Path, 0, long.MaxValue, _hub.Ledger, _clock, stampGrace: TimeSpan.FromMinutes(5));
        await _hub.Ledger.SwitchStampsOnAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromDays(1));
        await room.RequireAsync(CancellationToken.None);   // nothing waits
        await _hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));
        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await room.RequireAsync(CancellationToken.None);

        _clock.Advance(TimeSpan.FromSeconds(2));
        var fault = await Assert.ThrowsAsync<ExchangeFault>(() => room.RequireAsync(CancellationToken.None));
        Assert.Equal((Fault.TimeStampsUnavailable, "limit.time-stamps"), (fault.Fault, fault.Rule));
        await Room(minFreeBytes: 0, maxOutstanding: 100).RequireAsync(CancellationToken.None);   // a hub without time stamps

        var authority = new StampingAuthority(_clock);
        var stamps = new EvidenceStamps(_hub.Ledger, authority.StampAsync, authority.Verifier, new TimeStampsOptions { Grace = TimeSpan.FromMinutes(5) }, "node", _clock, NullLogger<EvidenceStamps>.Instance);
        Assert.Equal(1, await stamps.StampAsync(CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await room.RequireAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Without_room_a_repeat_is_digested_and_not_kept_and_a_new_one_is_refused_before_its_first_octet()
    {
        await _hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-1")));
        var bodies = new SubmissionBodies(_hub.Bodies, Room(minFreeBytes: long.MaxValue, maxOutstanding: 1), _hub.Ledger);

        await using var repeat = (await bodies.OpenAsync(Dossiers.Ministry, "m-1", CancellationToken.None))();
        await repeat.WriteAsync("content"u8.ToArray());
        var named = await repeat.CommitAsync(CancellationToken.None);
        Assert.Throws<ExchangeFault>(() => _hub.Bodies.OpenRead(named.Digest));
        Assert.Equal(named, await _hub.Bodies.StoreAsync(new MemoryStream("content"u8.ToArray()), CancellationToken.None));

        foreach (var (sender, id) in new[] { (Dossiers.Ministry, "m-2"), ("G15", "m-1"), ("no organ!", "m-1"), (null, "") })
            Assert.Equal((Fault.Overloaded, "limit.disk"), await Assert.ThrowsAsync<ExchangeFault>(() => bodies.OpenAsync(sender, id, CancellationToken.None)) is var fault ? (fault.Fault, fault.Rule) : default);
    }

    [Fact]
    public async Task What_is_only_digested_is_held_to_the_same_limit()
    {
        await using var digest = new BodyStore(_folder["small"], 3, TestBodyKeys.One, _clock).BeginDigest();
        await digest.WriteAsync("abc"u8.ToArray());
        Assert.Equal("limit.body", (await Assert.ThrowsAsync<ExchangeFault>(async () => await digest.WriteAsync("d"u8.ToArray()))).Rule);
    }

    private IntakeRoom Room(long minFreeBytes, long maxOutstanding) => new(_folder.Path, minFreeBytes, maxOutstanding, _hub.Ledger, _clock);

    private static Task<ExchangeFault> RefusedAsync(IntakeRoom room) => Assert.ThrowsAsync<ExchangeFault>(() => room.RequireAsync(CancellationToken.None));
}
