using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Hub;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>
/// Holds the hub to what it promises, after every commit and at every word that leaves it or reaches a partner. It knows what partners sent and got and what the ledger holds, and nothing of how the hub works; of the
/// faults it knows only which node was kept from looking after its leases.
/// </summary>
internal sealed class Checker(World world, IReadOnlyList<Letter> letters)
{
    private readonly LedgerWatch _ledger = new(world, letters);
    private readonly HashSet<string> _firsts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Exchange, string Receiver, string Purpose), string> _handedOver = [];
    private readonly Dictionary<string, DateTimeOffset> _confirmed = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Delivery, bool Discarded), int> _decided = [];

    /// <summary>The first promise that was broken.</summary>
    public string? Broken { get; private set; }

    public int OpenDeliveries => _ledger.Open;

    public void Begin() => _ledger.Begin();

    public void Break(string what)
    {
        if (Broken is not null) return;
        Broken = what;
        world.Note("checker", $"BROKEN: {what}");
    }

    /// <summary>Something was committed.</summary>
    public void Committed(Life writer, string what)
    {
        if (_ledger.Look(writer) is { } broken) Break($"{broken} (after {what} of {writer.Name})");
    }

    /// <summary>A receipt leaves the hub: from now on the exchange may not be lost.</summary>
    public void ReceiptLeaves(Letter letter, Acceptance acceptance)
    {
        var id = acceptance.ExchangeId.ToString();
        if (!_ledger.Exchanges.TryGetValue(id, out var row)) Break($"a receipt for '{letter.Name}' leaves, and the ledger does not hold the exchange");
        else if (!row.Receipt.AsSpan().SequenceEqual(acceptance.Receipt)) Break($"the receipt for '{letter.Name}' is not the one that the ledger holds");
        else if (!IsFor(row, letter)) Break($"the receipt for '{letter.Name}' is that of '{row.Subject}'");
        else if (letter.WasRefused) Break($"'{letter.Name}' gets a receipt and was refused before");
        else if (!acceptance.Repeated && !_firsts.Add(id)) Break($"'{letter.Name}' is the first a second time");
    }

    /// <summary>A refusal leaves the hub.</summary>
    public void RefusalLeaves(Letter letter, ExchangeFault refusal, TimeSpan took)
    {
        switch (refusal.Fault)
        {
            case Fault.MessageIdReused:
                if (!letter.Rivalled || _ledger.Find(letter.Key) is not { } row || row.Digest == Digest(letter)) Break($"'{letter.Name}' is called a conflict, and no other content stands under its id");
                else if (letter.Receipt is not null) Break($"'{letter.Name}' is called a conflict and had a receipt before");
                letter.WasRefused = true;
                break;
            case Fault.UnknownReceiver:
                if (!letter.Undeliverable) Break($"'{letter.Name}' is refused for a receiver that can be reached");
                letter.WasRefused = true;
                break;
            case Fault.InFlight or Fault.SealingFailed:
                break;
            case Fault.Overloaded when refusal.Rule == "limit.submission-time":
                world.Count("submission took too long");
                // Another node with another clock may have stored the same last.
                if (letter.Attachments.Count == 0 || (took.TotalMilliseconds + LedgerWatch.ClockSlack < World.LongestSubmission.TotalMilliseconds && !world.Weather.ClocksWereApart)) Break($"'{letter.Name}' is refused as too slow, and took {took.TotalSeconds:0.0} s");
                break;
            case Fault.Overloaded:
                world.Count("no room for more");
                if (_ledger.MostOutstanding < world.MaxOutstanding) Break($"'{letter.Name}' is refused for want of room, and there was room all the time");
                break;
            default:
                Break($"'{letter.Name}' is refused by {refusal.Fault}");
                break;
        }
    }

    /// <summary>The sender hears.</summary>
    public void AnswerArrives(Letter letter, SenderAnswer answer)
    {
        if (answer is not SenderAnswer.Receipt(var acceptance)) return;
        letter.Receipt ??= acceptance.Receipt;
        if (!letter.Receipt.AsSpan().SequenceEqual(acceptance.Receipt)) Break($"the sender of '{letter.Name}' holds two different receipts");
    }

    /// <summary>A receiver takes or refuses what it does not know yet.</summary>
    public void HandedOver(DeliveryWork work, string key)
    {
        if (work.Purpose.IsDossier && _ledger.Exchanges.TryGetValue(work.ExchangeId.ToString(), out var row) && work.Dossier.Subject != row.Subject) Break($"'{row.Subject}' arrives as '{work.Dossier.Subject}'");
        if (_ledger.Deliveries.GetValueOrDefault(key) is { } given && InFrontOf(given) is { } later) Break($"{given.Receiver} is given {Trace.Short(given.Id)} after {Trace.Short(later.Id)}, which was accepted later");
        Given(work.ExchangeId, work.Receiver.ToString(), work.Purpose.ToString(), key);
    }

    /// <summary>A box's owner opens what he did not open before.</summary>
    public void Opened(OpenedDelivery opened, string receiver) => Given(opened.Item.Exchange, receiver, "dossier", opened.Item.Delivery.ToString());

    /// <summary>The hub says when a delivery was taken over; the same time for ever.</summary>
    public void Confirmed(DeliveryId delivery, DateTimeOffset at)
    {
        if (_confirmed.TryAdd(delivery.ToString(), at)) return;
        if (_confirmed[delivery.ToString()] != at) Break($"{Trace.Short(delivery)} was taken over at two different times");
    }

    /// <summary>Somebody opens a delivery in his box, perhaps not for the first time.</summary>
    public void Read(OpenedDelivery opened)
    {
        if (_ledger.Exchanges.GetValueOrDefault(opened.Item.Exchange.ToString()) is { } row && opened.Dossier.Subject != row.Subject) Break($"'{row.Subject}' is opened and reads '{opened.Dossier.Subject}'");
    }

    /// <summary>An attachment is on its way to a receiver.</summary>
    public void Given(Attachment attachment, byte[] octets)
    {
        if (BodyWatch.Given(attachment, octets) is { } broken) Break(broken);
    }

    /// <summary>Somebody hears that a dead letter is discarded, or has new attempts.</summary>
    public void Decided(string delivery, bool discarded)
    {
        var heard = _decided[(delivery, discarded)] = _decided.GetValueOrDefault((delivery, discarded)) + 1;
        if (heard > _ledger.Decisions(delivery, discarded)) Break($"{Trace.Short(delivery)} is said to be {(discarded ? "discarded" : "redriven")} {heard} times, and the ledger says less");
    }

    /// <summary>Somebody hears that his hold stands.</summary>
    public void Held(string exchange)
    {
        world.Count("hold placed");
        if (!_ledger.IsHeld(exchange)) Break($"a hold on '{_ledger.Exchanges[exchange].Subject}' is said to stand, and does not");
    }

    public string? AnyExchange() => Any(_ledger.Exchanges);

    public string? AnyDelivery() => Any(_ledger.Deliveries);

    public string Unfinished() => string.Join("; ", _ledger.Deliveries.Values.Where(row => LedgerWatch.IsOpen(row.State)).Select(row => $"{Trace.Short(row.Id)} {row.Purpose} to {row.Receiver} is {row.State} after {row.Attempts} attempts"));

    /// <summary>Everything is calm and settled: nothing may be missing.</summary>
    public void AtTheEnd(bool storedAtTheEnd)
    {
        if (world.HasBodies && _ledger.BodiesAtTheEnd(storedAtTheEnd) is { } lost) Break(lost);
        foreach (var letter in letters)
        {
            var row = _ledger.Find(letter);
            if (letter.Undeliverable && row is not null) Break($"'{letter.Name}' was refused and accepted");
            if (letter.WasRefused == (letter.Receipt is not null)) Break($"'{letter.Name}' has {(letter.WasRefused ? "both a receipt and" : "neither a receipt nor")} a refusal");
            if (letter.Receipt is null) continue;
            if (row is null) Break($"'{letter.Name}' has a receipt and is lost");
            else if (_ledger.AtTheEnd(row, letter) is { } broken) Break(broken);
        }
    }

    internal static string Digest(Letter letter) => Convert.ToHexString(letter.Submission.Digest.Octets);

    private string? Any<T>(Dictionary<string, T> rows) => rows.Count == 0 ? null : rows.ElementAt(world.Dice.Below(rows.Count)).Key;

    // A sealed document that came again under another id of its transport is the same again.
    private static bool IsFor(ExchangeRow row, Letter letter) =>
        letter.Seal.Length > 0 && row.Seal == letter.Seal && row.Sender == letter.Key.Sender.ToString()
        || (row.Sender == letter.Key.Sender.ToString() && row.MessageId == letter.Key.MessageId.ToString() && row.Digest == Digest(letter));

    // What expired is out of the lane, and may be on its way still.
    private DeliveryRow? InFrontOf(DeliveryRow given) => given.State == DeliveryState.Expired ? null : _ledger.Behind(given).FirstOrDefault(behind => world.Receivers[behind.Receiver].Knows(behind.Id));

    private void Given(ExchangeId exchange, string receiver, string purpose, string key)
    {
        if (!_ledger.Exchanges.ContainsKey(exchange.ToString())) Break($"{receiver} is given something that was never accepted");
        else if (!_ledger.Deliveries.TryGetValue(key, out var row) || row.Receiver != receiver || row.Purpose != purpose) Break($"{receiver} is given a {purpose} under a key that is no delivery of it");
        else if (!_handedOver.TryAdd((exchange.ToString(), receiver, purpose + row.About), key)) Break($"{receiver} gets the same {purpose} twice, under two keys");
    }
}
