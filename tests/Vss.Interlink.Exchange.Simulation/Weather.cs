using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Partners;

namespace Vss.Interlink.Exchange.Simulation;

/// <summary>
/// What goes wrong, and when. Each seed has some kinds of faults and not others, because what hides behind one kind shows without it. At the end all becomes calm, so that the hub can show that it brings everything
/// to its end.
/// </summary>
internal sealed class Weather
{
    private const int MostCrashes = 8;

    private readonly World _world;
    private readonly Dice _dice;
    private readonly double _crash;
    private readonly double _crashAfterCommit;
    private readonly double _crashAfterSending;
    private readonly double _storeFails;
    private readonly double _storeLosesAnswer;
    private readonly double _storeRunsTwice;
    private readonly bool _storeSlow;
    private readonly double _networkLoses;
    private readonly double _networkDoubles;
    private readonly bool _networkSlow;
    private readonly double _hangUp;
    private readonly double _keyFails;
    private readonly double _receiverDies;
    private readonly double _bellLost;
    private readonly double _guardAway;
    private readonly int _clockSteps;
    private readonly double _standsStillAfterSending;
    private readonly double _standsStillAfterStoring;
    private TimeSpan _storeSlowUntil;
    private int _crashes;

    public Weather(World world)
    {
        (_world, _dice) = (world, world.Dice);
        Ends = _dice.Seconds(20, 150);
        _crash = Some(0.5) ? 1.0 / (40 + _dice.Below(600)) : 0;
        _crashAfterCommit = Some(0.4) ? 0.08 : 0;
        _crashAfterSending = Some(0.3) ? 0.06 : 0;
        _storeFails = Some(0.4) ? 0.01 + (0.01 * _dice.Below(15)) : 0;
        _storeLosesAnswer = Some(0.4) ? 0.01 + (0.01 * _dice.Below(15)) : 0;
        _storeRunsTwice = Some(0.3) ? 0.1 : 0;
        _storeSlow = Some(0.3);
        _networkLoses = Some(0.5) ? 0.02 * (1 + _dice.Below(15)) : 0;
        _networkDoubles = Some(0.5) ? 0.3 : 0;
        _networkSlow = Some(0.4);
        _hangUp = Some(0.3) ? 0.2 : 0;
        _keyFails = Some(0.3) ? 0.15 : 0;
        _receiverDies = Some(0.4) ? 0.2 : 0;
        _guardAway = Some(0.4) ? 0.05 * (1 + _dice.Below(19)) : 0;
        _bellLost = Some(0.4) ? 0.5 : 0;
        _clockSteps = Some(0.35) ? 1 + _dice.Below(3) : 0;
        _standsStillAfterSending = Some(0.2) ? 0.01 : 0;
        _standsStillAfterStoring = Some(0.3) ? 0.05 : 0;
    }

    /// <summary>When the faults stop.</summary>
    public TimeSpan Ends { get; }

    public bool IsCalm { get; private set; }

    /// <summary>Whether a clock will be set. Who keeps the hub's house knows how wrong its clocks may be, and gives orphans as much time.</summary>
    public bool SetsClocks => _clockSteps > 0;

    /// <summary>While clocks are apart leases are taken over before their time; what is right then is the fencing's business alone.</summary>
    public bool ClocksWereApart { get; private set; }

    /// <summary>Plans what comes by itself.</summary>
    public void Begin()
    {
        var moods = Some(0.6);
        foreach (var receiver in _world.Receivers.Values)
            for (var change = moods ? _dice.Below(5) : 0; change > 0; change--)
                Sometime(() => Change(receiver, _dice.Pick(Enum.GetValues<ReceiverMood>())));
        for (var pause = Some(0.5) ? 1 + _dice.Below(3) : 0; pause > 0; pause--) Sometime(() => AnyNode().Pause(_dice.Chance(0.5) ? _dice.Seconds(25, 200) : _dice.Seconds(1, 30)));
        for (var stop = Some(0.3) ? 1 + _dice.Below(2) : 0; stop > 0; stop--) Sometime(() => AnyNode().Stop());
        for (var slow = _storeSlow ? 1 + _dice.Below(2) : 0; slow > 0; slow--) Sometime(SlowStore);
        for (var step = _clockSteps; step > 0; step--) Sometime(StepClock);
        for (var damage = _world.HasBodies && Some(0.4) ? 1 + _dice.Below(3) : 0; damage > 0; damage--) Sometime(() => _world.Disk!.Damage(_dice.Pick(Content.All)));
        for (var event_ = Some(0.5) ? 1 + _dice.Below(4) : 0; event_ > 0; event_--) Sometime(() => Upset(_world.Guard));
        if (_world.HasDeadlines) Sometime(LetAnHourPass);
        foreach (var node in _world.Nodes) node.ClockAhead = _dice.Milliseconds(-500, 500);
        _world.Scheduler.Strikes = Strikes;
        _world.Scheduler.After(Ends, _world.Outside, Calm);
    }

