using Vss.Interlink.Exchange.Delivery;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>How a receiver is at the moment.</summary>
internal enum ReceiverMood
{
    Up,
    Down,
    Hanging,
    Slow,
    Busy,
}

/// <summary>A system that takes deliveries at the end of a road. It honours the idempotency key: what it took or refused once, it answers the same way again and does nothing more.</summary>
internal sealed class Receiver(World world, string organ, bool refuses)
{
    private readonly Dictionary<string, HandOver> _answers = new(StringComparer.Ordinal);

    public string Organ => organ;

    public ReceiverMood Mood { get; set; }

    /// <summary>Whether it has the delivery.</summary>
    public bool Took(string key) => _answers.TryGetValue(key, out var answer) && answer is HandOver.Delivered;

    /// <summary>Whether it refused the delivery for good.</summary>
    public bool Refused(string key) => _answers.TryGetValue(key, out var answer) && answer is HandOver.Refused;

    /// <summary>Whether it answered for the delivery already, in either way.</summary>
    public bool Knows(string key) => _answers.ContainsKey(key);

    /// <summary>What arrives at its door.</summary>
    public HandOver Take(DeliveryWork work, string key)
    {
        if (Mood == ReceiverMood.Busy) return new HandOver.NotNow("Busy.", world.Dice.Chance(0.5) ? world.Dice.Seconds(1, 30) : null);
        if (_answers.TryGetValue(key, out var before)) return before;
        world.Checker.HandedOver(work, key);
        var refuse = refuses && work.Purpose.IsDossier;
        world.Note(organ, $"{(refuse ? "refuses" : "takes")} {work.Purpose} of {work.MessageId}");
        return _answers[key] = refuse ? new HandOver.Refused(V1.Fault.PartnerRefused, "Not ours.") : new HandOver.Delivered($"ext-{organ}-{_answers.Count}");
    }
}
