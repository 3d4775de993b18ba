using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Mutations;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.Exchange.Simulation.Promises;

namespace Vss.Interlink.Exchange.Simulation;

/// <summary>One simulation: nodes, partners and what befalls them, all by one seed.</summary>
internal sealed class World
{
    private const int MostSteps = 60_000;

    // Attempts are a minute apart at most, and a breaker rests for half of one; a clock that was minutes ahead has put the next attempt off by as much.
    private static readonly TimeSpan MostUnrest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MostUnrestOfClocks = TimeSpan.FromMinutes(40);

    // Longer than a lease: whatever still stirs would have shown by then.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan LongestSweep = TimeSpan.FromMinutes(2);

    // A renewal that was reckoned before the clocks leapt is written until then.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(1);

    private readonly ulong _seed;
    private readonly Trace _trace;
    private readonly Dictionary<int, Life> _lives = [];
    private readonly IReadOnlyList<Letter> _letters;
    private int _flows = 1;
    private int _unanswered;
    private bool _started;
    private bool _sweeps;
    private bool _swept;
    private TimeSpan _sweptFrom;
    private TimeSpan _storedAt;
    private TimeSpan? _settled;

    public World(ulong seed, Fixtures fixtures, Counts counts, bool keepsLines)
    {
        (_seed, Fixtures, Counts) = (seed, fixtures, counts);
        _trace = new Trace(keepsLines);
        Dice = new Dice(seed);
        Scheduler = new Scheduler(Dice, _trace);
        (HasBodies, HasClerk, HasArchive) = (Dice.Chance(0.35), Dice.Chance(0.4), Dice.Chance(0.2));
        Outside = new Flow(Scheduler, 0, "outside");
        Delivery = new DeliveryOptions
        {
            Poll = Mutation?.Poll ?? TimeSpan.FromSeconds(30),
            HandOverTimeout = TimeSpan.FromSeconds(Dice.Pick([20, 100])),
            MaxAttempts = Dice.Chance(HasClerk ? 0.8 : 0.15) ? 1 + Dice.Below(3) : 1000,
            FirstWait = TimeSpan.FromSeconds(2),
            LongestWait = TimeSpan.FromSeconds(60),
            DeadlinePoll = TimeSpan.FromSeconds(10),
        };
        (IsOrdered, HasDeadlines) = (Dice.Chance(0.3), Dice.Chance(0.3));
        foreach (var organ in Town.Reachable)
            Delivery.Partners.Add(new PartnerDeliveryOptions { Receiver = organ, Ordered = IsOrdered, DeadlineHours = HasDeadlines ? 1 : null, WarnHours = HasDeadlines ? Dice.Below(2) : 0 });
        Nodes = [.. Enumerable.Range(1, Dice.Pick([1, 2, 2, 3])).Select(number => new Node(this, $"node{number}"))];
        MaxOutstanding = Dice.Chance(0.1) ? 1 + Dice.Below(3) : 100;

        // What waits behind a dead letter takes up room until a person decides; where nobody does, there must be enough.
        if (IsOrdered && !HasClerk) MaxOutstanding = 100;
        SharesGuard = Dice.Chance(0.6);
        Network = new Network(this);
        Receivers = new[] { Town.Inside, Town.Axis, Town.BehindTheAxis }.ToDictionary(organ => organ, organ => new Receiver(this, organ, Dice.Chance(0.15)), StringComparer.Ordinal);
        BoxReaders = Town.BoxOwners.ToDictionary(organ => organ, organ => new BoxReader(this, organ), StringComparer.Ordinal);
        _letters = Post.Write(Dice, HasBodies);
        Checker = new Checker(this, _letters);
        Weather = new Weather(this);
        OrphanGrace = Weather.SetsClocks ? TimeSpan.FromHours(2) : TimeSpan.FromSeconds(45);
    }

    public Fixtures Fixtures { get; }

    public Mutation? Mutation => Fixtures.Mutation;

    public Database Database => Fixtures.Database;

