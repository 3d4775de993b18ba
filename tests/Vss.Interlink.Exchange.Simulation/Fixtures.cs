using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Mutations;
using Vss.Interlink.Exchange.Simulation.Promises;
using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Exchange.Simulation;

/// <summary>What costs much and holds no state of a simulation: made once for all seeds.</summary>
internal sealed class Fixtures(Mutation? mutation) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("interlink-simulation-").FullName;
    private BodyStore? _bodies;
    private LedgerReader? _reader;

    public Mutation? Mutation => mutation;

    /// <summary>Where bodies would be.</summary>
    public string Folder => _folder;

    public Database Database { get; } = new(mutation);

    public LedgerReader Reader => _reader ??= new LedgerReader(Database);

    public UnusedKey Key { get; } = new();

    public WorkingCalendar Calendar { get; } = WorkingCalendar.Vietnam();

    /// <summary>Asked for nothing: no policy of the town has attachments judged.</summary>
    public RevocationSource Revocation { get; } = new(new OnlineOptions(), () => throw new NotSupportedException(), new MemoryLibrary(), TimeProvider.System, NullLogger<RevocationSource>.Instance);

    /// <summary>Empty: the simulated dossiers have no attachments.</summary>
    public BodyStore Bodies => _bodies ??= new BodyStore(_folder, 1 << 20, BodyKeys.Of("unused", ("unused", new byte[32])), TimeProvider.System);

    public void Dispose()
    {
        _reader?.Dispose();
        Database.Dispose();
        Key.Dispose();
        Revocation.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
