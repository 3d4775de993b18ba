using System.IO.Compression;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>One process of the hub, from its start to its end: the real intake, worker, box, evidence and ledger, put together as a gateway does, over what is simulated.</summary>
internal sealed class Life
{
    private readonly World _world;
    private readonly DeliveryWorker _worker;
    private readonly DeadlineWatch _deadlines;
    private readonly DossierIntake _intake;
    private readonly CancellationTokenSource _stopping = new();

    public Life(World world, Node node)
    {
        (_world, Node) = (world, node);
        Number = world.NextFlow();
        Name = $"{node.Name}.{Number}";
        Flow = new Flow(world.Scheduler, Number, Name);
        world.Born(this);
        Clock = new SimulatedClock(world.Scheduler, Flow, () => node.ClockAhead + world.Leap, world.ToldTimes);
        Store = new SimulatedStore(world, this);
        var fixtures = world.Fixtures;
        var ledger = Ledger = new ExchangeLedger(Store, Clock);
        Bodies = world.Disk is { } disk ? new BodyStore(disk.Bodies, 1 << 20, fixtures.Keys, Clock) : fixtures.Bodies;
        var evidence = new HubEvidence(new SimulatedKey(world, this).SignAsync, Town.HubOrgan, NullLogger<HubEvidence>.Instance);
        var profiles = new DeliveryProfiles(world.Delivery, fixtures.Calendar, NullLogger<DeliveryProfiles>.Instance);
        var statuses = new Statuses(Town.Routes, profiles, Clock);
        var claims = new ClaimOptions();
        var owner = new ClaimOwner(Name);
        IReplayGuard process = new ProcessReplayGuard(claims, Clock);
        if (world.Mutation?.Guard is { } mutated) process = mutated(process);
        IReplayGuard guard = world.SharesGuard ? new FallbackReplayGuard(process, new SimulatedGuard(world, this, claims), new RedisOptions(), Clock, NullLogger<FallbackReplayGuard>.Instance) : process;
        var signer = new HubSigner(fixtures.Key, new EnvelopedVerifier(() => throw new NotSupportedException(), ValidationPolicy.Strict, Clock), new SealVerifier(() => throw new NotSupportedException(), ValidationPolicy.Strict, Clock), Clock);
        List<IPartnerConnector> roads = [.. Town.Roads.Select(road => world.Mutation?.Road?.Invoke(new Road(world, this, road)) ?? new Road(world, this, road))];
        _intake = new DossierIntake(
            ledger, evidence, () => Town.Policies, new AttachmentJudge(Bodies, fixtures.Revocation, Clock), new SubmissionRoads(Town.Routes, roads, () => Town.Policies, Clock), profiles, Town.InsideOrgans,
            new AuditTrail(ledger, () => Town.Policies, Clock, NullLogger<AuditTrail>.Instance), Clock,
            new PartnerGate(guard, owner, claims), new MessageClaims(guard, ledger, owner, TimeSpan.FromSeconds(10), Clock),
            new IntakeRoom(fixtures.Folder, 0, world.MaxOutstanding, ledger, Clock), Bodies, World.LongestSubmission, NullLogger<DossierIntake>.Instance);
        Box = new ReceiverBox(ledger, Bodies, evidence, statuses, Clock);
        DeadLetters = new DeadLetters(ledger, evidence, statuses, Clock);

        // How much ids can be compressed hangs on their random bits, and with it the number of writes: another run of the same seed.
        Archives = new LedgerArchives(ledger, Bodies, world.Disk?.Archives ?? fixtures.Folder, afterDays: 0, Clock) { Compression = CompressionLevel.NoCompression };
        _deadlines = new DeadlineWatch(ledger, new LedgerClock(ledger, world.Delivery.Lease), evidence, statuses, roads, world.Delivery.DeadlinePoll, Clock, NullLogger<DeadlineWatch>.Instance);
        _worker = new DeliveryWorker(
            ledger, Bodies, signer, evidence, statuses, roads, world.Delivery, profiles, new ReceiverRules(Town.Routes, () => Town.Policies), node.Name, Clock,
            new Random(world.Dice.Below(int.MaxValue)), NullLogger<DeliveryWorker>.Instance);
    }

    public Node Node { get; }

    public int Number { get; }

    public string Name { get; }

    public Flow Flow { get; }

