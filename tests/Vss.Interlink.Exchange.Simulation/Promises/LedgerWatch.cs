using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>Compares the ledger after each commit with what it was before: which rows may come, which may change and how, and what must fit together.</summary>
internal sealed class LedgerWatch(World world, IReadOnlyList<Letter> letters)
{
    /// <summary>By how many ms two right clocks may differ.</summary>
    public const long ClockSlack = 1000;

    private readonly Dictionary<string, (Life Life, TimeSpan At)> _holders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _boxed = new(StringComparer.Ordinal);
    private readonly Lanes _lanes = new(world);
    private readonly ArchiveWatch _archive = new(world);
    private readonly BodyWatch _bodies = new(world);
    private readonly Dictionary<(string Delivery, bool Discarded), int> _decisions = [];
    private LedgerReader? _reader;
    private List<EvidenceRow> _evidence = [];

    public Dictionary<string, ExchangeRow> Exchanges { get; private set; } = new(StringComparer.Ordinal);

    public Dictionary<string, DeliveryRow> Deliveries { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Deliveries that somebody has to do something about still.</summary>
    public int Open { get; private set; }

    /// <summary>How many the hub itself had to do something about, at most at a time.</summary>
    public int MostOutstanding { get; private set; }

    public static bool IsOpen(DeliveryState state) => state is DeliveryState.Pending or DeliveryState.Leased or DeliveryState.Available;

    /// <summary>What comes after a delivery in its lane; nothing where there is no order.</summary>
    public IEnumerable<DeliveryRow> Behind(DeliveryRow row) => _lanes.Behind(row);

    /// <summary>How often a person's decision was written.</summary>
    public int Decisions(string delivery, bool discarded) => _decisions.GetValueOrDefault((delivery, discarded));

    public bool IsHeld(string exchange) => _archive.IsHeld(exchange);

    /// <summary>What is wrong with what is stored when nothing will come any more; or null.</summary>
    public string? BodiesAtTheEnd(bool storedMeanwhile) => _bodies.AtTheEnd([.. Accepted()], storedMeanwhile);

    public void Begin() => _reader = world.Fixtures.Reader;

    public ExchangeRow? Find((OrganId Sender, MessageId MessageId) key) =>
        Exchanges.Values.FirstOrDefault(row => row.Sender == key.Sender.ToString() && row.MessageId == key.MessageId.ToString());

    /// <summary>The exchange that the letter became: under its own id, or under that of the same sealed document.</summary>
    public ExchangeRow? Find(Letter letter) => Find(letter.Key) ?? (letter.Seal.Length == 0 ? null : Exchanges.Values.FirstOrDefault(row => row.Seal == letter.Seal && row.Sender == letter.Key.Sender.ToString()));

    /// <summary>Reads what changed. What is wrong with it, or null.</summary>
    public string? Look(Life writer)
    {
        var (exchanges, deliveries, evidence) = (world.Database.TakeChanged("exchanges"), world.Database.TakeChanged("deliveries"), world.Database.TakeChanged("evidence"));
        var (archived, holds) = (world.Database.TakeChanged("archived"), world.Database.TakeChanged("holds"));
        string? broken = null;
        if (archived) broken = _archive.Look(_reader!.Archived(), Exchanges, _evidence, LetterOf);
        if (holds) _archive.Hold(_reader!.Held());
        if (!exchanges && !deliveries && !evidence) return broken ?? (world.HasBodies ? _bodies.Look(Accepted()) : null);
        if (exchanges) broken ??= Look(_reader!.Exchanges());
        if (deliveries) broken ??= Look(_reader!.Deliveries(), writer);
        if (evidence) broken ??= Look(_reader!.Evidence());
        return broken ?? Together() ?? (world.HasBodies ? _bodies.Look(Accepted()) : null);
    }

    /// <summary>What is missing of an accepted letter when nothing will come any more; or null.</summary>
    public string? AtTheEnd(ExchangeRow exchange, Letter letter)
    {
        var deliveries = Deliveries.Values.Where(row => row.Exchange == exchange.Id).ToList();
        foreach (var dossier in deliveries.Where(row => row.Purpose == "dossier"))
        {
            if (dossier.State == DeliveryState.Delivered && !Has(dossier)) return $"'{letter.Name}' is DELIVERED and {dossier.Receiver} has it not";
            if (!exchange.Statuses) continue;
            string[] statuses = [.. deliveries.Where(row => row.About == dossier.Id).Select(row => row.Purpose).Order(StringComparer.Ordinal)];
            var expected = dossier.State switch
            {
                DeliveryState.Refused or DeliveryState.Expired or DeliveryState.Discarded => "status:01 status:02",
                DeliveryState.Delivered when dossier.Connector != Town.AxisRoad => "status:01 status:03",
                _ => "status:01",
            };
            if (string.Join(' ', statuses) != expected) return $"the sender of '{letter.Name}' is told {string.Join(' ', statuses)} of {dossier.Receiver}, and should be told {expected}";
        }

        var waitsForAPerson = !world.HasClerk && deliveries.Any(row => row.State == DeliveryState.Dead || _lanes.IsBlocked(row));
        return waitsForAPerson || ExchangeStates.IsFinished(exchange.State) ? null : $"'{letter.Name}' is still {exchange.State}";
    }

    private string? Look(List<ExchangeRow> now)
    {
        var before = Exchanges;
        Exchanges = now.ToDictionary(row => row.Id, StringComparer.Ordinal);
        foreach (var old in before.Values)
        {
            if (!Exchanges.TryGetValue(old.Id, out var row)) return $"'{old.Subject}' has gone from the ledger";
            if (_archive.Has(old.Id)) Exchanges[old.Id] = row = row with { Subject = old.Subject };
            if (!row.Receipt.AsSpan().SequenceEqual(old.Receipt) || row with { State = old.State, Receipt = old.Receipt } != old) return $"what was accepted as '{old.Subject}' has changed";
        }

        foreach (var row in now.Where(row => !before.ContainsKey(row.Id)))
        {
            if (now.Any(other => other.Id != row.Id && other.Sender == row.Sender && other.MessageId == row.MessageId)) return $"{row.MessageId} of {row.Sender} was accepted twice";
            if (now.Any(other => other.Id != row.Id && other.Sender == row.Sender && row.Seal.Length > 0 && other.Seal == row.Seal)) return $"the sealed document '{row.Subject}' was accepted twice";
            if (!letters.Any(letter => letter.Key.Sender.ToString() == row.Sender && letter.Key.MessageId.ToString() == row.MessageId && Checker.Digest(letter) == row.Digest && !letter.Undeliverable)) return $"'{row.Subject}' was accepted, and nobody sent that";
        }

        return null;
    }

    private string? Look(List<DeliveryRow> now, Life writer)
    {
        var before = Deliveries;
        if (world.HasArchive)
        {
            if (now.Find(row => _archive.Has(row.Exchange)) is { } left) return $"{Trace.Short(left.Id)} is archived and still in the tables";
            now.InsertRange(0, before.Values.Where(row => _archive.Has(row.Exchange)));
        }

        Deliveries = now.ToDictionary(row => row.Id, StringComparer.Ordinal);
        _lanes.Look(now, Exchanges);
        Open = now.Count(row => world.HasClerk ? IsOpen(row.State) || row.State == DeliveryState.Dead : IsOpen(row.State) && !_lanes.IsBlocked(row));
        MostOutstanding = Math.Max(MostOutstanding, now.Count(row => row.State is DeliveryState.Pending or DeliveryState.Leased));
        foreach (var old in before.Values)
        {
            if (!Deliveries.TryGetValue(old.Id, out var row)) return $"{Trace.Short(old.Id)} has gone from the ledger";
            if (row == old) continue;
            if (row with { State = old.State, Attempts = old.Attempts, DueAt = old.DueAt, Fence = old.Fence } != old) return $"{Trace.Short(old.Id)} is another delivery now";
            if (Step(old, row, writer) is { } broken) return $"{Trace.Short(old.Id)}, {old.Purpose} to {old.Receiver}: {broken}";
            if (row.State == DeliveryState.Available) _boxed.Add(row.Id);
        }

        return now.Where(row => !before.ContainsKey(row.Id)).Any(row => row.State != DeliveryState.Pending) ? "a delivery begins otherwise than PENDING" : null;
    }

    private string? Step(DeliveryRow old, DeliveryRow row, Life writer)
    {
        if (row.State == DeliveryState.Expired && old.State != DeliveryState.Expired) return Expired(old, row, writer);
        if (row.State != old.State && !DeliveryStates.MayFollow(old.State, row.State)) return $"{old.State} became {row.State}";
        if (old.State == DeliveryState.Dead) return Decided(old, row);
        if (!IsOpen(old.State) && row != old) return $"it is {old.State} and changes";
        if (row.State == DeliveryState.Leased && row.Fence > old.Fence) return Taken(old, row, writer);
        if (row.Fence != old.Fence) return "its fencing token changes without a lease";
        if (old.State == DeliveryState.Leased && _holders[old.Id].Life != writer) return IsBroughtForward(old, row, writer) ? null : $"{writer.Name} writes under the lease of {_holders[old.Id].Life.Name}";
        if (row.State == DeliveryState.Leased) _holders[old.Id] = (writer, world.Scheduler.Now);
        return row.State switch
        {
            DeliveryState.Delivered when !Has(row) => "it is DELIVERED, and the receiver has it not",
            DeliveryState.Refused when !world.Receivers[row.Receiver].Refused(row.Id) => "it is REFUSED, and the receiver did not refuse it",
            DeliveryState.Available when row.Connector != Town.BoxRoad => "it is AVAILABLE, and its receiver has no box",
            DeliveryState.Dead when row.Attempts < world.Delivery.MaxAttempts => $"it is DEAD after {row.Attempts} attempts",
            _ => null,
        };
    }

    private string? Decided(DeliveryRow old, DeliveryRow row)
    {
        if (row.State == DeliveryState.Dead || row.Fence != old.Fence) return "it is Dead and changes";
        if (!world.HasClerk) return $"it is {row.State}, and nobody decided that";
        var discarded = row.State == DeliveryState.Discarded;
        _decisions[(row.Id, discarded)] = Decisions(row.Id, discarded) + 1;
        world.Count(discarded ? "dead letter discarded" : "dead letter redriven");
        return !discarded && row.Attempts > 0 ? $"it has new attempts, and {row.Attempts} of them are used up" : null;
    }

    private string? Taken(DeliveryRow old, DeliveryRow row, Life writer)
    {
        if (row.Fence != old.Fence + 1) return "its fencing token leaps";
        if (TakenFrom(old) is { } holder) return $"{writer.Name} takes it from {holder.Name}, which works on it and was not disturbed";
        if (_lanes.Ahead(row) is { } ahead) return $"it is taken before {Trace.Short(ahead.Id)}, which is ahead of it in its lane and {ahead.State}";
        if (!world.Weather.ClocksWereApart && row.ExpiresAt < Shown(writer) - ClockSlack) return "it is taken after its deadline";
        _holders[old.Id] = (writer, world.Scheduler.Now);
        return null;
    }

    private string? Expired(DeliveryRow old, DeliveryRow row, Life writer)
    {
        if (!(IsOpen(old.State) || old.State == DeliveryState.Dead)) return $"{old.State} became EXPIRED";
        world.Count($"deadline of {old.State}");
        if (row.ExpiresAt is null) return "it is EXPIRED and had no deadline";
        if (row.Fence != old.Fence) return "its fencing token changes without a lease";
        if (!world.Weather.ClocksWereApart && row.ExpiresAt > Shown(writer) + ClockSlack) return "it is EXPIRED before its deadline";
        return TakenFrom(old) is { } holder ? $"{writer.Name} expires it under {holder.Name}, which works on it and was not disturbed" : null;
    }

    // To a clock that is far behind, the lease was written by one that was ahead, and would lie there for hours; who holds it is fenced off by the next who takes it.
    private bool IsBroughtForward(DeliveryRow old, DeliveryRow row, Life writer) =>
        world.Weather.ClocksWereApart && row == old with { DueAt = row.DueAt } && old.DueAt > Shown(writer) + (long)DeliveryWorker.ClocksDiffer.TotalMilliseconds && row.DueAt <= Shown(writer) + ClockSlack;

    // Whose lease it is that he looks after; null where it may be taken.
    private Life? TakenFrom(DeliveryRow old) =>
        old.State == DeliveryState.Leased && _holders[old.Id] is var (holder, at) && !holder.Flow.Ended && holder.DisturbedUntil < at && !world.Weather.ClocksWereApart ? holder : null;

    private static long Shown(Life life) => life.Clock.Shown.ToUnixTimeMilliseconds();

    private string? Look(List<EvidenceRow> now)
    {
        var before = world.HasArchive ? _evidence.FindAll(row => !_archive.Has(row.Exchange)) : _evidence;
        _evidence = now;
        if (now.Count < before.Count) return "evidence has gone";
        for (var at = 0; at < before.Count; at++)
            if (before[at] with { Document = now[at].Document } != now[at] || !before[at].Document.AsSpan().SequenceEqual(now[at].Document)) return "evidence has changed";
        return null;
    }

    // What the tables must say together, whatever happened.
    private string? Together()
    {
        foreach (var exchange in Exchanges.Values)
        {
            if (_archive.Has(exchange.Id)) continue;
            var deliveries = Deliveries.Values.Where(row => row.Exchange == exchange.Id).ToList();
            if (LetterOf(exchange) is { } sent && deliveries.Count(row => row.Purpose == "dossier") != sent.Submission.DeliverTo.Count) return $"'{exchange.Subject}' is accepted, and not queued for everybody";
            if (exchange.State != ExchangeStates.Of([.. deliveries.Select(row => (DeliveryPurpose.Stored(row.Purpose), row.State))])) return $"'{exchange.Subject}' is {exchange.State}, and its deliveries say otherwise";
            var receipts = _evidence.Where(row => row.Exchange == exchange.Id && row.Type == EvidenceType.SubmissionAcceptance).ToList();
            if (receipts is not [var receipt] || !receipt.Document.AsSpan().SequenceEqual(exchange.Receipt)) return $"'{exchange.Subject}' has {receipts.Count} acceptances in evidence, or another than its receipt";
        }

        foreach (var delivery in Deliveries.Values)
        {
            if (_archive.Has(delivery.Exchange)) continue;
            var relay = delivery.Connector == Town.AxisRoad;
            var isBoxed = delivery.Connector == Town.BoxRoad && delivery.Purpose == "dossier";
            var wasBoxed = isBoxed && _boxed.Contains(delivery.Id);
            foreach (var (type, stands) in new[]
                     {
                         (EvidenceType.RelayAcceptance, relay && delivery.State == DeliveryState.Delivered),
                         (EvidenceType.RelayRejection, relay && delivery.State == DeliveryState.Refused),
                         (EvidenceType.Delivery, !relay && (delivery.State == DeliveryState.Delivered || wasBoxed)),
                         (EvidenceType.NonDelivery, (!relay && delivery.State == DeliveryState.Refused) || (delivery.State is DeliveryState.Expired or DeliveryState.Discarded && !wasBoxed)),
                         (EvidenceType.Retrieval, isBoxed && delivery.State == DeliveryState.Delivered),
                         (EvidenceType.NonRetrieval, delivery.State == DeliveryState.Expired && wasBoxed),
                     })
                if (Count(delivery, type) != (stands ? 1 : 0)) return $"{Trace.Short(delivery.Id)} is {delivery.State} with {Count(delivery, type)} {type}";

            // What `ledger verify` would call broken.
            var standing = _evidence.Where(row => row.Delivery == delivery.Id).Select(row => row.Type).ToList();
            if ((EvidenceDue.Missing(delivery.State, delivery.Connector, standing) ?? EvidenceDue.Surplus(delivery.State, delivery.Connector, standing)) is { } wrong) return $"a proof would not let pass that {Trace.Short(delivery.Id)} is {delivery.State}, for {wrong}";
        }

        return null;
    }

    private Letter? LetterOf(ExchangeRow exchange) => letters.FirstOrDefault(letter => letter.Key.MessageId.ToString() == exchange.MessageId && letter.Key.Sender.ToString() == exchange.Sender && Checker.Digest(letter) == exchange.Digest);

    private IEnumerable<Letter> Accepted() => Exchanges.Values.Where(row => !_archive.Has(row.Id)).Select(LetterOf).OfType<Letter>();

    private bool Has(DeliveryRow delivery) =>
        delivery.Connector == Town.BoxRoad && delivery.Purpose == "dossier" ? world.BoxReaders[delivery.Receiver].Opened(delivery.Id) : world.Receivers[delivery.Receiver].Took(delivery.Id);

    private int Count(DeliveryRow delivery, string type) => _evidence.Count(row => row.Delivery == delivery.Id && row.Type == type);
}
