namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Leases of work that one node at a time does, by the work's name.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>Takes or keeps a lease. One that ends later than any could was written by a clock that was ahead, and binds nobody.</summary>
    /// <param name="name">Of the work, as <c>axis.poll</c>.</param>
    /// <param name="owner">Whose it is then; different at each start of a node.</param>
    /// <param name="length">How long it lasts, from when it is written.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <returns>False: it is somebody else's.</returns>
    public async Task<bool> TakeLeaseAsync(string name, string owner, TimeSpan length, CancellationToken cancellation)
    {
        // A look costs no flush, and most nodes only look.
        var look = Clock.GetUtcNow();
        var others = await ReadAsync(
            sql => sql.NumberAsync(
                "SELECT leased_until FROM leases WHERE name = @name AND owner <> @owner AND leased_until > @now AND leased_until <= @never",
                ("@name", name), ("@owner", owner), ("@now", look.Column()), ("@never", (look + 2 * length).Column())),
            cancellation);
        if (others is not null) return false;
        return await _store.WriteAsync(
            async session =>
            {
                var now = Clock.GetUtcNow();
                return await session.Sql.ExecuteAsync(
                    """
                    INSERT INTO leases (name, owner, leased_until) VALUES (@name, @owner, @until)
                    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
                    WHERE leases.owner = excluded.owner OR leases.leased_until <= @now OR leases.leased_until > @never
                    """,
                    ("@name", name), ("@owner", owner), ("@until", (now + length).Column()), ("@now", now.Column()), ("@never", (now + 2 * length).Column())) == 1;
            },
            cancellation);
    }

    /// <summary>Gives a lease back, so that another node need not wait for its end. Does nothing when it is somebody else's.</summary>
    public Task GiveLeaseBackAsync(string name, string owner, CancellationToken cancellation) =>
        _store.WriteAsync(session => session.Sql.ExecuteAsync("DELETE FROM leases WHERE name = @name AND owner = @owner", ("@name", name), ("@owner", owner)), cancellation);
}
