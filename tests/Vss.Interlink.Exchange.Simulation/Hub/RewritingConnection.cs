using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Simulation.Mutations;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>SQLite in memory, whose statements a mutation may change on the way; without a mutation, just that.</summary>
internal sealed class RewritingConnection(Mutation? mutation) : SqliteConnection("Data Source=:memory:;Foreign Keys=True")
{
    private readonly HashSet<SqlEdit> _applied = [];

    /// <summary>What the statements that are made now are for.</summary>
    public SqlUse Use { get; set; } = SqlUse.Schema;

    /// <summary>Edits whose text was in no statement: the mutation does not fit the ledger any more.</summary>
    public IEnumerable<SqlEdit> NotApplied => mutation is null ? [] : mutation.Edits.Where(edit => !_applied.Contains(edit));

    public override SqliteCommand CreateCommand() => new Command(this) { Connection = this, Transaction = Transaction };

    private string Rewrite(string text)
    {
        if (mutation is null) return text;
        foreach (var edit in mutation.Edits)
        {
            if (edit.Use != Use || !text.Contains(edit.Find, StringComparison.Ordinal)) continue;
            text = text.Replace(edit.Find, edit.Replace, StringComparison.Ordinal);
            _applied.Add(edit);
        }

        return text;
    }

    private sealed class Command(RewritingConnection connection) : SqliteCommand
    {
        [AllowNull]
        [SuppressMessage("Security", "CA2100", Justification = "The ledger's own texts, and what a mutation makes of them.")]
        public override string CommandText
        {
            get => base.CommandText;
            set => base.CommandText = string.IsNullOrEmpty(value) ? value : connection.Rewrite(value);
        }
    }
}
