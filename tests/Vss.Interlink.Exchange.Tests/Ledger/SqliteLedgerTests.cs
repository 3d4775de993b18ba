using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Ledger;

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
    public async Task A_ledger_of_the_first_version_gets_what_came_since()
    {
        await base.DisposeAsync();
        Execute(
            """
            DROP TABLE archived; DROP TABLE holds; DROP TABLE anchors; DROP TABLE revocation_answers; DROP TABLE partner_health; DROP TABLE rejections;
            DROP INDEX evidence_by_delivery; DROP INDEX deliveries_by_about; DROP INDEX evidence_one_answer;
            DROP INDEX deliveries_by_lane; DROP INDEX deliveries_due_by_receiver; DROP INDEX deliveries_watched; DROP INDEX deliveries_ended;
            ALTER TABLE deliveries DROP COLUMN lane; ALTER TABLE deliveries DROP COLUMN place; ALTER TABLE deliveries DROP COLUMN queued_at;
            ALTER TABLE deliveries DROP COLUMN expires_at; ALTER TABLE deliveries DROP COLUMN watch_at; ALTER TABLE deliveries DROP COLUMN expires_soon;
            DELETE FROM schema_versions WHERE version > 1;
            """);
        await using var migrated = Open();
        Assert.Null(await new RevocationTable(migrated).FindAsync("q", CancellationToken.None));
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
    public async Task Evidence_and_audit_can_only_grow(string tampering)
    {
        await using var ledger = Open();
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);
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
}
