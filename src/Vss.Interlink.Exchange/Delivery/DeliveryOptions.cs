namespace Vss.Interlink.Exchange.Delivery;

/// <summary>How the hub hands over. Times of one node; the ledger keeps what nodes must agree on.</summary>
public sealed class DeliveryOptions
{
    /// <summary>How long a lease lasts without a heartbeat: how late a dead node's work is taken up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one hand-over may take.</summary>
    public TimeSpan HandOverTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a worker looks for work that nobody told it of.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Hand-overs at once, per connector.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>Attempts until a delivery is dead and waits for a person.</summary>
    public int MaxAttempts { get; set; } = 12;

    /// <summary>Wait after the first failed attempt; it doubles with each further one.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Failed attempts within <see cref="BreakerWindow"/> after which a partner is left in peace.</summary>
    public int BreakerFailures { get; set; } = 5;

    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a partner is left in peace before one attempt probes it.</summary>
    public TimeSpan BreakerRest { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Adds what is wrong, one sentence each.</summary>
    internal void Check(ICollection<string> wrong)
    {
        if (Lease < TimeSpan.FromSeconds(1)) wrong.Add("Delivery:Lease must be at least a second.");
        if (HandOverTimeout <= TimeSpan.Zero || HandOverTimeout > TimeSpan.FromDays(1)) wrong.Add("Delivery:HandOverTimeout must be above zero and at most a day.");
        if (Poll <= TimeSpan.Zero) wrong.Add("Delivery:Poll must be above zero.");
        if (Concurrency is < 1 or > 1024) wrong.Add("Delivery:Concurrency must be 1 to 1024.");
        if (MaxAttempts < 1) wrong.Add("Delivery:MaxAttempts must be at least 1.");
        if (FirstWait <= TimeSpan.Zero || LongestWait < FirstWait) wrong.Add("Delivery:FirstWait must be above zero and Delivery:LongestWait not below it.");
        if (BreakerFailures < 2) wrong.Add("Delivery:BreakerFailures must be at least 2.");
        if (BreakerWindow < TimeSpan.FromSeconds(1) || BreakerRest < TimeSpan.FromSeconds(1)) wrong.Add("Delivery:BreakerWindow and Delivery:BreakerRest must be at least a second.");
    }
}
