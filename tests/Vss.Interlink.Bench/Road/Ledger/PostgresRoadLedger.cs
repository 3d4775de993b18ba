using Npgsql;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Bench.Road.Ledger;

/// <summary>A data base of a PostgreSQL server of its own, set as the server's package sets it except for its memory.</summary>
internal sealed class PostgresRoadLedger : RoadLedger
{
    private static readonly string[] s_running = ["shared_buffers=1GB", "max_wal_size=4GB"];
    private static readonly string[] s_filling = ["shared_buffers=1GB", "max_wal_size=2GB", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0", "maintenance_work_mem=1GB", "work_mem=256MB"];

    private readonly PostgresServer _server;

    private PostgresRoadLedger(DirectoryInfo folder, bool kept, PostgresServer server) : base(folder, kept) => _server = server;

    public override IReadOnlyList<string> Settings => [$"Exchange:Ledger:Postgres={_server.FirstDatabase()}"];

    public override TimeSpan Cpu => _server.Cpu;

    public static async Task<RoadLedger> PrepareAsync(DirectoryInfo folder, bool kept, Filling filling)
    {
        var isFilled = filling.IsIn(folder);
        if (!isFilled)
        {
            folder.Delete(recursive: true);
            folder.Create();
            await using var filler = PostgresServer.In(folder, s_filling);
            await filler.InitializeAsync();
            Fill(filler.NewDatabase(), filling);
        }

        var server = PostgresServer.In(folder, s_running);
        await server.InitializeAsync();
        PostgresServer.Execute(PostgresServer.AsSuperuser(server.FirstDatabase()), Settle);
        if (!isFilled) filling.Mark(folder);
        return new PostgresRoadLedger(folder, kept, server);
    }

    protected override async Task StopAsync() => await _server.DisposeAsync();

    private static void Fill(string database, Filling filling)
    {
        // A ledger that is months old has the partitions of those months, made when each began.
        var first = TimeProvider.System.GetUtcNow() - Filling.Span - TimeSpan.FromMinutes(1);
        LedgerMigration.Postgres(database, new ManualClock(first));
        LedgerMigration.Postgres(database, TimeProvider.System);

        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(PostgresServer.AsSuperuser(database)) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        connection.Open();
        Execute(connection, "SET session_replication_role = replica; SET synchronous_commit = off");   // no triggers, and so no look for what a row refers to
        var indexes = Indexes(connection);
        foreach (var (name, _) in indexes) Execute(connection, $"DROP INDEX {name}");
        var statements = Filling.Statements("FillPostgres.sql");
        foreach (var (from, to) in filling.Batches())
        {
            var text = statements;
            foreach (var (name, value) in ((string, long)[])
                     [("@from", from), ("@to", to), ("@count", filling.Exchanges), ("@first", first.ToUnixTimeMilliseconds()), ("@span", (long)Filling.Span.TotalMilliseconds), ("@octets", filling.Octets)])
                text = text.Replace(name, FormattableString.Invariant($"{value}::bigint"), StringComparison.Ordinal);
            Execute(connection, text);
        }

        foreach (var (_, sql) in indexes) Execute(connection, sql);
        Execute(connection, "VACUUM (ANALYZE)");   // as the server does by itself over the months
    }

    // Those of whole tables; those of their partitions come and go with them. The ones that belong to a constraint stay.
    private static List<(string Name, string Sql)> Indexes(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT c.relname, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = c.oid)
            """;
        using var rows = command.ExecuteReader();
        List<(string, string)> read = [];
        while (rows.Read()) read.Add((rows.GetString(0), rows.GetString(1)));
        return read;
    }

    private static void Execute(NpgsqlConnection connection, string text)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of the bench, and numbers
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
