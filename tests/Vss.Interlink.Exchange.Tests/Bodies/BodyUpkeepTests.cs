using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Bodies;

/// <summary>Work over all bodies while the hub runs.</summary>
public sealed class BodyUpkeepTests : IAsyncLifetime
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly TempFolder _folder = new();
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly (string Id, string Key) _old = ("2025", TestBodyKeys.New());
    private readonly (string Id, string Key) _next = ("2026", TestBodyKeys.New());
    private BodyKeys _keys = null!;
    private BodyUpkeep _upkeep = null!;
    private BodyStore _bodies = null!;
    private Hub _hub = null!;

    public ValueTask InitializeAsync()
    {
        _keys = BodyKeys.Open(TestBodyKeys.Write(_folder["keys.json"], _old), _clock);
        _hub = new Hub(_folder.Path, _clock);
        _bodies = new BodyStore(_folder["bodies"], 1 << 24, _keys, _clock);
        _upkeep = Upkeep(_bodies, _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _upkeep.Dispose();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Rekeying_moves_every_body_to_the_current_key_and_the_old_key_can_go()
    {
        var bodies = new List<StoredBody>();
        for (var number = 0; number < 5; number++) bodies.Add(await StoreAsync($"content {number}"));
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);

        var moved = await LastAsync(_upkeep.RekeyAsync("staff", CancellationToken.None));
        var again = await LastAsync(_upkeep.RekeyAsync("staff", CancellationToken.None));

        Assert.Equal((5, 5, 0), (moved.Seen, moved.Changed, moved.Faults));
        Assert.Equal((5, 0), (again.Seen, again.Changed));
        TestBodyKeys.Write(_folder["keys.json"], _next);
        _keys.Reload();
        for (var number = 0; number < 5; number++) Assert.Equal($"content {number}", await ReadAsync(bodies[number].Digest));
    }

    [Fact]
    public async Task Rekeying_that_was_broken_off_goes_on_where_it_stopped()
    {
        for (var number = 0; number < 6; number++) await StoreAsync($"content {number}");
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);
        using var stop = new CancellationTokenSource();
        using var reporting = Upkeep(_bodies, new TickingClock(_clock));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var report in reporting.RekeyAsync("staff", stop.Token)) if (report.Changed == 2) await stop.CancelAsync();
        });

        var rest = await LastAsync(_upkeep.RekeyAsync("staff", CancellationToken.None));

        Assert.Equal((6, true), (rest.Seen, rest.Changed is > 0 and < 6));
        Assert.All(_bodies.List(), digest => Assert.Equal("2026", KeyOf(digest)));
    }

    [Fact]
    public async Task Who_reads_a_body_while_it_is_rekeyed_reads_it_to_its_end()
    {
        var content = RandomNumberGenerator.GetBytes(500_000);
        var body = await _bodies.StoreAsync(new MemoryStream(content), CancellationToken.None);
        await using var open = _bodies.OpenRead(body.Digest);
        var read = new byte[content.Length];
        await open.ReadExactlyAsync(read.AsMemory(0, 1000));
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);

        await LastAsync(_upkeep.RekeyAsync("staff", CancellationToken.None));

        await open.ReadExactlyAsync(read.AsMemory(1000));
        Assert.Equal(content, read);
        Assert.Equal("2026", KeyOf(body.Digest));
    }

    [Fact]
    public async Task Rekeying_leaves_a_damaged_body_as_it_is_and_names_it()
    {
        var (good, bad) = (await StoreAsync("good"), await StoreAsync("bad"));
        Damage(bad.Digest);
        var before = await File.ReadAllBytesAsync(PathOf(bad.Digest));
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);

        var reports = await AllAsync(_upkeep.RekeyAsync("staff", CancellationToken.None));

        Assert.Equal((2, 1, 1), (reports[^1].Seen, reports[^1].Changed, reports[^1].Faults));
        Assert.Contains(bad.Digest.ToString(), Assert.Single(reports.SelectMany(report => report.Findings)).Detail, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(PathOf(bad.Digest)));
        Assert.Equal("good", await ReadAsync(good.Digest));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder["bodies"], "incoming")));
    }

    [Fact]
    public async Task A_faulty_key_file_stops_rekeying_with_its_reason_and_the_hub_goes_on_with_the_keys_it_has()
    {
        await File.WriteAllTextAsync(_folder["keys.json"], "{");
        foreach (var run in (Func<string, CancellationToken, IAsyncEnumerable<BodyProgress>>[])[_upkeep.RekeyAsync, _upkeep.ScrubAsync])
        {
            var fault = Assert.Throws<ExchangeFault>(() => run("staff", CancellationToken.None));
            Assert.Equal((Fault.BodyKeysUnusable, "body.key-file"), (fault.Fault, fault.Rule));
            Assert.Contains("keys.json", fault.Detail, StringComparison.Ordinal);
        }

        Assert.Contains("keys.json", _keys.FindTrouble(), StringComparison.Ordinal);
        Assert.Equal("still", await ReadAsync((await StoreAsync("still")).Digest));
        TestBodyKeys.Write(_folder["keys.json"], _old);
        await LastAsync(_upkeep.ScrubAsync("staff", CancellationToken.None));
        Assert.Null(_keys.FindTrouble());
    }

    [Fact]
    public async Task A_scrub_goes_by_the_key_file_as_it_is_now_and_names_bodies_whose_key_was_taken_out()
    {
        var left = await StoreAsync("under the old key");
        TestBodyKeys.Write(_folder["keys.json"], _next);

        var reports = await AllAsync(_upkeep.ScrubAsync("staff", CancellationToken.None));

        var found = Assert.Single(reports.SelectMany(report => report.Findings));
        Assert.Equal(("body.key", left.Digest), (found.Rule, Named(found)));
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);
        Assert.Equal(0, (await LastAsync(_upkeep.ScrubAsync("staff", CancellationToken.None))).Faults);
    }

    [Fact]
    public async Task Other_octets_under_an_id_that_the_hub_has_known_are_refused_and_nothing_is_written_under_them()
    {
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);
        _keys.Reload();
        foreach (var wrong in ((string, string)[][])[[(_next.Id, TestBodyKeys.New()), _old], [_next, (_old.Id, TestBodyKeys.New())]])
        {
            TestBodyKeys.Write(_folder["keys.json"], _old);   // nor does it forget an id that was out of the file for a while
            _keys.Reload();
            TestBodyKeys.Write(_folder["keys.json"], wrong);
            var fault = Assert.Throws<ExchangeFault>(() => _upkeep.RekeyAsync("staff", CancellationToken.None));
            Assert.Contains("not the one that this hub has known", fault.Detail, StringComparison.Ordinal);
            Assert.NotNull(_keys.FindTrouble());
        }

        var stored = await StoreAsync("content");
        TestBodyKeys.Write(_folder["keys.json"], _next, _old);
        Assert.Equal(1, (await LastAsync(_upkeep.RekeyAsync("staff", CancellationToken.None))).Changed);
        Assert.Equal("content", await ReadAsync(stored.Digest));
        Assert.Null(_keys.FindTrouble());
    }

    [Fact]
    public async Task A_collection_removes_what_writers_left_that_died_some_time_ago()
    {
        var (left, young) = (Path.Combine(_folder["bodies"], "incoming", "left"), Path.Combine(_folder["bodies"], "incoming", "young"));
        foreach (var path in (string[])[left, young]) await File.WriteAllTextAsync(path, "by a crash");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromMinutes(11));

        await LastAsync(_upkeep.CollectAsync("staff", CancellationToken.None));

        Assert.Equal((false, true), (File.Exists(left), File.Exists(young)));
    }

    [Fact]
    public async Task Collecting_removes_what_no_exchange_names_once_the_grace_is_over_and_nothing_else()
    {
        var (orphan, named) = (await StoreAsync("orphan"), await StoreAsync("named"));
        await AcceptAsync("m-1", named);
        Age(orphan, Grace + TimeSpan.FromMinutes(1));
        Age(named, Grace + TimeSpan.FromMinutes(1));
        var young = await StoreAsync("young");

        var report = await LastAsync(_upkeep.CollectAsync("staff", CancellationToken.None));

        Assert.Equal((3, 1), (report.Seen, report.Changed));
        Assert.Equal(new HashSet<ContentDigest> { named.Digest, young.Digest }, _bodies.List().ToHashSet());
        Assert.Null(_bodies.StoredAt(orphan.Digest));
    }

    [Fact]
    public async Task An_orphan_that_is_sent_again_is_as_young_as_its_last_sending()
    {
        var orphan = await StoreAsync("content");
        Age(orphan, 2 * Grace);
        await StoreAsync("content");

        Assert.Equal(0, (await LastAsync(_upkeep.CollectAsync("staff", CancellationToken.None))).Changed);
        Assert.Equal("content", await ReadAsync(orphan.Digest));
    }

    [Fact]
    public async Task An_orphan_that_is_sent_again_while_it_is_being_removed_stays()
    {
        var orphan = await StoreAsync("content");
        Age(orphan, 2 * Grace);
        using var turn = _bodies.TakeRemovalTurn();

        // The collector has it in hand and has just read that nobody names it.
        var freed = await _bodies.TryRemoveAsync(orphan.Digest, _clock.GetUtcNow() - Grace, async () =>
        {
            await StoreAsync("content");
            return false;
        });

        Assert.NotNull(freed);
        Assert.Equal("content", await ReadAsync(orphan.Digest));
        _bodies.RequireStoredWithin(TimeSpan.FromHours(1), [orphan]);
    }

    [Fact]
    public async Task A_body_is_readable_while_a_collector_has_it_in_hand_and_comes_back_when_it_is_wanted()
    {
        var body = await StoreAsync("content");
        Age(body, 2 * Grace);
        using var turn = _bodies.TakeRemovalTurn();

        var freed = await _bodies.TryRemoveAsync(body.Digest, _clock.GetUtcNow() - Grace, async () =>
        {
            Assert.False(File.Exists(PathOf(body.Digest)));
            Assert.Equal("content", await ReadAsync(body.Digest));
            return true;
        });

        Assert.Null(freed);
        Assert.True(File.Exists(PathOf(body.Digest)));
    }

    [Fact]
    public async Task What_a_killed_collector_had_in_hand_is_readable_and_back_in_its_place_after_the_next_start()
    {
        var body = await StoreAsync("content");
        File.Move(PathOf(body.Digest), Path.Combine(_folder["bodies"], "leaving", body.Digest.ToString()));
        Assert.Equal("content", await ReadAsync(body.Digest));

        _ = new BodyStore(_folder["bodies"], 1 << 24, _keys, _clock);

        Assert.True(File.Exists(PathOf(body.Digest)));
        Assert.Equal("content", await ReadAsync(body.Digest));
    }

    [Fact]
    public async Task Of_any_race_between_senders_and_collectors_no_accepted_body_is_lost()
    {
        using var second = Upkeep(new BodyStore(_folder["bodies"], 1 << 24, _keys, _clock), _clock);   // another node
        var accepted = new List<StoredBody>();
        for (var round = 0; round < 60; round++)
        {
            var content = $"content {round}";
            Age(await StoreAsync(content), 2 * Grace);
            var sending = Task.Run(async () =>
            {
                await Task.Delay(TimeSpan.FromMicroseconds(round * 20));
                var body = await StoreAsync(content);
                await AcceptAsync($"m-{content.Replace(' ', '-')}", body);
                return body;
            });
            await Task.WhenAll(CollectAsync(_upkeep), CollectAsync(second), sending);
            accepted.Add(await sending);
        }

        foreach (var body in accepted) Age(body, 2 * Grace);
        await CollectAsync(_upkeep);
        foreach (var (body, round) in accepted.Select((body, round) => (body, round))) Assert.Equal($"content {round}", await ReadAsync(body.Digest));

        static async Task CollectAsync(BodyUpkeep upkeep)
        {
            try
            {
                await LastAsync(upkeep.CollectAsync("staff", CancellationToken.None));
            }
            catch (ExchangeFault other) when (other.Fault == Fault.InFlight)
            {
                // The other node collects.
            }
        }
    }

    [Fact]
    public async Task A_submission_that_takes_so_long_that_its_body_could_be_collected_is_refused_for_now()
    {
        var body = await StoreAsync("content");
        Age(body, TimeSpan.FromMinutes(61));

        var fault = await Assert.ThrowsAsync<ExchangeFault>(() => AcceptAsync("m-late", body));

        Assert.Equal((Fault.Overloaded, "limit.submission-time"), (fault.Fault, fault.Rule));
        await AcceptAsync("m-late", await StoreAsync("content"));
    }

    [Fact]
    public async Task A_scrub_names_what_is_damaged_and_what_is_missing_and_changes_nothing()
    {
        var (good, bad, gone) = (await StoreAsync("good"), await StoreAsync("bad"), await StoreAsync("gone"));
        foreach (var (body, number) in new[] { good, bad, gone }.Select((body, number) => (body, number))) await AcceptAsync($"m-{number}", body);
        Damage(bad.Digest);
        File.Delete(PathOf(gone.Digest));
        var before = await File.ReadAllBytesAsync(PathOf(bad.Digest));

        var reports = await AllAsync(_upkeep.ScrubAsync("staff", CancellationToken.None));

        Assert.Equal([("body.segment", bad.Digest), ("body.present", gone.Digest)], reports.SelectMany(report => report.Findings).Select(found => (found.Rule, Named(found))));
        Assert.Equal((2, 4, 2, true), (reports[^1].Seen, reports[^1].Octets, reports[^1].Faults, reports[^1].Done));
        Assert.Equal(before, await File.ReadAllBytesAsync(PathOf(bad.Digest)));
    }

    [Fact]
    public async Task One_run_at_a_time_and_each_is_in_the_audit_with_who_asked_and_what_came_of_it()
    {
        await StoreAsync("content");
        using var reporting = Upkeep(_bodies, new TickingClock(_clock));
        await using (var running = reporting.ScrubAsync("staff", CancellationToken.None).GetAsyncEnumerator())
        {
            await running.MoveNextAsync();
            var fault = await Assert.ThrowsAsync<ExchangeFault>(() => LastAsync(reporting.CollectAsync("staff", CancellationToken.None)));
            Assert.Equal(Fault.InFlight, fault.Fault);
        }

        await LastAsync(_upkeep.CollectAsync("staff", CancellationToken.None));

        Assert.Equal(
            [(AuditEvent.BodiesScrubbed, "begun by staff"), (AuditEvent.BodiesScrubbed, "broken off: 1 seen"), (AuditEvent.BodiesCollected, "begun by staff"), (AuditEvent.BodiesCollected, "ended: 1 seen")],
            (await _hub.Ledger.ListBodyAuditAsync(CancellationToken.None)).Select(line => (line.Event, line.Detail.Split(',')[0])));
    }

    private Task<StoredBody> StoreAsync(string content) => _bodies.StoreAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)), CancellationToken.None);

    private Task<Acceptance> AcceptAsync(string messageId, StoredBody body)
    {
        var dossier = Dossiers.Small(messageId);
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "scan.pdf", Size = body.Size, Sha256 = ByteString.CopyFrom(body.Digest.Octets) });
        return _hub.AcceptAsync(Hub.Signed(dossier, attachments: new Dictionary<string, StoredBody> { ["a"] = body }));
    }

    private async Task<string> ReadAsync(ContentDigest digest)
    {
        using var reader = new StreamReader(_bodies.OpenRead(digest));
        return await reader.ReadToEndAsync();
    }

    private string KeyOf(ContentDigest digest)
    {
        using var raw = _bodies.OpenRaw(digest);
        return raw.KeyId;
    }

    private void Age(StoredBody body, TimeSpan by) => File.SetLastWriteTimeUtc(PathOf(body.Digest), (_clock.GetUtcNow() - by).UtcDateTime);

    private void Damage(ContentDigest digest)
    {
        using var file = new FileStream(PathOf(digest), FileMode.Open);
        file.Seek(-1, SeekOrigin.End);
        var last = file.ReadByte();
        file.Seek(-1, SeekOrigin.End);
        file.WriteByte((byte)(last ^ 1));
    }

    private static ContentDigest Named(ExchangeFault found) => ContentDigest.TryParse(found.Detail.Split(' ')[1], out var digest) ? digest : default;

    private BodyUpkeep Upkeep(BodyStore bodies, TimeProvider clock) => new(bodies, _keys, _hub.Ledger, Grace, clock, NullLogger<BodyUpkeep>.Instance);

    private static async Task<BodyProgress> LastAsync(IAsyncEnumerable<BodyProgress> reports) => (await AllAsync(reports))[^1];

    private static async Task<List<BodyProgress>> AllAsync(IAsyncEnumerable<BodyProgress> reports)
    {
        List<BodyProgress> all = [];
        await foreach (var report in reports) all.Add(report);
        return all;
    }

    private string PathOf(ContentDigest digest) => Path.Combine(_folder["bodies"], digest.ToString()[..2], digest.ToString()[2..4], digest.ToString());

    /// <summary>Two seconds later each time somebody measures, so that every body is reported.</summary>
    private sealed class TickingClock(TimeProvider time) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => Interlocked.Add(ref _now, 2 * TimeSpan.TicksPerSecond);
    }
}
