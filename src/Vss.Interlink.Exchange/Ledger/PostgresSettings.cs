using System.Data.Common;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What a server must be set to before an answer may rest on it.</summary>
internal static class PostgresSettings
{
    private const int OldestServer = 150000;

    // Every statement of a hub is short, but some are estimated at far more than they cost, and the server would compile those anew each time they run, for a tenth of a second and more.
    private const string Uncompiled = "SET jit = off";

    /// <summary>Looks at the server and this session; everything that is wrong is said at once.</summary>
    /// <exception cref="InvalidOperationException">A commit that was answered could be lost, or it is no server for a ledger.</exception>
    public static void Check(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT current_setting('server_version_num')::int, current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
              current_setting('server_encoding'), pg_is_in_recovery()
            """;
        using var row = command.ExecuteReader();
        row.Read();
        var wrong = Wrong(row).ToList();
        if (wrong.Count > 0) throw new InvalidOperationException("The ledger's PostgreSQL server cannot be used: " + string.Join(" ", wrong));
    }

    /// <summary>
    /// Keeps what <see cref="Check"/> found for as long as the session lasts, whatever the server's files say after a reload. Dossiers and evidence are compressed by LZ4 where the server was
    /// built with it, for a fraction of the time that its own way takes; what is compressed either way is read the same.
    /// </summary>
    public static void PrepareToWrite(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            {Uncompiled};
            SELECT set_config('synchronous_commit', current_setting('synchronous_commit'), false);
            SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
            """;
        command.ExecuteNonQuery();
    }

    /// <summary>What every session of the hub wants, a writer's included.</summary>
    public static void PrepareToRead(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Uncompiled, connection);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="PrepareToRead"/>
    public static async Task PrepareToReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Uncompiled, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static IEnumerable<string> Wrong(DbDataReader row)
    {
        if (row.GetInt32(0) < OldestServer) yield return "It is older than version 15.";
        foreach (var (column, name) in ((int, string)[])[(1, "fsync"), (2, "full_page_writes")])
            if (row.GetString(column) != "on") yield return $"{name} is {row.GetString(column)}; what it commits may be gone after a crash.";

        // The weaker ones answer before the commit is on the disks that the operator asked for.
        if (row.GetString(3) is not ("on" or "remote_apply")) yield return $"synchronous_commit is {row.GetString(3)} for this role and data base; it must be on or remote_apply.";
        if (row.GetString(4) != "UTF8") yield return $"Its encoding is {row.GetString(4)}; it must be UTF8.";
        if (row.GetBoolean(5)) yield return "It is a standby; the ledger needs the primary.";
    }
}
