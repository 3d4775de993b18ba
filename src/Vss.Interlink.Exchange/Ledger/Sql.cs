using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Runs statements on one connection. Prepared ones are kept, because the writer runs the same few for ever.</summary>
/// <threadsafety>For one thread at a time, as the connection is.</threadsafety>
internal sealed class Sql(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Rows changed.</summary>
    public int Execute(string text, params ReadOnlySpan<(string Name, object? Value)> values) => Command(text, values).ExecuteNonQuery();

    public List<T> Query<T>(string text, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        List<T> rows = [];
        using var reader = Command(text, values).ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row, or null.</summary>
    public T? First<T>(string text, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) where T : class =>
        Query(text, read, values).FirstOrDefault();

    /// <summary>One number, or null when there is no row or it is NULL.</summary>
    public long? Number(string text, params ReadOnlySpan<(string Name, object? Value)> values) => Command(text, values).ExecuteScalar() as long?;

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        connection.Dispose();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this folder; what varies is bound.")]
    private SqliteCommand Command(string text, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_prepared.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = text;
            _prepared.Add(text, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}

/// <summary>How values stand in columns: times as milliseconds since 1970 in UTC, ids as text, digests as octets.</summary>
internal static class Columns
{
    public static DateTimeOffset Time(this SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Octets(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static byte[]? OctetsOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Octets(column);

    public static long Column(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>Cut to what a column holds, so that a time reads back as it was answered.</summary>
    public static DateTimeOffset ToTheMillisecond(this DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