    public Counts Counts { get; }

    public Dice Dice { get; }

    public Scheduler Scheduler { get; }

    /// <summary>Partners, the network, the data base: what no crash ends.</summary>
    public Flow Outside { get; }

    public Weather Weather { get; }

    public Network Network { get; }

    public Checker Checker { get; }

    public DeliveryOptions Delivery { get; }

    /// <summary>Deliveries that may wait before the hub takes in no more.</summary>
    public int MaxOutstanding { get; }

    /// <summary>Whether what one organ sends to another keeps its order.</summary>
    public bool IsOrdered { get; }

    /// <summary>Whether letters have attachments, and orphans are collected.</summary>
    public bool HasBodies { get; }

    /// <summary>Whether somebody decides about dead letters.</summary>
    public bool HasClerk { get; }

    /// <summary>Whether what is finished is archived, and what has to be kept is put under hold.</summary>
    public bool HasArchive { get; }

    /// <summary>How long ago a body may have been stored when an exchange names it.</summary>
    public static TimeSpan LongestSubmission => TimeSpan.FromSeconds(30);

    /// <summary>How old a body is that a collection takes.</summary>
    public TimeSpan OrphanGrace { get; }

    /// <summary>Null where nothing is stored but the ledger.</summary>
    public Disk? Disk { get; private set; }

    /// <summary>Whether dossiers have a deadline, of one working hour.</summary>
    public bool HasDeadlines { get; }

    /// <summary>What all clocks were set ahead by: nearly an hour, so that deadlines come while there is much to do.</summary>
    public TimeSpan Leap { get; private set; }

    public IReadOnlyList<Node> Nodes { get; }

    public Dictionary<string, Receiver> Receivers { get; }

    public Dictionary<string, BoxReader> BoxReaders { get; }

    /// <summary>Whether the nodes share a guard in front of the ledger; otherwise each has its own memory alone.</summary>
    public bool SharesGuard { get; }

    public GuardRows Guard { get; } = new();

    /// <summary>See <see cref="SimulatedClock"/>.</summary>
    public HashSet<long> ToldTimes { get; } = [];

    /// <summary>Runs to the end: everything settled and calm, or a promise broken.</summary>
    public Outcome Run()
    {
        Database.Begin();
        using var disk = Disk = HasBodies || HasArchive ? new Disk(this) : null;
        try
        {
            if (HasBodies) Disk!.LeaveOrphans();
            Checker.Begin();
            OnlyThread.Run(Step);
            if (Checker.Broken is null) Checker.AtTheEnd(storedAtTheEnd: _storedAt >= _sweptFrom);
        }
        finally
        {
            Database.End();
        }

        return new Outcome(_seed, Checker.Broken, _trace.Hash, Scheduler.Steps, Scheduler.Now, (_settled ?? Scheduler.Now) - Weather.Ends, _trace.Lines);
    }

    /// <summary>Leases end by it as deadlines come, whoever looks after them.</summary>
    public void LeapBy(TimeSpan length)
    {
        Leap += length;
        foreach (var life in _lives.Values) life.Disturb(OnItsWay);
    }

    public int NextFlow() => _flows++;

    public Life? LifeOf(Flow flow) => _lives.GetValueOrDefault(flow.Number);

    public void Note(string who, string what) => _trace.Line(Scheduler.Now, who, what);

    /// <summary>Counts a fault that happened; true.</summary>
    public bool Count(string kind)
    {
        Counts.Add(kind);
        return true;
    }

    public Task DelayAsync(TimeSpan length)
    {
        var ended = new TaskCompletionSource();
        Scheduler.After(length, Outside, ended.SetResult);
        return ended.Task;
    }

    public void LetterAnswered() => _unanswered--;

    /// <summary>A submission has brought a body.</summary>
    public void Stored() => _storedAt = Scheduler.Now;

    public void Born(Life life) => _lives.Add(life.Number, life);

