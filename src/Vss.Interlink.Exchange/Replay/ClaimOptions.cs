using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>Section <c>Exchange:Claims</c>. Without <see cref="Redis"/> the node's own memory stands in front of the ledger, which is right for one node and never wrong for several.</summary>
public sealed class ClaimOptions
{
    /// <summary>How long a message stays with a process that does not end its work on it. Whoever comes later takes the message over.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long Redis remembers what was accepted. The ledger remembers for ever.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often a submission that waits for an equal one at another node asks again.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Signed requests of one partner that a node remembers within their windows; above that it answers OVERLOADED.</summary>
    public int MaxNonces { get; set; } = 100_000;

    /// <summary>What a partner may send that has no line in <see cref="Partners"/>.</summary>
    public PartnerLimits Limits { get; set; } = new();

    /// <summary>Limits by organ code; one that stands here has none of <see cref="Limits"/>.</summary>
    public IDictionary<string, PartnerLimits> Partners { get; } = new Dictionary<string, PartnerLimits>(StringComparer.Ordinal);

    /// <summary>Redis in front of the ledger; null without.</summary>
    public RedisOptions? Redis { get; set; }

    /// <summary>What the partner may send.</summary>
    public PartnerLimits LimitsOf(OrganId partner) => Partners.TryGetValue(partner.ToString(), out var own) ? own : Limits;

    /// <summary>Adds what is wrong, one sentence each.</summary>
    internal void Check(ICollection<string> wrong)
    {
        Bounds.Check("Claims:Lease", Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), wrong);
        Bounds.Check("Claims:Keep", Keep, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650), wrong);
        if (Keep < Lease) wrong.Add("Claims:Keep must not be below Claims:Lease.");
        Bounds.Check("Claims:Poll", Poll, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), wrong);
        Bounds.Check("Claims:MaxNonces", MaxNonces, 1, 100_000_000, wrong);
        Limits.Check("Claims:Limits", wrong);
        foreach (var (organ, limits) in Partners)
        {
            if (!OrganId.TryParse(organ, out _)) wrong.Add($"Claims:Partners: '{organ}' is no organ code.");
            limits.Check($"Claims:Partners:{organ}", wrong);
        }

        Redis?.Check(wrong);
    }
}

/// <summary>What one partner may send, over all nodes where Redis counts, else at each node. Above it the hub answers OVERLOADED and when to come again.</summary>
public sealed class PartnerLimits
{
    /// <summary>Submissions a second, in the long run.</summary>
    public double RatePerSecond { get; set; } = 2000;

    /// <summary>Submissions at once after a rest.</summary>
    public int Burst { get; set; } = 2000;

    /// <summary>Submissions that are being taken in at one moment.</summary>
    public int InFlight { get; set; } = 256;

    internal void Check(string at, ICollection<string> wrong)
    {
        Bounds.Check($"{at}:RatePerSecond", RatePerSecond, 0.001, 1_000_000, wrong);
        Bounds.Check($"{at}:Burst", Burst, 1, 1_000_000, wrong);
        Bounds.Check($"{at}:InFlight", InFlight, 1, 100_000, wrong);
    }
}
