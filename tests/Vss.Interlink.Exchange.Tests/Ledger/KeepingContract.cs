using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What is kept, and what may go, whatever the ledger is made of: with a whole hub, real keys and real evidence.</summary>
public abstract partial class KeepingContract : IAsyncLifetime
{
    private const string By = "CN=archivist";
    private const int Days = 365;

    private static readonly byte[] s_report = Encoding.UTF8.GetBytes("synthetic report");

    private readonly TempFolder _folder = new();
    private Hub _hub = null!;
    private Task _receiverAnswers = Task.CompletedTask;

    protected TempFolder Folder => _folder;

    private ExchangeLedger Ledger => _hub.Ledger;

    private protected string ArchiveFolder => _folder["archive"];

    private LedgerProof Proof => new(Ledger, _hub.Verifier, _hub.Stamps, _hub.Signers, ArchiveFolder);

    protected abstract ExchangeLedger Open();

    /// <summary>Does to the tables what the hub never does.</summary>
    protected abstract void Tamper(string sql);

    /// <summary>Takes away what keeps evidence from being changed.</summary>
    protected abstract void Unguard();

    /// <summary>Takes away what keeps a message id from being claimed twice, so that what is written then is not in its index.</summary>
    protected abstract string UnguardedClaims { get; }

    public ValueTask InitializeAsync()
    {
        _hub = new Hub(Open(), _folder.Path, null, new ScriptedConnector("inside", relays: false, async (_, cancellation) =>
        {
            await _receiverAnswers.WaitAsync(cancellation);
            return new HandOver.Delivered("ext-1");
        }));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_old_leaves_the_tables_for_an_archive_and_its_repeat_still_gets_the_first_receipt()
    {
        var first = await FinishedAsync("m-1");
        var evidence = (await Ledger.FindViewAsync(first.ExchangeId, CancellationToken.None))!.Evidence;

        var run = await Archives().ArchiveAsync(null, 10, By, CancellationToken.None);

        Assert.Equal([first.ExchangeId], run.Removed);
        Assert.Empty((await Ledger.FindViewAsync(first.ExchangeId, CancellationToken.None))!.Evidence);
        Assert.Equal("", (await Ledger.FindRecordAsync(first.ExchangeId, CancellationToken.None))!.Dossier.Subject);
        var again = await _hub.AcceptAsync(await SubmissionAsync("m-1"));
        Assert.True(again.Repeated);
        Assert.Equal(first.Receipt, again.Receipt);
        Assert.Equal(Fault.MessageIdReused, (await Assert.ThrowsAsync<ExchangeFault>(async () => await _hub.AcceptAsync(await SubmissionAsync("m-1", subject: "other")))).Fault);

        using var zip = ZipFile.OpenRead(Path.Combine(ArchiveFolder, run.Archive!.Name));
        Assert.Equal(first.Receipt, Content(zip, $"{first.ExchangeId}/receipt.xml"));
        Assert.Equal(evidence.Select(one => one.Document.ToByteArray()), [Content(zip, $"{first.ExchangeId}/evidence/01-SUBMISSION_ACCEPTANCE.xml"), Content(zip, $"{first.ExchangeId}/evidence/02-DELIVERY.xml")]);
        Assert.Equal("Về việc đối chiếu dữ liệu", Dossier.Parser.ParseFrom(Content(zip, $"{first.ExchangeId}/dossier.pb")).Subject);
        Assert.Equal(s_report, Content(zip, $"bodies/{Convert.ToHexStringLower(SHA256.HashData(s_report))}"));
        Assert.Contains("Accepted", Encoding.UTF8.GetString(Content(zip, $"{first.ExchangeId}/audit.jsonl")), StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(ArchiveFolder, run.Archive.Name))), run.Archive.Sha256);
        Assert.Null(run.Next);

