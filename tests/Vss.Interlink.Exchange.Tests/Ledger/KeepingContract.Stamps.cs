using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Time stamps, where evidence is kept and where it is archived.</summary>
public abstract partial class KeepingContract
{
    private readonly StampingAuthority _authority = new(TimeProvider.System);

    /// <summary>Rows of a table.</summary>
    protected abstract long Count(string table);

    /// <summary>The store alone, as another process would open it.</summary>
    private protected abstract ILedgerStore OpenStore();

    [Fact]
    public async Task A_ledger_whose_evidence_is_stamped_or_waits_for_it_is_proved()
    {
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        for (var number = 0; number < 3; number++) await FinishedAsync($"m-{number}");
        Assert.Equal(6, await StampAsync(most: 3));
        await FinishedAsync("m-waits");
        Assert.Empty(await ProveStampsAsync());
    }

    [Theory]
    [InlineData("UPDATE evidence SET document = sha256 WHERE type = 'DELIVERY'", "ledger.stamp.evidence")]
    [InlineData("UPDATE evidence SET document = (SELECT receipt FROM exchanges), sha256 = (SELECT sha256 FROM evidence WHERE type = 'SUBMISSION_ACCEPTANCE') WHERE type = 'DELIVERY'", "ledger.stamp.evidence")]
    [InlineData("DELETE FROM evidence WHERE type = 'DELIVERY'", "ledger.stamp.evidence")]
    [InlineData("UPDATE stamp_batches SET token = root", "ledger.stamp.token")]
    [InlineData("UPDATE stamp_batches SET token = (SELECT token FROM stamp_batches WHERE batch_id = 2) WHERE batch_id = 1", "ledger.stamp.token")]
    [InlineData("UPDATE stamp_batches SET stamped_at = stamped_at - 86400000", "ledger.stamp.token")]
    [InlineData("UPDATE stamp_batches SET leaves = (SELECT leaves FROM stamp_batches WHERE batch_id = 2) WHERE batch_id = 1", "ledger.stamp.root")]
    [InlineData("UPDATE stamp_batches SET leaves = (SELECT leaves FROM stamp_batches WHERE batch_id = 2) WHERE batch_id = 1", "ledger.stamp.leaves")]
    [InlineData("DELETE FROM stamped WHERE batch_id = 2", "ledger.stamp.leaves")]
    [InlineData("DELETE FROM stamped WHERE batch_id = 2", "ledger.stamp.missing")]
    [InlineData("UPDATE stamped SET subject = 'x-nobody' WHERE batch_id = 1 AND leaf = 0", "ledger.stamp.evidence")]
    public async Task Whatever_somebody_changes_of_stamps_or_of_what_is_stamped_is_found(string sql, string rule)
    {
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        await FinishedAsync("m-1");
        Assert.Equal(2, await StampAsync(most: 1));
        Unguard();
        UnguardStamps();
        Tamper("UPDATE stamping SET earlier_after = NULL");
        Tamper(sql);
        Assert.Contains(await ProveStampsAsync(), finding => finding.Broken && finding.Rule == rule);
    }

    [Fact]
    public async Task A_time_stamp_that_nobody_can_judge_any_more_is_told_and_breaks_nothing()
    {
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        await FinishedAsync("m-1");
        await StampAsync();
        var strangers = new LedgerProof(Ledger, _hub.Verifier, _hub.Stamps, _hub.Signers, ArchiveFolder);   // it knows another PKI
        var finding = Assert.Single((await strangers.CheckStampsAsync(0, 10, CancellationToken.None)).Findings);
        Assert.Equal(("ledger.stamp.trust", false), (finding.Rule, finding.Broken));
    }

