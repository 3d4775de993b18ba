using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Mutations;
using Vss.Interlink.Exchange.Simulation.Promises;

namespace Vss.Interlink.Exchange.Simulation;

/// <summary>What costs much and holds no state of a simulation: made once for all seeds.</summary>
internal sealed class Fixtures(Mutation? mutation) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("interlink-simulation-").FullName;
    private BodyStore? _bodies;
    private LedgerReader? _reader;

    public Mutation? Mutation => mutation;

    public Database Database { get; } = new(mutation);

    public LedgerReader Reader => _reader ??= new LedgerReader(Database);

    public UnusedKey Key { get; } = new();

    /// <summary>Empty: the simulated dossiers have no attachments.</summary>
    public BodyStore Bodies => _bodies ??= new BodyStore(_folder, 1 << 20);

    public void Dispose()
    {
        _reader?.Dispose();
        Database.Dispose();
        Key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
