namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What an action of the writer works with.</summary>
internal sealed class LedgerSession(Sql sql)
{
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    public Sql Sql => sql;

    /// <summary>After the commit whoever watches the exchange is told.</summary>
    public void Changed(ExchangeId exchange) => _changed.Add(exchange.ToString());

    /// <summary>After the commit the connector's worker is woken.</summary>
    public void Due(string connector) => _changed.Add(LedgerChanges.WorkFor(connector));

    public IReadOnlyCollection<string> TakeChanges()
    {
        string[] taken = [.. _changed];
        _changed.Clear();
        return taken;
    }
}
