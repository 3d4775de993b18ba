namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>What happens to the hub in one round.</summary>
internal enum Blow
{
    KillFirstHub,
    KillSecondHub,
    PauseFirstHub,
    PauseSecondHub,
    KillRedis,
    KillPostgres,

    /// <summary>All four at once: the power went.</summary>
    KillEverything,
}

/// <summary>One round as it was drawn: the same seed draws the same rounds.</summary>
/// <param name="Blow">What.</param>
/// <param name="After">How long after the round began.</param>
/// <param name="Down">How long what was killed stays away, or what was paused stands still.</param>
internal sealed record Round(Blow Blow, TimeSpan After, TimeSpan Down)
{
    /// <summary>Dealt like cards, so that in seven rounds each blow falls once.</summary>
    public static IReadOnlyList<Round> Draw(int seed, int count)
    {
        var choices = new Random(seed);
        List<Round> rounds = [];
        while (rounds.Count < count)
        {
            var deck = Enum.GetValues<Blow>();
            choices.Shuffle(deck);
            rounds.AddRange(deck.Select(blow => new Round(blow, Milliseconds(50, 900), Of(blow))));
        }

        return rounds[..count];

        TimeSpan Milliseconds(int from, int to) => TimeSpan.FromMilliseconds(choices.Next(from, to));

        TimeSpan Of(Blow blow) => blow is Blow.PauseFirstHub or Blow.PauseSecondHub ? TwoHubs.Lease + Milliseconds(200, 1500) : Milliseconds(0, 1200);
    }

    public override string ToString() => $"{Blow} after {After.TotalMilliseconds:0} ms for {Down.TotalMilliseconds:0} ms";
}
