using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Runs statements on one connection, in the part of SQL that SQLite and PostgreSQL share; parameters are named <c>@name</c>. Prepared ones are kept, because
/// the writer runs the same few for ever.
/// </summary>
/// <threadsafety>For one flow of control at a time, as the connection is.</threadsafety>
internal sealed class Sql(DbConnection connection) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Rows changed.</summary>
    public Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values) => Command(text, values).ExecuteNonQueryAsync();

    public async Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
    {
        List<T> rows = [];
        await using var reader = await Command(text, values).ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row, or null.</summary>
    public async Task<T?> FirstAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values) where T : class =>
        (await QueryAsync(text, read, values)).FirstOrDefault();

    /// <summary>One number, or null when there is no row or it is NULL.</summary>
    public async Task<long?> NumberAsync(string text, params (string Name, object? Value)[] values) => await Command(text, values).ExecuteScalarAsync() as long?;

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values) await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this folder; what varies is bound.")]
    private DbCommand Command(string text, (string Name, object? Value)[] values)
    {
        if (!_prepared.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = text;
            _prepared.Add(text, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <summary>How values stand in columns: times as milliseconds since 1970 in UTC, ids as text, digests as octets.</summary>
internal static class Columns
{
    public static DateTimeOffset Time(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Octets(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static byte[]? OctetsOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Octets(column);

    public static long Column(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>Cut to what a column holds, so that a time reads back as it was answered.</summary>
    public static DateTimeOffset ToTheMillisecond(this DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
