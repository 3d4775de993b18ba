using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Simulation.Partners;

namespace Vss.Interlink.Exchange.Simulation.Mutations;

/// <summary>What a statement is for.</summary>
internal enum SqlUse
{
    Schema,
    Read,
    Write,
}

/// <summary>One change of a statement's text.</summary>
internal sealed record SqlEdit(SqlUse Use, string Find, string Replace);

/// <summary>A defect that is put into the hub on purpose, from outside: into its statements, its store, its roads. Each must be found.</summary>
internal sealed record Mutation(string Name, string Says)
{
    public IReadOnlyList<SqlEdit> Edits { get; init; } = [];

    /// <summary>Tables and the like that the mutation needs.</summary>
    public IReadOnlyList<string> Schema { get; init; } = [];

    /// <summary>The ledger's method that answers before it commits.</summary>
    public string? AnswersFirst { get; init; }

    /// <summary>The ledger's method whose deliveries are queued in a transaction of their own.</summary>
    public string? QueuesApart { get; init; }

    /// <summary>The process's own guard, changed.</summary>
    public Func<IReplayGuard, IReplayGuard>? Guard { get; init; }

    public TimeSpan? Poll { get; init; }

    /// <summary>What is attached is stored after the exchange is accepted.</summary>
    public bool StoresBodiesLast { get; init; }

    /// <summary>A road goes on with what it could read of an attachment.</summary>
    public bool SwallowsUnreadable { get; init; }

    public Func<Road, IPartnerConnector>? Road { get; init; }

    public bool Answers(string method) => AnswersFirst == method;

    public bool Holds(string method) => QueuesApart == method;
}
