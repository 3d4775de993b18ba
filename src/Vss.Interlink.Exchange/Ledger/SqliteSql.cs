using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Statements on a SQLite connection. Prepared ones are kept, because a hub runs the same few for ever.</summary>
internal sealed class SqliteSql : Sql
{
    private const int EnablePlannerStability = 1007;   // SQLITE_DBCONFIG_ENABLE_QPSG

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <param name="connection">An open one; it goes with this object.</param>
    public SqliteSql(SqliteConnection connection)
    {
        _connection = connection;

        // Else SQLite plans a statement anew each time that a value is bound which a partial index is about.
        raw.sqlite3_db_config(connection.Handle, EnablePlannerStability, 1, out _);
    }

    public override Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values) => Command(text, values).ExecuteNonQueryAsync();

    // A file is no round trip away: there is nothing to save.
    public override Task DeferAsync(string text, params (string Name, object? Value)[] values) => ExecuteAsync(text, values);

    public override async Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
    {
        List<T> rows = [];
        await using var reader = await Command(text, values).ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values) await command.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this folder; what varies is bound.")]
    private SqliteCommand Command(string text, (string Name, object? Value)[] values)
    {
        if (!_prepared.TryGetValue(text, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = text;
            _prepared.Add(text, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
