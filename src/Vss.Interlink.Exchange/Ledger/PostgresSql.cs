using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Statements on a PostgreSQL connection. What was deferred goes out in one batch with the statement that is waited for: one round trip. The driver
/// prepares what comes again.
/// </summary>
internal sealed class PostgresSql(NpgsqlConnection connection) : Sql
{
    private readonly List<NpgsqlBatchCommand> _deferred = [];

    /// <summary>How often it waited for the server.</summary>
    public long RoundTrips { get; private set; }

    public override async Task<int> ExecuteAsync(string text, params (string Name, object? Value)[] values)
    {
        await using var batch = Batch(text, values);
        await batch.ExecuteNonQueryAsync();
        return batch.BatchCommands[^1].RecordsAffected;
    }

    public override Task DeferAsync(string text, params (string Name, object? Value)[] values)
    {
        _deferred.Add(Statement(text, values));
        return Task.CompletedTask;
    }

    public override async Task<List<T>> QueryAsync<T>(string text, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
    {
        List<T> rows = [];
        var locks = _deferred.Count(before => before.CommandText.StartsWith("SELECT", StringComparison.Ordinal));
        await using var batch = Batch(text, values);
        await using var reader = await batch.ExecuteReaderAsync();
        for (; locks > 0; locks--) await reader.NextResultAsync();   // rows that were deferred to be locked, not to be read; what else is deferred has none
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Drops what was deferred: its transaction is rolled back.</summary>
    public void Forget() => _deferred.Clear();

    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    private NpgsqlBatch Batch(string text, (string Name, object? Value)[] values)
    {
        var batch = connection.CreateBatch();
        foreach (var before in _deferred) batch.BatchCommands.Add(before);
        batch.BatchCommands.Add(Statement(text, values));
        _deferred.Clear();
        RoundTrips++;
        return batch;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this folder; what varies is bound.")]
    private static NpgsqlBatchCommand Statement(string text, (string Name, object? Value)[] values)
    {
        var statement = new NpgsqlBatchCommand(text);
        foreach (var (name, value) in values) statement.Parameters.Add(new NpgsqlParameter { ParameterName = name, Value = Bound(value) });
        return statement;
    }

    // PostgreSQL's text has no U+0000. What a partner or a caller says may have one; whole it stands in the dossier's octets, here it becomes a mark, the same in what is
    // stored and in what is looked for.
    private static object Bound(object? value) => value switch
    {
        null => DBNull.Value,
        string text when text.Contains('\0') => text.Replace('\0', '\uFFFD'),
        _ => value,
    };
}
