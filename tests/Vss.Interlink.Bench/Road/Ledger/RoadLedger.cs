namespace Vss.Interlink.Bench.Road.Ledger;

/// <summary>The ledger of a hub of the bench, filled before the hub starts. It is kept when a folder for it is named, and goes with this object otherwise.</summary>
internal abstract class RoadLedger(DirectoryInfo folder, bool kept) : IAsyncDisposable
{
    // A run leaves its deliveries behind, because the inside service is away; in the next one they would be work that no exchange of it has caused.
    protected const string Settle =
        """
        UPDATE exchanges SET state = 2 WHERE exchange_id IN (SELECT exchange_id FROM deliveries WHERE due_at IS NOT NULL);
        UPDATE deliveries SET state = 4, due_at = NULL, lease_owner = NULL WHERE due_at IS NOT NULL;
        DELETE FROM partner_health;
        """;

    /// <summary>Lines of the hub's configuration.</summary>
    public abstract IReadOnlyList<string> Settings { get; }

    /// <summary>Processor time of the data base's own processes so far.</summary>
    public abstract TimeSpan Cpu { get; }

    protected DirectoryInfo Folder => folder;

    /// <param name="store"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="filling">What it has in it.</param>
    /// <param name="keep">Where filled ledgers are kept, or null.</param>
    public static async Task<RoadLedger> PrepareAsync(string store, Filling filling, DirectoryInfo? keep)
    {
        var folder = keep?.CreateSubdirectory($"{store}-{filling.Exchanges}") ?? Directory.CreateTempSubdirectory("interlink-road-ledger-");
        return store switch
        {
            "sqlite" => await SqliteRoadLedger.PrepareAsync(folder, keep is not null, filling),
            "postgres" => await PostgresRoadLedger.PrepareAsync(folder, keep is not null, filling),
            _ => throw new ArgumentException($"There is no store {store}.", nameof(store)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (!kept) folder.Delete(recursive: true);
    }

    protected abstract Task StopAsync();
}
