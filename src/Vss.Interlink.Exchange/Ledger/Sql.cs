using System.Data.Common;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Runs statements on one connection, in the part of SQL that SQLite and PostgreSQL share; parameters are named <c>@name</c>.</summary>
/// <threadsafety>For one flow of control at a time, as the connection is.</threadsafety>
internal abstract class Sql : IAsyncDisposable
{
    /// <summary>Rows changed.</summary>
    public abstract Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values);

    /// <summary>
    /// A statement of which nobody needs to know more than that it went well. It runs before the next one that is waited for, or the commit, and in one
    /// round trip with it where there is a network; what it throws is thrown there.
    /// </summary>
    public abstract Task DeferAsync(string text, params (string Name, object? Value)[] values);

    /// <summary>All rows.</summary>
    public abstract Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values);

    /// <summary>The first row, or null.</summary>
    public async Task<T?> FirstAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values) where T : class =>
        (await QueryAsync(text, read, values)).FirstOrDefault();

    /// <summary>One number, or null when there is no row or it is NULL.</summary>
    public async Task<long?> NumberAsync(string text, params (string Name, object? Value)[] values) =>
        (await QueryAsync(text, row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0), values)).FirstOrDefault();

    public abstract ValueTask DisposeAsync();
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
