using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed class SqliteLedgerTests : LedgerContract
{
    private readonly TempFolder _folder = new();

    private string File => _folder["ledger.db"];

    protected override ExchangeLedger Open() => ExchangeLedger.OpenSqlite(File, Clock);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void A_ledger_of_a_newer_hub_is_refused()
    {
        Execute("INSERT INTO schema_versions (version, applied_at) VALUES (1000, 0)");
        Assert.Contains("version 1000", Assert.Throws<InvalidOperationException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_of_the_first_version_gets_what_came_since_and_keeps_what_it_has()
    {
        using (var connection = new SqliteConnection($"Data Source={_folder["first.db"]};Pooling=False"))
        {
            connection.Open();
            SqliteSchema.Migrate(connection, Clock.GetUtcNow(), upTo: 1);
            using var command = connection.CreateCommand();
            command.CommandText =
                """
                INSERT INTO exchanges VALUES ('x-00000000-0000-7000-8000-000000000001', 'G12', 'm-1', 1, '', '', 1, 0, x'00', 'signed', NULL, 0, 'soap', x'', x'', NULL);
                INSERT INTO deliveries VALUES ('d-00000000-0000-7000-8000-000000000002', 'x-00000000-0000-7000-8000-000000000001', 'G15', 'axis', 'dossier', NULL, '', 1, 0, 5, NULL, 0, 5, 5, '', '', NULL);
                """;
            command.ExecuteNonQuery();
        }

        await using var migrated = ExchangeLedger.OpenSqlite(_folder["first.db"], Clock);
        Assert.Null(await new RevocationTable(migrated).FindAsync("q", CancellationToken.None));
        Assert.Equal("d-00000000-0000-7000-8000-000000000002", Assert.Single(await migrated.LeaseAsync("axis", "worker", 10, TimeSpan.FromMinutes(1), CancellationToken.None)).Delivery.ToString());
    }

    [Fact]
    public async Task A_lease_lasts_its_length_from_the_write_when_it_is_taken_and_when_it_is_renewed()
    {
        var length = TimeSpan.FromSeconds(30);
        await using var ledger = new ExchangeLedger(new SlowStore(new SqliteStore(_folder["slow.db"], Clock), Clock, length), Clock);
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);

        var taken = Assert.Single(await ledger.LeaseAsync("axis", "worker", 1, length, CancellationToken.None));
        Assert.Equal(Clock.GetUtcNow() + length, taken.LeaseUntil);

        Assert.Equal(Clock.GetUtcNow() + (2 * length), await ledger.RenewAsync(taken.Delivery, taken.Fence, length, CancellationToken.None));   // as long as it waits for its turn
        Assert.Equal(Clock.GetUtcNow() + length, await ledger.NextDueAsync("axis", CancellationToken.None));
    }

    [Fact]
    public async Task A_ledger_in_a_file_has_no_other_clock_than_its_node_s()
    {
        await using var ledger = Open();
        Assert.Null(await new LedgerClock(ledger, TimeSpan.FromSeconds(1)).TroubleAsync(CancellationToken.None));
    }

    [Fact]
    public void Commits_are_flushed_to_a_write_ahead_log()
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        Assert.Equal("wal", command.ExecuteScalar());
    }

    [Theory]
    [InlineData("UPDATE evidence SET type = 'x'")]
    [InlineData("DELETE FROM evidence")]
    [InlineData("UPDATE audit SET detail = 'x'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("UPDATE stamp_batches SET authority = 'x'")]
    [InlineData("DELETE FROM stamp_batches")]
    [InlineData("UPDATE stamped SET leaf = 1")]
    [InlineData("DELETE FROM stamped")]
    public async Task Evidence_and_audit_can_only_grow(string tampering)
    {
        await using var ledger = Open();
        await ledger.SwitchStampsOnAsync(CancellationToken.None);
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);
        await ledger.RecordStampsAsync(new NewStampBatch(await ledger.ListUnstampedAsync(1, CancellationToken.None), new byte[32], new byte[32], [1], Clock.GetUtcNow(), ""), CancellationToken.None);
        Assert.Contains("append-only", Assert.Throws<SqliteException>(() => Execute(tampering)).Message, StringComparison.Ordinal);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Every write waits so long before it is its turn.</summary>
    private sealed class SlowStore(ILedgerStore store, ManualClock clock, TimeSpan wait) : ILedgerStore
    {
        public LedgerChanges Changes => store.Changes;

        public string SkipLocked => store.SkipLocked;

        public string RowLock => store.RowLock;

        public string BeginSnapshot => store.BeginSnapshot;

        public string? ItsTime => store.ItsTime;

        public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
        {
            clock.Advance(wait);
            return store.WriteAsync(action, cancellation);
        }

        public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => store.ReadAsync(read, cancellation);

        public Task ProveWritableAsync(CancellationToken cancellation) => store.ProveWritableAsync(cancellation);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
