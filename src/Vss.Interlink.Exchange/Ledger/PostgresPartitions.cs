using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// The monthly partitions of what grows and goes: evidence and audit. Evidence lies in the month in which its exchange was accepted, which its id tells: so the index that
/// allows a piece of evidence once holds over all months. The exchanges are in one table, for (sender, message id) is unique over all of time and PostgreSQL keeps
/// an index unique only within a partition; what is archived leaves them as small rows.
/// </summary>
internal static partial class PostgresPartitions
{
    private const int MonthsAhead = 3;

    /// <summary>Nobody else makes tables at the same time; any number will do that other programs do not use.</summary>
    internal const long Lock = 0x564C_4544_4745_5201;

    /// <summary>The month as partitions are named by it, as <c>2026_11</c>; months are those of UTC.</summary>
    public static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy'_'MM", CultureInfo.InvariantCulture);

    /// <summary>As <see cref="MakeAhead"/>, for a hub that has better things to do than to stop for it: what goes wrong is logged. False: try again later.</summary>
    public static bool TryMakeAhead(NpgsqlConnection connection, DateTimeOffset now, ILogger logger)
    {
        try
        {
            MakeAhead(connection, now);
            return true;
        }
        catch (PostgresException failed) when (!PostgresWriter.IsLost(failed))
        {
            LogNotMade(logger, failed);
            return false;
        }
    }

    /// <summary>Makes this month's partitions and the next ones', where they are missing. A row of another month goes into the rest partition, so none is ever refused.</summary>
    public static void MakeAhead(NpgsqlConnection connection, DateTimeOffset now)
    {
        var first = new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var missing = Enumerable.Range(0, MonthsAhead + 1).Select(first.AddMonths).Where(month => !Exists(connection, "evidence_" + Month(month)) || !Exists(connection, "audit_" + Month(month))).ToList();
        if (missing.Count == 0) return;
        using var transaction = connection.BeginTransaction();

        // Attaching waits for writers and they for it, and a node that migrates holds the lock for long; nobody needs the partition this minute, so it waits for neither.
        Execute(connection, "SET LOCAL lock_timeout = '2s'");
        Execute(connection, $"SELECT pg_advisory_xact_lock({Lock})");
        foreach (var month in missing)
        {
            Make(connection, "evidence", month, $"'{ExchangeId.Floor(month)}'", $"'{ExchangeId.Floor(month.AddMonths(1))}'");
            Make(connection, "audit", month, $"{month.Column()}", $"{month.AddMonths(1).Column()}");
        }

        transaction.Commit();
    }

    // Made apart and then attached: a table that is made as a partition keeps readers and writers of the whole away meanwhile.
    private static void Make(NpgsqlConnection connection, string table, DateTimeOffset month, string from, string to)
    {
        var name = $"{table}_{Month(month)}";
        if (Exists(connection, name)) return;
        Execute(connection, $"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING CONSTRAINTS)");
        Execute(connection, $"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})");
        Execute(connection, $"CREATE TRIGGER {name}_never_empty BEFORE TRUNCATE ON {name} EXECUTE FUNCTION append_only()");
    }

    private static bool Exists(NpgsqlConnection connection, string table)
    {
        using var command = connection.CreateCommand();

        // Not to_regclass, which may answer from what this connection knew before it waited for the lock.
        command.CommandText = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = @table AND relnamespace = current_schema()::regnamespace)";
        command.Parameters.AddWithValue("@table", table);
        return (bool)command.ExecuteScalar()!;
    }

    // As long as it takes: where rows lie in a rest partition, attaching reads all of them.
    [SuppressMessage("Security", "CA2100", Justification = "Texts are made here from dates and constants.")]
    private static void Execute(NpgsqlConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    [LoggerMessage(2403, LogLevel.Warning, "Partitions of the next months could not be made; rows without one go into the rest partitions")]
    private static partial void LogNotMade(ILogger logger, Exception failed);
}
