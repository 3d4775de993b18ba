using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>One writing connection, opened again when it was lost.</summary>
/// <param name="connectionString">Without pooling.</param>
/// <param name="node">Begins what is said to other nodes, so that the sender does not listen to itself.</param>
internal sealed class PostgresWriter(string connectionString, string node) : ILedgerWriter
{
    /// <summary>The channel on which nodes tell each other what changed.</summary>
    public const string Channel = "interlink_ledger";

    // PostgreSQL takes less than 8000 octets.
    private const int LargestNotice = 7900;

    // What is worse ends the session, and leaves open what became of the last statement.
    private const string Error = "ERROR";

    private NpgsqlConnection? _connection;
    private PostgresSql? _sql;

    public async Task<LedgerSession> BeginAsync(bool alone)
    {
        if (_connection is not { State: System.Data.ConnectionState.Open } || _sql is null)
        {
            await CloseAsync();
            _connection = new NpgsqlConnection(connectionString);
            await _connection.OpenAsync();
            CheckAgain(_connection);
            PostgresSettings.PrepareToWrite(_connection);
            _sql = new PostgresSql(_connection);
        }

        await _sql.DeferAsync("BEGIN ISOLATION LEVEL READ COMMITTED");

        // Two groups can hold what the other waits for. The server would find out after a second of standing still; one by one they do not get in each other's way.
        await _sql.DeferAsync(alone ? "SET LOCAL lock_timeout = '10s'" : "SET LOCAL lock_timeout = '200ms'");
        return new LedgerSession(_sql);
    }

    // Whoever restarted the server may have changed it; and behind one address a standby may answer before it is the primary. The hub is well, and the ledger is away.
    private static void CheckAgain(NpgsqlConnection connection)
    {
        try
        {
            PostgresSettings.Check(connection);
        }
        catch (InvalidOperationException unusable)
        {
            throw new NpgsqlException(unusable.Message, unusable);
        }
    }

    public async Task CommitAsync(LedgerSession session)
    {
        foreach (var notice in Notices(session.Changes)) await _sql!.DeferAsync("SELECT pg_notify(@channel, @notice)", ("@channel", Channel), ("@notice", notice));
        await _sql!.ExecuteAsync("COMMIT");
    }

    public async Task RollbackAsync()
    {
        try
        {
            _sql?.Forget();
            if (_sql is not null) await _sql.ExecuteAsync("ROLLBACK");
        }
        catch (Exception)
        {
            await CloseAsync();   // the server rolls back what has no connection
        }
    }

    public WriteFailure Judge(Exception failed, bool committing)
    {
        // Once the commit is on its way only the server's own no means that it was not done.
        if (committing && failed is not PostgresException { InvariantSeverity: Error }) return WriteFailure.OfStore;
        if (failed is NpgsqlException lost && IsLost(lost)) return WriteFailure.ConnectionLost;
        return failed is not PostgresException said ? WriteFailure.OfAction : said.SqlState switch
        {
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation => WriteFailure.Passing,
            PostgresErrorCodes.LockNotAvailable => WriteFailure.Locked,
            PostgresErrorCodes.CheckViolation => WriteFailure.Passing,   // the row was on its way to the rest partition, and its own was attached at that moment
            ['5', '3' or '7' or '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction => WriteFailure.OfStore,   // out of disk, memory or connections; an operator's doing; I/O error; a standby
            _ => WriteFailure.OfAction,
        };
    }

    /// <summary>Whether the connection is gone, or in a state that nobody knows; false when the server refused one statement and is well.</summary>
    public static bool IsLost(NpgsqlException failed) => failed is not PostgresException { InvariantSeverity: Error };

    public ValueTask DisposeAsync() => new(CloseAsync());

    private IEnumerable<string> Notices(IReadOnlyCollection<string> changes)
    {
        var notice = node;
        foreach (var change in changes)
        {
            if (notice.Length + 1 + change.Length > LargestNotice)
            {
                yield return notice;
                notice = node;
            }

            notice += "\n" + change;
        }

        if (notice.Length > node.Length) yield return notice;
    }

    private async Task CloseAsync()
    {
        var (sql, connection) = (_sql, _connection);
        (_sql, _connection) = (null, null);
        if (sql is not null) await sql.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
    }
}
