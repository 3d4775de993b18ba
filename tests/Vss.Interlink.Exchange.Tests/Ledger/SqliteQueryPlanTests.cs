using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed partial class SqliteQueryPlanTests : QueryPlanContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal override ILedgerStore OpenStore(TimeProvider clock) => new SqliteStore(_folder["ledger.db"], clock);

    // A line of a plan is as "SEARCH d USING INDEX deliveries_due (connector=? AND due_at<?)", or "SCAN d", by the name that the statement gives the table.
    internal override async Task<IReadOnlyList<string>> WalksAsync(Statement statement, bool isPage)
    {
        await using var sql = new SqliteSql(Connection());
        var plan = await sql.QueryAsync("EXPLAIN QUERY PLAN " + statement.Text, row => row.GetString(3), [.. statement.Values]);
        var names = Named().Matches(statement.Text).Select(match => match.Groups["alias"].Success ? match.Groups["alias"].Value : match.Groups["table"].Value).ToHashSet(StringComparer.Ordinal);
        return [.. plan.Where(line => Look().Match(line) is { Success: true } look && names.Contains(look.Groups["name"].Value) && !Leads(line, isPage))];
    }

    internal override async Task<long> EffortAsync(Statement statement)
    {
        var connection = Connection();
        await using var sql = new SqliteSql(connection);
        var steps = 0L;
        await sql.ExecuteAsync("BEGIN");
        raw.sqlite3_progress_handler(connection.Handle, 1, _ => { steps++; return 0; }, null);
        await sql.QueryAsync(statement.Text, _ => 0, [.. statement.Values]);
        raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        await sql.ExecuteAsync("ROLLBACK");
        return steps;
    }

    private static bool Leads(string line, bool isPage) =>
        IndexOfTheFew().IsMatch(line) || line.Contains("=?", StringComparison.Ordinal) || (isPage && line.StartsWith("SEARCH", StringComparison.Ordinal));

    private SqliteConnection Connection()
    {
        var connection = new SqliteConnection($"Data Source={_folder["ledger.db"]};Pooling=False");
        connection.Open();
        return connection;
    }

    [GeneratedRegex($@"\b(FROM|JOIN|UPDATE|INTO) (?<table>{Growing})( AS (?<alias>\w+))?\b")]
    private static partial Regex Named();

    [GeneratedRegex(@"^(SCAN|SEARCH) (?<name>\w+)")]
    private static partial Regex Look();

    [GeneratedRegex($@" INDEX ({OfTheFew})( |$)")]
    private static partial Regex IndexOfTheFew();
}
