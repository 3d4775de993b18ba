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
    // In memory where there is such a place: a simulated disk needs no flush.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"interlink-simulation-{Guid.NewGuid():N}")).FullName;
    private BodyStore? _bodies;
    private LedgerReader? _reader;

    public Mutation? Mutation => mutation;

    /// <summary>Where the volume of a simulation is, see <see cref="Disk"/>.</summary>
    public string Folder => _folder;

    public Database Database { get; } = new(mutation);

    public LedgerReader Reader => _reader ??= new LedgerReader(Database);

    public UnusedKey Key { get; } = new();

    public WorkingCalendar Calendar { get; } = WorkingCalendar.Vietnam();

    /// <summary>Asked for nothing: no policy of the town has attachments judged.</summary>
    public RevocationSource Revocation { get; } = new(new OnlineOptions(), () => throw new NotSupportedException(), new MemoryLibrary(), TimeProvider.System, NullLogger<RevocationSource>.Instance);

    public BodyKeys Keys { get; } = BodyKeys.Of("k1", ("k1", new byte[32]));

    /// <summary>Empty: for simulations whose letters have no attachments.</summary>
    public BodyStore Bodies => _bodies ??= new BodyStore(Path.Combine(_folder, "empty"), 1 << 20, Keys, TimeProvider.System);

    public void Dispose()
    {
        _reader?.Dispose();
        Database.Dispose();
        Key.Dispose();
        Revocation.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