    public SimulatedClock Clock { get; }

    public SimulatedStore Store { get; }

    public ExchangeLedger Ledger { get; }

    public BodyStore Bodies { get; }

    public ReceiverBox Box { get; }

    public DeadLetters DeadLetters { get; }

    public LedgerArchives Archives { get; }

    /// <summary>Until when something kept it, or keeps it, from looking after its leases.</summary>
    public TimeSpan DisturbedUntil { get; private set; } = TimeSpan.MinValue;

    public void Disturb(TimeSpan length)
    {
        var until = _world.Scheduler.Now + length;
        if (until > DisturbedUntil) DisturbedUntil = until;
    }

    public void Begin()
    {
        Flow.Post(_ => Watch("delivery worker", _worker.ServeAsync(_stopping.Token)), null);
        if (_world.HasDeadlines) Flow.Post(_ => Watch("deadline watch", _deadlines.ServeAsync(_stopping.Token)), null);
    }

    public void Stop() => Flow.Post(_ => _stopping.Cancel(), null);

    /// <summary>What an edge does with a submission: stores what is attached as it comes, takes it in and answers, or refuses.</summary>
    public async Task<SenderAnswer> AcceptAsync(Letter letter, CancellationToken aborted)
    {
        var began = Clock.Shown;
        try
        {
            if (_world.Mutation?.StoresBodiesLast != true) await StoreAsync(letter.Attachments, aborted);
            var accepted = await _intake.AcceptAsync(letter.Submission, aborted);
            if (_world.Mutation?.StoresBodiesLast == true) await StoreAsync(letter.Attachments, aborted);
            _world.Checker.ReceiptLeaves(letter, accepted);
            return new SenderAnswer.Receipt(accepted);
        }
        catch (ExchangeFault fault)
        {
            _world.Checker.RefusalLeaves(letter, fault, Clock.Shown - began);
            return new SenderAnswer.Refused(fault.Fault);
        }
        catch (Exception failed) when (failed is StoreAwayException or OperationCanceledException)
        {
            return new SenderAnswer.Failed();
        }
    }

    /// <summary>What an edge does with any other question. Null: a refusal, an error inside, a caller who hung up; no answer that helps.</summary>
    public async Task<T?> AskAsync<T>(Func<Task<T>> ask) where T : class?
    {
        try
        {
            return await ask();
        }
        catch (Exception failed) when (failed is ExchangeFault or StoreAwayException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Collects orphans, as a person asks for it. Null: it was broken off, or one is under way.</summary>
    public async Task<object?> CollectAsync(TimeSpan grace, CancellationToken aborted)
    {
        var disk = _world.Disk!;
        if (disk.Collector is not null) return null;   // so it is known who has the turn when he dies
        disk.Collector = this;
        using var upkeep = new BodyUpkeep(Bodies, _world.Fixtures.Keys, Ledger, grace, Clock, NullLogger<BodyUpkeep>.Instance);
        try
        {
            return await AskAsync<object>(async () =>
            {
                var removed = 0L;
                await foreach (var progress in upkeep.CollectAsync("CN=keeper", aborted)) removed = progress.Changed;
                if (removed > 0) _world.Count("bodies collected");
                _world.Note(Name, $"collects {removed} bodies");
                return removed;
            });
        }
        finally
        {
            disk.Collector = null;
        }
    }

    private async Task StoreAsync(IReadOnlyList<Content> attachments, CancellationToken aborted)
    {
        foreach (var content in attachments)
        {
            await using var body = Bodies.Begin();
            foreach (var piece in content.Octets.Chunk(40_000))
            {
                await Task.Delay(_world.Weather.NetworkTravel(), Clock, aborted);
                await body.WriteAsync(piece, aborted);
            }

            _world.Stored();
            await body.CommitAsync(aborted);
            if (_world.Weather.StandsStillAfterStoring()) Node.Pause(_world.Dice.Seconds(25, 120));
        }
    }

    // Both live through everything that the simulation does to them.
    private async void Watch(string what, Task service)
    {
        try
        {
            await service;
            if (!_stopping.IsCancellationRequested) _world.Checker.Break($"the {what} of {Name} ended by itself");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // As it was told.
        }
        catch (Exception failed)
        {
            _world.Checker.Break($"the {what} of {Name} died: {failed}");
        }
    }
}
