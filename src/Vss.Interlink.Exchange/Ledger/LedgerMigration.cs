using Microsoft.Data.Sqlite;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Brings a ledger to this version without a hub, as every hub does at its start; for those who want to see it done before.</summary>
public static class LedgerMigration
{
    /// <summary>A SQLite file that is there; no hub may be running on it.</summary>
    /// <returns>The version before and after.</returns>
    /// <exception cref="InvalidOperationException">A newer hub wrote it.</exception>
    /// <exception cref="System.Data.Common.DbException">It is no ledger, or in use.</exception>
    public static (int From, int To) Sqlite(string file, TimeProvider clock)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, ForeignKeys = true, Pooling = false }.ToString());
        connection.Open();
        return (SqliteSchema.Migrate(connection, clock.GetUtcNow()), SqliteSchema.Version);
    }

    /// <summary>A PostgreSQL data base; hubs of the version before may be running on it.</summary>
    /// <returns>The version before and after; before is above after where a newer hub wrote it and lets this one run.</returns>
    /// <exception cref="ArgumentException">What is wrong with the connection string.</exception>
    /// <exception cref="InvalidOperationException">A newer hub wrote it, or the server does not flush what it commits.</exception>
    /// <exception cref="System.Data.Common.DbException">The server cannot be reached, or refuses.</exception>
    public static (int From, int To) Postgres(string connectionString, TimeProvider clock)
    {
        List<string> wrong = [];
        LedgerOptions.CheckPostgres(connectionString, wrong);
        if (wrong.Count > 0) throw new ArgumentException(string.Join(" ", wrong), nameof(connectionString));
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        PostgresSettings.Check(connection);
        var from = PostgresSchema.Migrate(connection, clock.GetUtcNow());
        PostgresPartitions.MakeAhead(connection, clock.GetUtcNow());
        return (from, PostgresSchema.Version);
    }
}
