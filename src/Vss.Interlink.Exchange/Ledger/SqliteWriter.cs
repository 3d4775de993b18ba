using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>The one writer of a SQLite file.</summary>
internal sealed class SqliteWriter(SqliteConnection connection) : ILedgerWriter
{
    private readonly SqliteSql _sql = new(connection);

    public async Task<LedgerSession> BeginAsync(bool alone)
    {
        await _sql.ExecuteAsync("BEGIN IMMEDIATE");
        return new LedgerSession(_sql);
    }

    public Task CommitAsync(LedgerSession session) => _sql.ExecuteAsync("COMMIT");

    public async Task RollbackAsync()
    {
        try
        {
            await _sql.ExecuteAsync("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Disk full, I/O error: SQLite has rolled back by itself already.
        }
    }

    // A broken constraint is the action's; disk full, locked, read-only would meet every action of the group alike.
    public WriteFailure Judge(Exception failed, bool committing) =>
        committing || failed is SqliteException { SqliteErrorCode: not (raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG) } ? WriteFailure.OfStore : WriteFailure.OfAction;

    public ValueTask DisposeAsync() => _sql.DisposeAsync();
}