    [Fact]
    public async Task What_is_archived_takes_its_time_stamps_along_and_they_can_be_verified_without_the_hub()
    {
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        List<ExchangeId> exchanges = [];
        for (var number = 0; number < 3; number++) exchanges.Add((await FinishedAsync($"m-{number}")).ExchangeId);
        Tamper("UPDATE stamping SET earlier_after = NULL");
        Assert.Null((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive);
        Assert.Equal(6, await StampAsync());

        var run = await Archives().ArchiveAsync(null, 10, By, CancellationToken.None);

        Assert.Equal(exchanges, run.Removed);
        Assert.Empty(await ProveStampsAsync());
        var file = Path.Combine(ArchiveFolder, run.Archive!.Name);
        using (var zip = ZipFile.OpenRead(file))
        {
            using var openssl = new OpenSsl();
            var root = openssl.Write("root.pem", _authority.Root.Certificate.ExportCertificatePem());
            foreach (var stamp in exchanges.SelectMany(id => JsonNode.Parse(Content(zip, $"{id}/stamps.json"))!.AsArray().Select(one => one!)))
            {
                var token = openssl.Write("token", Content(zip, (string)stamp["Token"]!));
                var (code, said) = openssl.Run("ts", "-verify", "-digest", (string)stamp["Root"]!, "-in", token, "-token_in", "-CAfile", root);
                Assert.True(code == 0, said);
            }
        }

        // One octet of the path is enough.
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            var path = $"{exchanges[1]}/stamps.json";
            var stamps = JsonNode.Parse(Content(zip, path))!;
            stamps[0]!["Path"]![0] = new string('0', 64);
            zip.GetEntry(path)!.Delete();
            await using var changed = zip.CreateEntry(path).Open();
            await changed.WriteAsync(System.Text.Encoding.UTF8.GetBytes(stamps.ToJsonString()));
        }

        Assert.Contains(await ProveStampsAsync(), finding => finding.Broken && finding.Detail.Contains("the time stamp is not of evidence/01-SUBMISSION_ACCEPTANCE.xml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evidence_that_was_queued_for_a_time_stamp_keeps_its_exchange_from_the_archive_also_when_it_was_queued_meanwhile()
    {
        var exchange = (await FinishedAsync("m-1")).ExchangeId;
        var before = TimeProvider.System.GetUtcNow().AddDays(1);
        Assert.Equal([exchange], await Ledger.ListArchivableAsync(before, null, 10, CancellationToken.None));   // never switched on: nothing waits
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        Assert.Empty(await Ledger.ListArchivableAsync(before, null, 10, CancellationToken.None));
        Tamper("UPDATE stamping SET since = 0");
        while (await Ledger.QueueEarlierAsync(10, CancellationToken.None)) { }

        Assert.False(await Ledger.RemoveArchivedAsync(exchange, new ArchiveFile("a", new byte[32]), By, CancellationToken.None));

        Assert.Equal(2, (await Ledger.CountStampsAsync(CancellationToken.None)).Waiting);
        Assert.Empty(await Ledger.ListArchivableAsync(before, null, 10, CancellationToken.None));
        Assert.Equal(2, await StampAsync());
        Assert.Equal([exchange], await Ledger.ListArchivableAsync(before, null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task R19_Between_any_two_transactions_of_archiving_and_time_stamping_submissions_are_accepted_and_none_of_them_moves_more_than_one_batch()
    {
        const int exchanges = 24, most = 4;
        await Ledger.SwitchStampsOnAsync(CancellationToken.None);
        for (var number = 0; number < exchanges; number++) await FinishedAsync($"m-{number}");
        Tamper("UPDATE stamping SET earlier_after = NULL");
        await _hub.Worker.StopAsync(CancellationToken.None);   // so that only jobs and acceptances write
        List<(long Stamped, long Archived)> steps = [(0, 0)];
        var accepted = 0;

        // A job stands still here, with all that it holds.
        async Task BetweenAsync()
        {
            var acceptance = await _hub.AcceptAsync(await SubmissionAsync($"between-{accepted++}")).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.False(acceptance.Repeated);
            steps.Add((Count("stamped"), Count("archived")));
        }

        await using var jobs = new ExchangeLedger(new PausingStore(OpenStore(), BetweenAsync), TimeProvider.System);
        var authority = new StampingAuthority(TimeProvider.System);
        var job = new EvidenceStamps(jobs, authority.StampAsync, authority.Verifier, new TimeStampsOptions { Most = most, Grace = TimeSpan.FromHours(1) }, "job", TimeProvider.System, NullLogger<EvidenceStamps>.Instance);
        var stamped = await job.StampAsync(CancellationToken.None);
        var run = await new LedgerArchives(jobs, _hub.Bodies, ArchiveFolder, Days, new ManualClock(TimeProvider.System.GetUtcNow().AddDays(Days + 1))).ArchiveAsync(null, exchanges, By, CancellationToken.None);

        Assert.Equal(exchanges, run.Removed.Count);
        Assert.True(stamped >= 2 * exchanges);
        Assert.InRange(steps.Zip(steps.Skip(1)).Max(step => step.Second.Stamped - step.First.Stamped), most, most);
        Assert.Equal(1, steps.Zip(steps.Skip(1)).Max(step => step.Second.Archived - step.First.Archived));
        Assert.True(accepted >= stamped / most + exchanges);
        Assert.DoesNotContain(await ProveStampsAsync(), finding => finding.Broken);
    }

    /// <summary>Takes away what keeps stamps from being changed.</summary>
    protected abstract void UnguardStamps();

    private Task<int> StampAsync(int most = 2) =>
        new EvidenceStamps(Ledger, _authority.StampAsync, _authority.Verifier, new TimeStampsOptions { Most = most, Grace = TimeSpan.FromHours(1) }, "node", TimeProvider.System, NullLogger<EvidenceStamps>.Instance).StampAsync(CancellationToken.None);

    // By anchors that know the authority, exchanges and batches.
    private async Task<List<Finding>> ProveStampsAsync()
    {
        var proof = new LedgerProof(Ledger, _hub.Verifier, _authority.Verifier, _hub.Signers, ArchiveFolder);
        var findings = (await proof.CheckAsync(null, 500, CancellationToken.None)).Findings.ToList();
        findings.AddRange((await proof.CheckArchivesAsync("", 500, CancellationToken.None)).Findings);
        long? after = 0;
        while (after is not null)
        {
            var (found, next) = await proof.CheckStampsAsync(after.Value, 2, CancellationToken.None);
            findings.AddRange(found);
            after = next;
        }

        return findings;
    }
}
