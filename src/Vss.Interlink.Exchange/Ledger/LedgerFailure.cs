using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Tells a data base that does not answer or does not write from a statement that is wrong.</summary>
public static class LedgerFailure
{
    /// <summary>Whether it may go well later, without anybody changing the hub: no connection, no answer in time, no room, a standby, a server that stops or starts.</summary>
    public static bool IsAway(Exception failed) => failed switch
    {
        PostgresException said => said.SqlState is not (['0', 'A', ..] or ['2', '2' or '3', ..] or ['4', '2', ..]),   // not supported; data; integrity; syntax and rights
        NpgsqlException => true,
        SqliteException said => said.SqliteErrorCode is not (raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE),
        _ => false,
    };
}
