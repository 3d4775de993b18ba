using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What every library of revocation answers does.</summary>
public abstract class RevocationLibraryContract
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    protected abstract IRevocationLibrary Library { get; }

    [Fact]
    public async Task An_answer_comes_back_as_it_was_kept()
    {
        var answer = new LibraryAnswer("list of a point", new byte[] { 1, 2, 3 }, s_now, s_now.AddDays(7), "\"seven\"", s_now.AddHours(-1));
        Assert.True(await Library.KeepAsync(answer, CancellationToken.None));
        Assert.True(await Library.KeepAsync(answer with { Key = "another" , EntityTag = null, LastModified = null }, CancellationToken.None));
        Assert.Equal((answer with { Der = default }, "010203"), await FoundAsync("list of a point"));
        Assert.Equal((answer with { Key = "another", EntityTag = null, LastModified = null, Der = default }, "010203"), await FoundAsync("another"));
        Assert.Null(await Library.FindAsync("nobody kept this", CancellationToken.None));
    }

    [Fact]
    public async Task A_newer_answer_takes_the_place_of_an_older_one_and_never_the_other_way_round()
    {
        Assert.True(await KeepAsync(1, s_now, s_now.AddDays(1)));
        Assert.True(await KeepAsync(2, s_now.AddHours(1), s_now.AddDays(1)));
        Assert.False(await KeepAsync(3, s_now, s_now.AddDays(9)));
        Assert.False(await KeepAsync(4, s_now.AddHours(1), s_now.AddDays(1)));
        Assert.Equal("02", (await FoundAsync("q"))!.Value.Der);
        Assert.True(await KeepAsync(5, s_now.AddHours(1), s_now.AddDays(2)));   // the same state, promised for longer
        Assert.Equal("05", (await FoundAsync("q"))!.Value.Der);
    }

    [Fact]
    public async Task Of_many_that_come_at_once_the_newest_stays()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() => KeepAsync((byte)number, s_now.AddMinutes(number * 7 % 50), s_now.AddDays(1)))));
        Assert.Equal(s_now.AddMinutes(49), (await FoundAsync("q"))!.Value.Answer.ThisUpdate);
    }

    [Fact]
    public async Task What_ended_long_ago_can_be_dropped()
    {
        await Library.KeepAsync(new LibraryAnswer("old", new byte[] { 1 }, s_now.AddDays(-9), s_now.AddDays(-8), null, null), CancellationToken.None);
        await KeepAsync(2, s_now, s_now.AddDays(1));
        await Library.ForgetAsync(s_now.AddDays(-7), CancellationToken.None);
        Assert.Null(await Library.FindAsync("old", CancellationToken.None));
        Assert.NotNull(await Library.FindAsync("q", CancellationToken.None));
    }

    private Task<bool> KeepAsync(byte content, DateTimeOffset thisUpdate, DateTimeOffset endsAt) =>
        Library.KeepAsync(new LibraryAnswer("q", new[] { content }, thisUpdate, endsAt, null, null), CancellationToken.None);

    private async Task<(LibraryAnswer Answer, string Der)?> FoundAsync(string key) =>
        await Library.FindAsync(key, CancellationToken.None) is { } found ? (found with { Der = default }, Convert.ToHexString(found.Der.Span)) : null;
}

public sealed class MemoryLibraryTests : RevocationLibraryContract
{
    protected override IRevocationLibrary Library { get; } = new MemoryLibrary();
}

public sealed class RevocationTableTests : RevocationLibraryContract, IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ExchangeLedger _ledger;

    public RevocationTableTests()
    {
        _ledger = ExchangeLedger.OpenSqlite(_folder["ledger.db"], TimeProvider.System);
        Library = new RevocationTable(_ledger);
    }

    protected override IRevocationLibrary Library { get; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_nodes_of_one_ledger_share_it_and_it_outlives_both()
    {
        var answer = new LibraryAnswer("q", new byte[] { 7 }, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null, null);
        await Library.KeepAsync(answer, CancellationToken.None);
        await using (var other = ExchangeLedger.OpenSqlite(_folder["ledger.db"], TimeProvider.System))
        {
            Assert.NotNull(await new RevocationTable(other).FindAsync("q", CancellationToken.None));
            Assert.True(await new RevocationTable(other).KeepAsync(answer with { ThisUpdate = answer.ThisUpdate.AddHours(1) }, CancellationToken.None));
        }

        await _ledger.DisposeAsync();
        await using var restarted = ExchangeLedger.OpenSqlite(_folder["ledger.db"], TimeProvider.System);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddHours(1), (await new RevocationTable(restarted).FindAsync("q", CancellationToken.None))!.ThisUpdate);
    }

    [Fact]
    public async Task A_ledger_of_the_version_before_gets_the_table()
    {
        await _ledger.DisposeAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder["ledger.db"]};Pooling=False"))
        {
            connection.Open();
            using var back = connection.CreateCommand();
            back.CommandText =
                """
                DROP TABLE anchors; DROP TABLE revocation_answers; DROP TABLE partner_health; DROP TABLE rejections;
                DROP INDEX deliveries_by_lane; DROP INDEX deliveries_due_by_receiver; DROP INDEX deliveries_watched; DROP INDEX deliveries_ended; DROP INDEX evidence_one_answer;
                ALTER TABLE deliveries DROP COLUMN lane; ALTER TABLE deliveries DROP COLUMN place; ALTER TABLE deliveries DROP COLUMN queued_at;
                ALTER TABLE deliveries DROP COLUMN expires_at; ALTER TABLE deliveries DROP COLUMN watch_at; ALTER TABLE deliveries DROP COLUMN expires_soon;
                DELETE FROM schema_versions WHERE version > 1;
                """;
            back.ExecuteNonQuery();
        }

        await using var migrated = ExchangeLedger.OpenSqlite(_folder["ledger.db"], TimeProvider.System);
        Assert.Null(await new RevocationTable(migrated).FindAsync("q", CancellationToken.None));
    }
}