    /// <summary>Other nodes hear of a commit too, later, and not always.</summary>
    public void Tell(Life writer, IReadOnlyCollection<string> keys)
    {
        if (keys.Count == 0) return;
        foreach (var node in Nodes)
            if (node.Life is { } life && life != writer && !Weather.BellIsLost())
                Scheduler.After(Dice.Milliseconds(1, 100), life.Flow, () => life.Store.Changes.Publish(keys));
    }

    private bool Step()
    {
        if (!_started) Start();
        if (Checker.Broken is not null) return false;
        if (Weather.IsCalm && _unanswered == 0 && Checker.OpenDeliveries == 0) _settled ??= Scheduler.Now;
        else _settled = null;
        if (Scheduler.Now > _settled + Afterwards && (!HasBodies || Swept())) return false;
        if (_settled is null && (Scheduler.Steps > MostSteps || Scheduler.Now > Weather.Ends + (Weather.ClocksWereApart ? MostUnrestOfClocks : MostUnrest)))
            Checker.Break($"it does not come to rest: {_unanswered} letters without an answer; {Checker.Unfinished()}");
        if (!Scheduler.Step()) Checker.Break("nothing will ever happen again");
        return true;
    }

    // One more collection when all is over: it leaves nothing that nobody names, and nothing that somebody names is missing afterwards.
    private bool Swept()
    {
        if (Scheduler.Now > _settled + Afterwards + LongestSweep) Checker.Break("the last collection does not end");
        if (_sweeps || _swept || Nodes[0].Life is not { } life) return _swept;
        (_sweeps, _sweptFrom) = (true, Scheduler.Now);
        life.Flow.Post(_ => Partner(SweepAsync(life)), null);
        return false;
    }

    private async Task SweepAsync(Life life)
    {
        // Whatever the clocks said when it was stored.
        _swept = await life.CollectAsync(TimeSpan.FromHours(-3), CancellationToken.None) is not null;
        if (!_swept) await DelayAsync(OnItsWay);   // another one is under way
        _sweeps = false;
    }

    private void Start()
    {
        _started = true;
        foreach (var node in Nodes) Scheduler.After(Dice.Seconds(0, 3), Outside, node.Start);
        Weather.Begin();
        foreach (var letter in _letters)
        {
            _unanswered++;
            var first = Dice.Between(TimeSpan.Zero, Weather.Ends * 0.6);
            Outside.Post(_ => Partner(new Sender(this, letter).SendAsync(first)), null);
        }

        foreach (var reader in BoxReaders.Values) Outside.Post(_ => Partner(reader.ReadAsync()), null);
        var keeper = new Keeper(this);
        if (HasClerk) Outside.Post(_ => Partner(new Clerk(this).ServeAsync()), null);
        if (HasBodies) Outside.Post(_ => Partner(keeper.CollectAsync()), null);
        if (!HasArchive) return;
        Outside.Post(_ => Partner(keeper.ArchiveAsync()), null);
        Outside.Post(_ => Partner(keeper.HoldAsync()), null);
    }

    private async void Partner(Task life)
    {
        try
        {
            await life;
        }
        catch (Exception failed)
        {
            Checker.Break($"a simulated partner failed: {failed}");
        }
    }
}

/// <summary>What came of one seed.</summary>
/// <param name="Seed">Which.</param>
/// <param name="Broken">The first promise that was broken; null when all were kept.</param>
/// <param name="Hash">Of everything that happened.</param>
/// <param name="Steps">How many.</param>
/// <param name="Lasted">Simulated.</param>
/// <param name="Unrest">From the last fault until everything was settled.</param>
/// <param name="Lines">The trace, where it was kept.</param>
internal sealed record Outcome(ulong Seed, string? Broken, ulong Hash, int Steps, TimeSpan Lasted, TimeSpan Unrest, IReadOnlyList<string> Lines);

/// <summary>How often each kind of fault happened, over all seeds of a run.</summary>
internal sealed class Counts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> All => _counts;

    public void Add(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
}
