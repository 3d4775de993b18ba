namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What the actions of one transaction work with.</summary>
internal sealed class LedgerSession(Sql sql)
{
    private readonly HashSet<string> _changes = new(StringComparer.Ordinal);

    public Sql Sql => sql;

    /// <summary>Keys of <see cref="LedgerChanges"/> to be published once it is committed.</summary>
    public IReadOnlyCollection<string> Changes => _changes;

    /// <summary>After the commit whoever watches the exchange is told.</summary>
    public void Changed(ExchangeId exchange) => _changes.Add(exchange.ToString());

    /// <summary>After the commit the connector's worker is woken.</summary>
    public void Due(string connector) => _changes.Add(LedgerChanges.WorkFor(connector));
}
