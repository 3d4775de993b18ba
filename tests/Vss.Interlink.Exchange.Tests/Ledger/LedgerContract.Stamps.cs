using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Time stamps of evidence.</summary>
public abstract partial class LedgerContract
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Evidence_waits_for_a_time_stamp_from_the_moment_they_are_on_and_is_in_one_batch_afterwards()
    {
        await AcceptAsync(Exchange("m-before"));
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        var exchange = Exchange();
        await AcceptAsync(exchange);
        await CompleteAsync(Delivered((await TakeAsync()).Single(lease => lease.Exchange == exchange.Id)));
        var waiting = await _ledger.ListUnstampedAsync(100, CancellationToken.None);
        Assert.Equal([exchange.Id.ToString(), exchange.Id.ToString()], waiting.Select(one => one.Subject));
        Assert.Equal(Clock.GetUtcNow(), await _ledger.OldestUnstampedAsync(CancellationToken.None));
        Assert.All((await ViewAsync(exchange)).Evidence, one => Assert.Null(one.Stamp));

        var authority = new StampingAuthority(Clock);
        var stamps = Stamps(_ledger, authority);
        Assert.Equal(0, await stamps.StampAsync(CancellationToken.None));   // young, and not enough for a batch
        Clock.Advance(s_every);
        Assert.Equal(2, await stamps.StampAsync(CancellationToken.None));

        Assert.Null(await _ledger.OldestUnstampedAsync(CancellationToken.None));
        var batch = Assert.Single(await _ledger.ListStampBatchesAsync(0, 10, CancellationToken.None));
        Assert.Equal((2, authority.Name, Clock.GetUtcNow()), (batch.Size, batch.Authority, batch.StampedAt));
        Assert.True(authority.Verifier.Verify(batch.Token, MerkleTree.Root(batch.Leaves))!.Judged.Verdict.Passed);
        foreach (var evidence in (await ViewAsync(exchange)).Evidence)
        {
            Assert.Equal((batch.Number, 2, authority.Name, Clock.GetUtcNow()), (evidence.Stamp.Batch, evidence.Stamp.Leaves, evidence.Stamp.Authority, evidence.Stamp.Time.ToDateTimeOffset()));
            Assert.Equal(SHA256.HashData(evidence.Document.Span), batch.Leaf(evidence.Stamp.Leaf).ToArray());
        }
    }

    [Fact]
    public async Task Evidence_of_a_refusal_is_stamped_too()
    {
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        var line = AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap");
        var rejected = new RejectedSubmission(OrganId.Stored(Dossiers.Ministry), MessageId.Stored("m-1"), ContentDigest.Stored(new byte[32]), Fault.UnknownReceiver, "route.receiver");
        await _ledger.RejectAsync(line, rejected, [1, 2], CancellationToken.None);
        await _ledger.RejectAsync(AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap"), rejected, [3], CancellationToken.None);   // gets the evidence of the first
        Clock.Advance(s_every);
        Assert.Equal(1, await Stamps(_ledger, new StampingAuthority(Clock)).StampAsync(CancellationToken.None));
        var stamped = Assert.Single(await _ledger.ListStampedAsync(1, CancellationToken.None));
        Assert.Equal((line.Reference, true), (stamped.Subject, stamped.IsKnown));
    }

    [Fact]
    public async Task So_many_pieces_do_not_wait_and_no_batch_has_more()
    {
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        for (var number = 0; number < 11; number++) await AcceptAsync(Exchange($"m-{number}"));
        Assert.Equal(8, await Stamps(_ledger, new StampingAuthority(Clock), most: 4).StampAsync(CancellationToken.None));
        Assert.Equal([4, 4], (await _ledger.ListStampBatchesAsync(0, 10, CancellationToken.None)).Select(batch => batch.Size));
        Assert.Equal(3, (await _ledger.CountStampsAsync(CancellationToken.None)).Waiting);
    }

    [Fact]
    public async Task Of_two_nodes_that_stamp_the_same_evidence_one_writes_its_batch_and_the_other_nothing()
    {
        await using var other = Open();
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        for (var number = 0; number < 6; number++) await AcceptAsync(Exchange($"m-{number}"));
        Clock.Advance(s_every);
        var authority = new StampingAuthority(Clock);
        using var both = new Barrier(2);   // both have read what waits before either has its token

        async Task<int> StampAsync(ExchangeLedger ledger) => await Task.Run(() => Stamps(
            ledger,
            async (root, cancellation) =>
            {
                both.SignalAndWait(TimeSpan.FromSeconds(30), cancellation);
                return await authority.StampAsync(root, cancellation);
            },
            authority, owner: "both").StampAsync(CancellationToken.None));   // one name, so that the lease lets both

        var stamped = await Task.WhenAll(StampAsync(_ledger), StampAsync(other));

        Assert.Equal([0, 6], stamped.Order());
        var batch = Assert.Single(await _ledger.ListStampBatchesAsync(0, 10, CancellationToken.None));
        Assert.Equal(6, (await _ledger.ListStampedAsync(batch.Number, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_batch_that_comes_too_late_finds_nothing_though_other_evidence_waits()
    {
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        await AcceptAsync(Exchange("m-1"));
        var late = Batch(await _ledger.ListUnstampedAsync(10, CancellationToken.None));
        Clock.Advance(s_every);
        Assert.Equal(1, await Stamps(_ledger, new StampingAuthority(Clock)).StampAsync(CancellationToken.None));
        await AcceptAsync(Exchange("m-2"));

        Assert.Null(await _ledger.RecordStampsAsync(late, CancellationToken.None));
        Assert.Null(await _ledger.RecordStampsAsync(Batch([.. late.Evidence, .. await _ledger.ListUnstampedAsync(10, CancellationToken.None)]), CancellationToken.None));   // half of it is free

        Assert.Single(await _ledger.ListStampBatchesAsync(0, 10, CancellationToken.None));
        Assert.Equal(1, (await _ledger.CountStampsAsync(CancellationToken.None)).Waiting);

        static NewStampBatch Batch(IReadOnlyList<UnstampedEvidence> evidence) => new(evidence, [.. evidence.SelectMany(one => one.Sha256)], new byte[32], [1], default, "");
    }

    [Fact]
    public async Task While_one_node_has_the_lease_no_other_asks_and_when_it_is_gone_another_does()
    {
        await using var other = Open();
        var authority = new StampingAuthority(Clock);
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        await AcceptAsync(Exchange());
        Clock.Advance(s_every);
        Assert.True(await _ledger.TakeLeaseAsync(EvidenceStamps.LeaseName, "dead", TimeSpan.FromSeconds(30), CancellationToken.None));
        var next = Stamps(other, authority, owner: "next");
        Assert.Equal((0, 0), (await next.StampAsync(CancellationToken.None), authority.Asked));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 1), (await next.StampAsync(CancellationToken.None), authority.Asked));
        Assert.False(await _ledger.TakeLeaseAsync(EvidenceStamps.LeaseName, "dead", TimeSpan.FromSeconds(30), CancellationToken.None));
    }

    [Fact]
    public async Task A_lease_that_a_clock_ahead_left_behind_keeps_nobody_from_stamping()
    {
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        Clock.Step(TimeSpan.FromDays(2));
        Assert.True(await _ledger.TakeLeaseAsync(EvidenceStamps.LeaseName, "killed", TimeSpan.FromSeconds(30), CancellationToken.None));
        Clock.Step(TimeSpan.FromDays(-2));
        await AcceptAsync(Exchange());
        Clock.Advance(s_every);
        Assert.Equal(1, await Stamps(_ledger, new StampingAuthority(Clock)).StampAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Evidence_of_a_clock_ahead_waits_from_when_that_is_found_and_holds_up_nothing_behind_it()
    {
        var authority = new StampingAuthority(Clock) { IsAway = true };
        var stamps = Stamps(_ledger, authority);
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        Clock.Step(TimeSpan.FromDays(2));
        await AcceptAsync(Exchange("m-ahead"));
        Clock.Step(TimeSpan.FromDays(-2));
        var found = Clock.GetUtcNow();

        Assert.Equal(0, await stamps.StampAsync(CancellationToken.None));

        Assert.Equal(found, (await stamps.LookAsync(CancellationToken.None)).Oldest);
        Clock.Advance(s_every);
        Assert.Equal((0, 1), (await stamps.StampAsync(CancellationToken.None), authority.Asked));
        Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.True((await stamps.LookAsync(CancellationToken.None)).IsRefusing);
        authority.IsAway = false;
        Assert.Equal(1, await stamps.StampAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_longest_waiting_evidence_counts_though_evidence_before_it_is_dated_later()
    {
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        Clock.Step(TimeSpan.FromSeconds(50));
        await AcceptAsync(Exchange("m-ahead"));   // by a node whose clock is ahead, less than anybody minds
        Clock.Step(TimeSpan.FromSeconds(-50));
        await AcceptAsync(Exchange("m-behind-it"));
        Assert.Equal(Clock.GetUtcNow(), await _ledger.OldestUnstampedAsync(CancellationToken.None));
        Clock.Advance(s_every);
        Assert.Equal(2, await Stamps(_ledger, new StampingAuthority(Clock)).StampAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Time_stamps_that_a_clock_ahead_switched_on_reach_earlier_evidence_two_minutes_after_it_is_right_again()
    {
        await AcceptAsync(Exchange("m-before"));
        Clock.Step(TimeSpan.FromDays(2));
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        Clock.Step(TimeSpan.FromDays(-2));
        Assert.False(await _ledger.QueueEarlierAsync(10, CancellationToken.None));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await _ledger.QueueEarlierAsync(10, CancellationToken.None));
        Assert.Equal(0, (await _ledger.CountStampsAsync(CancellationToken.None)).Waiting);
        Clock.Advance(TimeSpan.FromMinutes(1));
        while (await _ledger.QueueEarlierAsync(10, CancellationToken.None)) Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await _ledger.CountStampsAsync(CancellationToken.None)).Waiting);
    }

    [Fact]
    public async Task A_token_over_another_root_is_refused_and_nothing_is_written()
    {
        var authority = new StampingAuthority(Clock) { IsWrong = true };
        var stamps = Stamps(_ledger, authority);
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        await AcceptAsync(Exchange());
        Clock.Advance(s_every);

        Assert.Equal((0, 1), (await stamps.StampAsync(CancellationToken.None), authority.Asked));
        Assert.Contains("not over the root", (await stamps.LookAsync(CancellationToken.None)).Trouble, StringComparison.Ordinal);
        Assert.Empty(await _ledger.ListStampBatchesAsync(0, 10, CancellationToken.None));

        authority.IsWrong = false;
        Assert.Equal(1, await stamps.StampAsync(CancellationToken.None));
        Assert.Null((await stamps.LookAsync(CancellationToken.None)).Trouble);
    }

    [Fact]
    public async Task An_authority_that_is_away_is_asked_again_also_when_nothing_waits_and_a_node_without_the_lease_has_no_trouble()
    {
        var authority = new StampingAuthority(Clock) { IsAway = true };
        var stamps = Stamps(_ledger, authority);
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        await AcceptAsync(Exchange());
        Clock.Advance(s_every);
        await stamps.StampAsync(CancellationToken.None);
        Assert.Equal((true, false), Within(await stamps.LookAsync(CancellationToken.None)));
        Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal((true, true), Within(await stamps.LookAsync(CancellationToken.None)));

        await _ledger.RecordStampsAsync(new NewStampBatch(await _ledger.ListUnstampedAsync(10, CancellationToken.None), new byte[32], new byte[32], [1], Clock.GetUtcNow(), "elsewhere"), CancellationToken.None);
        Assert.Equal((true, false), Within(await stamps.LookAsync(CancellationToken.None)));   // nothing waits, and the authority is still away
        Assert.Equal((0, 2), (await stamps.StampAsync(CancellationToken.None), authority.Asked));
        Assert.NotNull((await stamps.LookAsync(CancellationToken.None)).Trouble);
        authority.IsAway = false;
        Assert.Equal((0, 3), (await stamps.StampAsync(CancellationToken.None), authority.Asked));
        Assert.Equal((false, false), Within(await stamps.LookAsync(CancellationToken.None)));

        authority.IsAway = true;
        await AcceptAsync(Exchange("m-2"));
        Clock.Advance(s_every);
        await stamps.StampAsync(CancellationToken.None);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await _ledger.TakeLeaseAsync(EvidenceStamps.LeaseName, "other", TimeSpan.FromSeconds(30), CancellationToken.None);
        await stamps.StampAsync(CancellationToken.None);
        Assert.Equal((false, false), Within(await stamps.LookAsync(CancellationToken.None)));

        static (bool Troubled, bool Refusing) Within(StampState state) => (state.Trouble is not null, state.IsRefusing);
    }

    [Fact]
    public async Task Evidence_of_the_time_before_is_queued_page_by_page_and_waits_from_then()
    {
        List<NewExchange> earlier = [];
        for (var number = 0; number < 7; number++)
        {
            earlier.Add(Exchange($"m-{number}"));
            await AcceptAsync(earlier[^1]);
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await _ledger.RejectAsync(
            AuditLine.New(Clock.GetUtcNow(), AuditEvent.Refused, "soap"), new RejectedSubmission(OrganId.Stored(Dossiers.Ministry), MessageId.Stored("m"), ContentDigest.Stored(new byte[32]), Fault.UnknownReceiver, "r"), [1], CancellationToken.None);
        await _ledger.SwitchStampsOnAsync(CancellationToken.None);
        Assert.False(await _ledger.QueueEarlierAsync(3, CancellationToken.None));   // what was under way may not be seen yet
        Assert.False(await _ledger.IsStampingWholeAsync(CancellationToken.None));
        await AcceptAsync(Exchange("m-after"));
        Clock.Advance(TimeSpan.FromMinutes(2));

        List<long> waiting = [];
        while (await _ledger.QueueEarlierAsync(3, CancellationToken.None)) waiting.Add((await _ledger.CountStampsAsync(CancellationToken.None)).Waiting);

        Assert.Equal([2, 5, 8], waiting);   // the one that waited already, the rejection; then exchanges by threes
        Assert.True(await _ledger.IsStampingWholeAsync(CancellationToken.None));
        var all = await _ledger.ListUnstampedAsync(100, CancellationToken.None);
        Assert.Equal(9, all.Count);
        Assert.All(all.Where(one => earlier.Exists(exchange => exchange.Id.ToString() == one.Subject)), one => Assert.Equal(Clock.GetUtcNow(), one.Since));
        Clock.Advance(s_every);
        Assert.Equal(9, await Stamps(_ledger, new StampingAuthority(Clock)).StampAsync(CancellationToken.None));
    }

    private EvidenceStamps Stamps(ExchangeLedger ledger, StampingAuthority authority, int most = 100, string owner = "node") => Stamps(ledger, authority.StampAsync, authority, most, owner);

    private EvidenceStamps Stamps(ExchangeLedger ledger, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> stamp, StampingAuthority authority, int most = 100, string owner = "node") => new(
        ledger, stamp, authority.Verifier, new TimeStampsOptions { Every = s_every, Most = most, Grace = TimeSpan.FromMinutes(3) }, owner, Clock, NullLogger<EvidenceStamps>.Instance);
}
