using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>Section <c>Exchange:Delivery</c>: how the hub hands over, and what holds for a partner of whom <see cref="Partners"/> says nothing else.</summary>
public sealed class DeliveryOptions
{
    internal const int MostAtOnce = 1024;

    /// <summary>How long a lease lasts without a heartbeat: how late a dead node's work is taken up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker looks for work that nobody told it of.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often deadlines are looked at.</summary>
    public TimeSpan DeadlinePoll { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Hand-overs at once of one node, per connector.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>Hand-overs at once of one node, per partner.</summary>
    public int PartnerConcurrency { get; set; } = 8;

    /// <summary>How long one hand-over may take.</summary>
    public TimeSpan HandOverTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Attempts until a delivery is dead and waits for a person.</summary>
    public int MaxAttempts { get; set; } = 12;

    /// <summary>How long a delivery is tried at most, also where attempts are not counted because the partner rests; then it is dead.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>Wait after the first failed attempt; it doubles with each further one.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Failed attempts within <see cref="BreakerWindow"/>, with no answer between them, after which a partner is left in peace by all nodes.</summary>
    public int BreakerFailures { get; set; } = 5;

    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a partner is left in peace before one attempt probes him.</summary>
    public TimeSpan BreakerRest { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is different for single partners.</summary>
    public IList<PartnerDeliveryOptions> Partners { get; } = [];

    /// <summary>Adds what is wrong, one sentence each.</summary>
    internal void Check(ICollection<string> wrong)
    {
        Bounds.Check("Delivery:Lease", Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), wrong);
        Bounds.Check("Delivery:Poll", Poll, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), wrong);
        Bounds.Check("Delivery:DeadlinePoll", DeadlinePoll, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), wrong);
        Bounds.Check("Delivery:Concurrency", Concurrency, 1, MostAtOnce, wrong);
        Bounds.Check("Delivery:PartnerConcurrency", PartnerConcurrency, 1, MostAtOnce, wrong);
        DeliveryProfile.Of(this, null).Check("Delivery", wrong);
        HashSet<OrganId> seen = [];
        foreach (var partner in Partners)
        {
            if (!OrganId.TryParse(partner.Receiver, out var organ)) wrong.Add($"Delivery:Partners: '{partner.Receiver}' is no organ code.");
            else if (!seen.Add(organ)) wrong.Add($"Delivery:Partners: {organ} stands twice.");
            partner.Check($"Delivery:Partners:{partner.Receiver}", wrong);
            DeliveryProfile.Of(this, partner).Check($"Delivery:Partners:{partner.Receiver}", wrong);
        }
    }
}

/// <summary>One entry of <c>Exchange:Delivery:Partners</c>; what is not set is as for everybody.</summary>
public sealed class PartnerDeliveryOptions
{
    public string? Receiver { get; set; }

    /// <summary>Hand-overs at once of one node.</summary>
    public int? Concurrency { get; set; }

    /// <summary>Whether what one organ sends to this partner is handed over in the order in which it was accepted.</summary>
    public bool Ordered { get; set; }

    public TimeSpan? HandOverTimeout { get; set; }

    public int? MaxAttempts { get; set; }

    public TimeSpan? GiveUpAfter { get; set; }

    public TimeSpan? FirstWait { get; set; }

    public TimeSpan? LongestWait { get; set; }

    public int? BreakerFailures { get; set; }

    public TimeSpan? BreakerWindow { get; set; }

    public TimeSpan? BreakerRest { get; set; }

    /// <summary>The deadline: the end of so many working days after the acceptance. Without this and the next there is none.</summary>
    public int? DeadlineDays { get; set; }

    /// <summary>The deadline: so many working hours after the acceptance.</summary>
    public int? DeadlineHours { get; set; }

    /// <summary>Warn when so many working hours are left.</summary>
    public int WarnHours { get; set; }

    internal void Check(string where, ICollection<string> wrong)
    {
        if (DeadlineDays is not null && DeadlineHours is not null) wrong.Add($"{where}: of DeadlineDays and DeadlineHours one is the deadline.");
        Bounds.Check($"{where}:Concurrency", Concurrency, 1, DeliveryOptions.MostAtOnce, wrong);
        Bounds.Check($"{where}:DeadlineDays", DeadlineDays, 1, 250, wrong);
        Bounds.Check($"{where}:DeadlineHours", DeadlineHours, 1, 2000, wrong);
        Bounds.Check($"{where}:WarnHours", WarnHours, 0, 2000, wrong);
        if (WarnHours > 0 && DeadlineDays is null && DeadlineHours is null) wrong.Add($"{where}:WarnHours without a deadline warns of nothing.");
    }
}
