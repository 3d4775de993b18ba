using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Mutations;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>
/// The rows that all nodes share: the ledger's real statements on a real SQLite, one transaction after another. A simulation is one transaction around all of its own and is rolled back at its end, so that ten
/// thousand of them share one schema and its prepared statements.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly RewritingConnection _connection;
    private readonly Sql _writing;
    private readonly Sql _reading;
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    public Database(Mutation? mutation)
    {
        _connection = new RewritingConnection(mutation);
        _connection.Open();
        SqliteSchema.Migrate(_connection, DateTimeOffset.UnixEpoch);
        foreach (var text in mutation?.Schema ?? []) Execute(text);
        (_writing, _reading) = (new SqliteSql(_connection), new SqliteSql(_connection));
        raw.sqlite3_update_hook(_connection.Handle, (_, _, _, table, _) => _changed.Add(table.utf8_to_string()), null);
    }

    /// <summary>Edits of the mutation that found nothing to edit.</summary>
    public IEnumerable<SqlEdit> NotApplied => _connection.NotApplied;

    /// <summary>An empty ledger, until <see cref="End"/>.</summary>
    public void Begin() => Execute("BEGIN");

    public void End() => Execute("ROLLBACK");

    /// <summary>Runs an action of the ledger as one transaction, and commits it when <paramref name="commits"/> says so.</summary>
    /// <returns>What it answered, and whom to tell.</returns>
    public (T Result, IReadOnlyCollection<string> Keys) Write<T>(Func<LedgerSession, Task<T>> action, bool commits = true)
    {
        _connection.Use = SqlUse.Write;
        Done(_writing.ExecuteAsync("SAVEPOINT simulated"));
        try
        {
            var session = new LedgerSession(_writing);
            var result = Done(action(session));
            if (!commits) Done(_writing.ExecuteAsync("ROLLBACK TO simulated"));
            return (result, session.Changes);
        }
        catch
        {
            Done(_writing.ExecuteAsync("ROLLBACK TO simulated"));
            _changed.Clear();
            throw;
        }
        finally
        {
            Done(_writing.ExecuteAsync("RELEASE simulated"));
        }
    }

    public T Read<T>(Func<Sql, Task<T>> read)
    {
        _connection.Use = SqlUse.Read;
        return Done(read(_reading));
    }

    /// <summary>The tables that changed since it was asked last.</summary>
    public bool TakeChanged(string table) => _changed.Remove(table);

    [SuppressMessage("Security", "CA2100", Justification = "Constants of the simulation.")]
    public SqliteCommand Prepare(string text)
    {
        var command = new SqliteCommand(text, _connection);
        command.Prepare();
        return command;
    }

    public void Dispose() => _connection.Dispose();

    // SQLite answers at once; whatever does not is no statement, and has no place in a transaction.
    private static T Done<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("An action of the ledger waited for something else than its statements.");

    [SuppressMessage("Security", "CA2100", Justification = "Constants of the simulation.")]
    private void Execute(string text)
    {
        using var command = new SqliteCommand(text, _connection);
        command.ExecuteNonQuery();
    }
}
