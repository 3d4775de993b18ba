using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Bench.Road.Ledger;

/// <summary>One SQLite file.</summary>
internal sealed class SqliteRoadLedger : RoadLedger
{
    private readonly string _file;

    private SqliteRoadLedger(DirectoryInfo folder, bool kept, string file) : base(folder, kept) => _file = file;

    public override IReadOnlyList<string> Settings => [$"Exchange:Ledger:Sqlite={_file}"];

    public override TimeSpan Cpu => TimeSpan.Zero;

    public static async Task<RoadLedger> PrepareAsync(DirectoryInfo folder, bool kept, Filling filling)
    {
        var file = Path.Combine(folder.FullName, "ledger.db");
        var isFilled = filling.IsIn(folder);
        if (!isFilled) foreach (var left in folder.GetFiles("ledger.db*")) left.Delete();
        await using (ExchangeLedger.OpenSqlite(file, TimeProvider.System)) { }
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 0 }.ToString());
        connection.Open();
        if (!isFilled) Fill(connection, filling);
        Execute(connection, Settle);
        if (!isFilled) filling.Mark(folder);
        return new SqliteRoadLedger(folder, kept, file);
    }

    protected override Task StopAsync() => Task.CompletedTask;

    // Indexes are made at the end, sorted. A crash meanwhile leaves a broken file, and no mark that it is whole.
    private static void Fill(SqliteConnection connection, Filling filling)
    {
        Execute(connection, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1500000; PRAGMA threads = 2");
        var indexes = Read(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL");
        foreach (var (name, _) in indexes) Execute(connection, $"DROP INDEX {name}");
        var statements = Filling.Statements("FillSqlite.sql");
        var first = TimeProvider.System.GetUtcNow() - Filling.Span - TimeSpan.FromMinutes(1);
        foreach (var (from, to) in filling.Batches())
            Execute(
                connection,
                $"BEGIN; {statements}; COMMIT",
                ("@from", from), ("@to", to), ("@count", filling.Exchanges), ("@first", first.ToUnixTimeMilliseconds()), ("@span", (long)Filling.Span.TotalMilliseconds), ("@octets", filling.Octets));
        foreach (var (_, sql) in indexes) Execute(connection, sql);
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    }

    private static List<(string Name, string Sql)> Read(SqliteConnection connection, string text)
    {
        using var command = Command(connection, text);
        using var rows = command.ExecuteReader();
        List<(string, string)> read = [];
        while (rows.Read()) read.Add((rows.GetString(0), rows.GetString(1)));
        return read;
    }

    private static void Execute(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = Command(connection, text);
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string text)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of the bench
        command.CommandText = text;
#pragma warning restore CA2100
        return command;
    }
}