        var line = Assert.Single(await Ledger.ListAuditAsync(first.ExchangeId, CancellationToken.None));
        Assert.Equal(AuditEvent.Archived, line.Event);
        Assert.Contains(run.Archive.Name, line.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(await ProveAsync(), finding => finding.Broken);
        Assert.Null((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive);
    }

    [Fact]
    public async Task What_is_young_or_not_finished_stays()
    {
        await FinishedAsync("m-1");
        await _hub.AcceptAsync(await SubmissionAsync("m-2", receiver: Dossiers.Ministry));   // nobody takes it over
        Assert.Null((await Archives(later: Days - 1).ArchiveAsync(null, 10, By, CancellationToken.None)).Archive);
        Assert.Single((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Removed);
    }

    [Fact]
    public async Task What_is_under_hold_is_not_touched_until_the_last_hold_is_released_and_the_audit_tells_of_it()
    {
        var id = (await FinishedAsync("m-1")).ExchangeId;
        var first = (await Ledger.PlaceHoldAsync(id, By, "case 7", CancellationToken.None))!;
        var second = (await Ledger.PlaceHoldAsync(id, By, "case 8", CancellationToken.None))!;
        Assert.Null(await Ledger.PlaceHoldAsync(ExchangeId.New(TimeProvider.System), By, "no such exchange", CancellationToken.None));
        Assert.Null((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive);
        Assert.False(await Ledger.RemoveArchivedAsync(id, new ArchiveFile("a", [1]), By, CancellationToken.None));

        Assert.NotNull(await Ledger.ReleaseHoldAsync(first.Id, By, "settled", CancellationToken.None));
        Assert.Null(await Ledger.ReleaseHoldAsync(first.Id, By, "settled twice", CancellationToken.None));
        Assert.Null((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive);
        Assert.NotNull(await Ledger.ReleaseHoldAsync(second.Id, By, "settled", CancellationToken.None));
        Assert.Single((await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Removed);

        Assert.Empty(await Ledger.ListHoldsAsync(released: false, CancellationToken.None));
        Assert.Equal([("case 7", "settled"), ("case 8", "settled")], (await Ledger.ListHoldsAsync(released: true, CancellationToken.None)).Select(hold => (hold.Reason, hold.ReleaseReason!)).Order());   // ids of one millisecond have no order
        Assert.Equal(
            [AuditEvent.HoldPlaced, AuditEvent.HoldPlaced, AuditEvent.HoldReleased, AuditEvent.HoldReleased, AuditEvent.Archived],
            (await Ledger.ListAuditAsync(id, CancellationToken.None)).Select(line => line.Event));
    }

    [Fact]
    public async Task A_hold_and_an_archiving_at_the_same_moment_end_with_one_of_them()
    {
        await using var other = Open();
        for (var round = 0; round < 8; round++)
        {
            var id = (await FinishedAsync($"m-{round}")).ExchangeId;
            var removing = Task.Run(() => Ledger.RemoveArchivedAsync(id, new ArchiveFile("a", [1]), By, CancellationToken.None));
            await Task.WhenAll(removing, Task.Run(() => other.PlaceHoldAsync(id, By, "case", CancellationToken.None)));
            var evidence = (await Ledger.FindViewAsync(id, CancellationToken.None))!.Evidence.Count;
            Assert.Equal(await removing ? 0 : 2, evidence);   // all of it or none
        }
    }

    [Theory]
    [InlineData("DELETE FROM evidence")]
    [InlineData("DELETE FROM audit WHERE exchange_id IS NOT NULL")]
    [InlineData("DELETE FROM holds")]
    [InlineData("DELETE FROM archived")]
    [InlineData("UPDATE archived SET archive = 'b'")]
    public async Task The_tables_themselves_keep_what_is_under_hold_also_when_somebody_says_it_was_archived(string sql)
    {
        var id = (await FinishedAsync("m-1")).ExchangeId;
        await Ledger.PlaceHoldAsync(id, By, "case", CancellationToken.None);
        Tamper("INSERT INTO archived (exchange_id, archive, sha256, at) SELECT exchange_id, 'a', digest, 0 FROM exchanges");
        Assert.Contains("append-only", Assert.ThrowsAny<System.Data.Common.DbException>(() => Tamper(sql)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_whose_attachment_is_damaged_stays_and_the_others_are_archived()
    {
        var whole = (await FinishedAsync("m-1")).ExchangeId;
        var damaged = (await FinishedAsync("m-2", "another report")).ExchangeId;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData("another report"u8));
        await File.WriteAllTextAsync(Path.Combine(_folder["bodies"], sha256[..2], sha256[2..4], sha256), "another rep0rt");

        var run = await Archives().ArchiveAsync(null, 10, By, CancellationToken.None);

        Assert.Equal([whole], run.Removed);
        Assert.Equal(damaged, Assert.Single(run.LeftOut).Exchange);
        Assert.NotEmpty((await Ledger.FindViewAsync(damaged, CancellationToken.None))!.Evidence);
    }

    [Fact]
    public async Task A_ledger_that_nobody_touched_is_proved()
    {
        for (var number = 0; number < 5; number++) await FinishedAsync($"m-{number}");
        Assert.Empty(await ProveAsync());
    }

    [Theory]
    [InlineData("UPDATE exchanges SET state = 3", "ledger.state")]
    [InlineData("UPDATE deliveries SET state = 5", "ledger.evidence.missing")]
    [InlineData("UPDATE exchanges SET receipt = digest", "ledger.signature")]
    [InlineData("UPDATE exchanges SET receipt = (SELECT document FROM evidence WHERE type = 'DELIVERY')", "ledger.receipt")]
    [InlineData("UPDATE exchanges SET digest = (SELECT digest FROM parts)", "ledger.digest")]
    [InlineData("UPDATE exchanges SET dossier = receipt", "ledger.exchange")]
    [InlineData("UPDATE exchanges SET assurance = 'sworn'", "ledger.exchange")]
    [InlineData("UPDATE evidence SET document = sha256 WHERE type = 'DELIVERY'", "ledger.evidence.sha256")]
    [InlineData("UPDATE evidence SET document = sha256 WHERE type = 'DELIVERY'", "ledger.signature")]
    [InlineData("DELETE FROM evidence WHERE type = 'DELIVERY'", "ledger.evidence.missing")]
    [InlineData("DELETE FROM evidence WHERE type = 'SUBMISSION_ACCEPTANCE'", "ledger.receipt")]
    public async Task Whatever_somebody_changes_behind_the_hub_s_back_is_found(string sql, string rule)
    {
        var id = (await FinishedAsync("m-1")).ExchangeId;
        Unguard();
        Tamper(sql);
        Assert.Contains(await ProveAsync(), finding => finding.Broken && finding.Rule == rule && finding.Subject == id.ToString());
    }

    [Fact]
    public async Task A_changed_archive_is_found_and_one_that_was_carried_away_cannot_be_told()
    {
        await FinishedAsync("m-1");
        var archive = Path.Combine(ArchiveFolder, (await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive!.Name);
        var octets = await File.ReadAllBytesAsync(archive);
        octets[octets.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(archive, octets);
        Assert.Contains(await ProveAsync(), finding => finding.Broken && finding.Rule == "ledger.archive");
        File.Delete(archive);
        Assert.False(Assert.Single(await ProveAsync()).Broken);
    }

    private async Task<Acceptance> FinishedAsync(string messageId, string? report = null)
    {
        if (_hub.Worker.ExecuteTask is null) await _hub.Worker.StartAsync(CancellationToken.None);
        var accepted = await _hub.AcceptAsync(await SubmissionAsync(messageId, report: report));
        await _hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        return accepted;
    }

    private async Task<Submission> SubmissionAsync(string messageId, string receiver = Dossiers.Inside, string? subject = null, string? report = null)
    {
        var content = report is null ? s_report : Encoding.UTF8.GetBytes(report);
        var dossier = Dossiers.Small(messageId, Dossiers.Ministry, receiver);
        if (subject is not null) dossier.Subject = subject;
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "report", Size = content.Length, Sha256 = ByteString.CopyFrom(SHA256.HashData(content)) });
        var body = await _hub.Bodies.StoreAsync(new MemoryStream(content), CancellationToken.None);
        return Hub.Signed(dossier, attachments: new Dictionary<string, StoredBody> { ["a"] = body });
    }

    private LedgerArchives Archives(int later = Days + 1) => new(Ledger, _hub.Bodies, ArchiveFolder, Days, new ManualClock(TimeProvider.System.GetUtcNow().AddDays(later)));

    private protected Task<List<Finding>> ProveAsync() => ProveAsync(Proof);

    private protected static async Task<List<Finding>> ProveAsync(LedgerProof proof)
    {
        List<Finding> findings = [];
        ExchangeId? after = null;
        do
        {
            var page = await proof.CheckAsync(after, 2, CancellationToken.None);
            findings.AddRange(page.Findings);
            after = page.Next;
        }
        while (after is not null);
        for (var rejection = ""; rejection is not null;)
        {
            var (found, next) = await proof.CheckRejectionsAsync(rejection, 2, CancellationToken.None);
            findings.AddRange(found);
            rejection = next;
        }

        for (var archive = ""; archive is not null;)
        {
            var (found, next) = await proof.CheckArchivesAsync(archive, 2, CancellationToken.None);
            findings.AddRange(found);
            archive = next;
        }

        return findings;
    }

    private static byte[] Content(ZipArchive zip, string path)
    {
        using var content = zip.GetEntry(path)!.Open();
        using var octets = new MemoryStream();
        content.CopyTo(octets);
        return octets.ToArray();
    }
}

public sealed partial class SqliteKeepingTests : KeepingContract
{
    protected override ExchangeLedger Open() => ExchangeLedger.OpenSqlite(Folder["ledger.db"], TimeProvider.System);

    protected override void Unguard() => Tamper("DROP TRIGGER evidence_never_changes; DROP TRIGGER evidence_never_goes; DROP TRIGGER rejections_never_change; DROP TRIGGER rejections_never_go");

    protected override string UnguardedClaims =>
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE (sender, message_id)', 'CHECK (1)') WHERE name = 'exchanges';
        DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_exchanges_2';
        PRAGMA writable_schema = RESET;
        """;

    protected override void UnguardStamps() => Tamper("DROP TRIGGER stamp_batches_never_change; DROP TRIGGER stamped_never_changes; DROP TRIGGER stamped_never_goes");

    private protected override ILedgerStore OpenStore() => new SqliteStore(Folder["ledger.db"], TimeProvider.System);

    protected override long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Folder["ledger.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of tests
        command.CommandText = $"SELECT count(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    protected override void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Folder["ledger.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of tests
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

public sealed class PostgresKeepingTests(PostgresServer server) : KeepingContract
{
    private readonly string _database = server.NewDatabase();

    protected override ExchangeLedger Open() => ExchangeLedger.OpenPostgres(_database, TimeProvider.System, NullLogger<ExchangeLedger>.Instance);

    protected override void Unguard() => Tamper("DROP TRIGGER evidence_never_changes ON evidence; DROP TRIGGER evidence_never_goes ON evidence; DROP TRIGGER rejections_never_change ON rejections");

    protected override string UnguardedClaims => "ALTER TABLE exchanges DROP CONSTRAINT exchanges_sender_message_id_key;";

    protected override void UnguardStamps() => Tamper("DROP TRIGGER stamp_batches_never_change ON stamp_batches; DROP TRIGGER stamped_never_changes ON stamped");

    private protected override ILedgerStore OpenStore() => new PostgresStore(_database, TimeProvider.System, NullLogger.Instance);

    protected override long Count(string table) => PostgresServer.Number(_database, $"SELECT count(*) FROM {table}");

    protected override void Tamper(string sql) => PostgresServer.Execute(_database, sql);
}