    public TimeSpan StoreTravel(Life life)
    {
        if (!IsCalm && _world.Scheduler.Now < _storeSlowUntil && _dice.Chance(0.5)) return Disturbing(life, _dice.Seconds(1, 45));
        return _dice.Chance(0.02) ? _dice.Milliseconds(50, 900) : _dice.Milliseconds(0, 5);
    }

    public bool StoreRefuses(Life life) => Happens(_storeFails) && Disturbs(life, "store fails");

    public bool StoreLosesAnswer(Life life) => Happens(_storeLosesAnswer) && Disturbs(life, "store loses answer");

    public bool StoreRunsTwice() => Happens(_storeRunsTwice) && _world.Count("store runs twice");

    public bool CrashesAfterCommit() => _crashes < MostCrashes && Happens(_crashAfterCommit) && ++_crashes > 0 && _world.Count("crash after commit");

    public bool CrashesAfterSending() => _crashes < MostCrashes && Happens(_crashAfterSending) && ++_crashes > 0 && _world.Count("crash after sending");

    public bool StandsStillAfterSending() => Happens(_standsStillAfterSending);

    public bool StandsStillAfterStoring() => Happens(_standsStillAfterStoring);

    public bool KeyFails() => Happens(_keyFails) && _world.Count("key fails");

    public bool NetworkLoses() => Happens(_networkLoses) && _world.Count("network loses");

    public bool NetworkDoubles() => Happens(_networkDoubles) && _world.Count("network doubles");

    public TimeSpan NetworkTravel() => !IsCalm && _networkSlow && _dice.Chance(0.3) ? _dice.Milliseconds(100, 12_000) : _dice.Milliseconds(1, 60);

    public bool CallerHangsUp() => Happens(_hangUp) && _world.Count("caller hangs up");

    public bool ReceiverDiesBeforeAnswer() => Happens(_receiverDies) && _world.Count("receiver dies before its answer");

    public bool GuardIsAway() => Happens(_guardAway) && _world.Count("guard away");

    public bool BellIsLost() => Happens(_bellLost) && _world.Count("bell lost");

    private void Calm()
    {
        _world.Note("weather", "is calm from now on");
        IsCalm = true;
        foreach (var receiver in _world.Receivers.Values) receiver.Mood = ReceiverMood.Up;
        _world.Disk?.Restore();
        foreach (var node in _world.Nodes)
        {
            node.ClockAhead = TimeSpan.Zero;
            if (node.Life is { } life) node.Resume(life);
            else node.Start();
        }
    }

    private bool Strikes(Flow flow)
    {
        if (IsCalm || _crashes >= MostCrashes || !_dice.Chance(_crash) || _world.LifeOf(flow) is not { } life) return false;
        _crashes++;
        _world.Count("crash between awaits");
        life.Node.Crash("between two awaits");
        return true;
    }

    private void Change(Receiver receiver, ReceiverMood mood)
    {
        _world.Note(receiver.Organ, $"is {mood}");
        _world.Count($"receiver {mood}");
        receiver.Mood = mood;
    }

    private void Upset(GuardRows guard)
    {
        var how = _dice.Below(3);
        if (how == 0) guard.Wipe();
        else if (how == 1) guard.Replicate();
        else guard.FailOver();
        if (how != 1) _world.Count(how == 0 ? "guard wiped" : "guard goes back to a stale replica");
        _world.Note("guard", how == 0 ? "is wiped" : how == 1 ? "replicates" : "fails over");
    }

    private void SlowStore()
    {
        _world.Note("store", "is slow");
        _world.Count("store slow");
        _storeSlowUntil = _world.Scheduler.Now + _dice.Seconds(3, 40);
    }

    private void StepClock()
    {
        var node = AnyNode();
        var by = _dice.Below(3) switch { 0 => _dice.Seconds(-5, 5), 1 => _dice.Seconds(-90, 90), _ => _dice.Seconds(-600, 600) };
        node.ClockAhead += by;
        ClocksWereApart = true;
        _world.Count("clock steps");
        _world.Note(node.Name, $"has its clock set by {by.TotalSeconds:0.0} s");
    }

    private void LetAnHourPass()
    {
        var by = TimeSpan.FromHours(1) - _dice.Seconds(1, 90);
        _world.Count("an hour passes");
        _world.Note("clocks", $"are all set ahead by {by.TotalSeconds:0} s");
        _world.LeapBy(by);
    }

    private Node AnyNode() => _dice.Pick(_world.Nodes);

    private void Sometime(Action act) => _world.Scheduler.After(_dice.Between(TimeSpan.Zero, Ends), _world.Outside, () =>
    {
        if (!IsCalm) act();
    });

    private TimeSpan Disturbing(Life life, TimeSpan length)
    {
        life.Disturb(length);
        return length;
    }

    private bool Disturbs(Life life, string kind)
    {
        life.Disturb(TimeSpan.Zero);
        return _world.Count(kind);
    }

    private bool Happens(double probability) => !IsCalm && _dice.Chance(probability);

    private bool Some(double probability) => _dice.Chance(probability);
}
