using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>This planner goes by what is in the tables, so there must be something in them.</summary>
public sealed partial class PostgresQueryPlanTests(PostgresServer server) : QueryPlanContract
{
    // Delivered ones of two receivers and many senders, as nearly all in a ledger are.
    private const string Fill =
        """
        INSERT INTO exchanges (exchange_id, sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance, answered_by_status, edge, dossier, receipt)
        SELECT 'x-00000000-0000-7000-8000-000000' || i, 'G' || i % 100, 'm-' || i, 1, '', '', 2, i, '', 'signed', false, 'soap', '', '' FROM generate_series(100000, 110000) AS i;
        INSERT INTO parts (exchange_id, attachment_id, digest, size) SELECT 'x-00000000-0000-7000-8000-000000' || i, 'a', sha256(i::text::bytea), 1 FROM generate_series(100000, 110000) AS i;
        INSERT INTO deliveries (delivery_id, exchange_id, receiver, connector, purpose, text, state, attempts, fence, created_at, changed_at, external_id, last_error)
        SELECT 'd-00000000-0000-7000-8000-000000' || i, 'x-00000000-0000-7000-8000-000000' || i, 'R' || i % 2, 'inside', 'dossier', '', 4, 1, 1, i, i, 'e-' || i, '' FROM generate_series(100000, 110000) AS i;
        INSERT INTO evidence (exchange_id, delivery_id, type, at, sha256, document) SELECT 'x-00000000-0000-7000-8000-000000' || i, 'd-00000000-0000-7000-8000-000000' || i, 'DELIVERY', i, '', '' FROM generate_series(100000, 110000) AS i;
        INSERT INTO audit (reference, at, event, edge, exchange_id, rule, detail) SELECT 'r-' || i, i, 1, 'soap', 'x-00000000-0000-7000-8000-000000' || i, '', '' FROM generate_series(100000, 110000) AS i;
        ANALYZE
        """;

    private readonly string _database = server.NewDatabase();

    internal override ILedgerStore OpenStore(TimeProvider clock)
    {
        var store = new PostgresStore(_database, clock, NullLogger.Instance);
        foreach (var statement in Fill.Split(";\n")) PostgresServer.Execute(_database, statement);
        return store;
    }

    internal override async Task<IReadOnlyList<string>> WalksAsync(Statement statement, bool isPage)
    {
        await using var sql = new PostgresSql(await OpenAsync());
        await sql.ExecuteAsync("SET enable_seqscan = off");   // the partition of a month that has not come is read whole, at no cost; where no index leads to the rows it still says so
        var plan = (await sql.QueryAsync("EXPLAIN (FORMAT JSON) " + statement.Text, row => row.GetString(0), [.. statement.Values])).Single();
        using var parsed = JsonDocument.Parse(plan);
        return [.. Nodes(parsed.RootElement[0].GetProperty("Plan")).Where(node => IsOfGrowing(node) && !Leads(node, isPage)).Select(Words)];
    }

    internal override async Task<long> EffortAsync(Statement statement)
    {
        PostgresServer.Execute(_database, "ANALYZE deliveries");
        await using var sql = new PostgresSql(await OpenAsync());
        await sql.ExecuteAsync("BEGIN");
        var plan = (await sql.QueryAsync("EXPLAIN (ANALYZE, FORMAT JSON) " + statement.Text, row => row.GetString(0), [.. statement.Values])).Single();
        await sql.ExecuteAsync("ROLLBACK");
        using var parsed = JsonDocument.Parse(plan);
        return (long)Nodes(parsed.RootElement[0].GetProperty("Plan")).Sum(node => Number(node, "Actual Loops") * (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Join Filter")));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    // A bitmap's heap is read by what its index found; the index is a node of its own, which does not name the table.
    private static bool IsOfGrowing(JsonElement node) => Text(node, "Node Type") switch
    {
        "Seq Scan" or "Index Scan" or "Index Only Scan" => GrowingTable().IsMatch(Text(node, "Relation Name")),
        "Bitmap Index Scan" => true,
        _ => false,
    };

    private static bool Leads(JsonElement node, bool isPage)
    {
        var condition = Text(node, "Index Cond");
        return IndexOfTheFew().IsMatch(Text(node, "Index Name")) || condition.Contains(" = ", StringComparison.Ordinal) || (isPage && condition.Length > 0);
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement node)
    {
        yield return node;
        if (!node.TryGetProperty("Plans", out var plans)) yield break;
        foreach (var below in plans.EnumerateArray().SelectMany(Nodes)) yield return below;
    }

    private static string Words(JsonElement node) => $"{Text(node, "Node Type")} {Text(node, "Relation Name")} {Text(node, "Index Name")} {Text(node, "Index Cond")} {Text(node, "Filter")}";

    private static string Text(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    [GeneratedRegex($"^({Growing})(_|$)")]
    private static partial Regex GrowingTable();

    [GeneratedRegex($"^({OfTheFew})$")]
    private static partial Regex IndexOfTheFew();
}
