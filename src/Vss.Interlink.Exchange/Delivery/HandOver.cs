using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>How a hand-over ended.</summary>
public abstract record HandOver
{
    private HandOver() { }

    /// <summary>The other side has it and said so.</summary>
    /// <param name="ExternalId">The partner's id, as the axis's docId; empty when it gives none.</param>
    public sealed record Delivered(string ExternalId = "") : HandOver;

    /// <summary>It lies in the receiver's box until he fetches and confirms it.</summary>
    public sealed record Available : HandOver;

    /// <summary>Never: the receiver refuses it, or it cannot be given in a form that he takes. The sender is told.</summary>
    /// <param name="Fault">A permanent line of the catalogue, most often PARTNER_REFUSED.</param>
    /// <param name="Detail">Why, without personal data.</param>
    public sealed record Refused(Fault Fault, string Detail) : HandOver
    {
        /// <summary>True when the hub refused it before anybody was called: over a relay too it is then the hub's own evidence, NON_DELIVERY.</summary>
        public bool ByHub { get; init; }
    }

    /// <summary>Not this time.</summary>
    /// <param name="Detail">Why, without personal data.</param>
    /// <param name="RetryAfter">When the partner said when; otherwise the back-off decides.</param>
    /// <param name="Attempted">False when nothing was tried, as when no service is there to take it: then no attempt is counted.</param>
    public sealed record NotNow(string Detail, TimeSpan? RetryAfter = null, bool Attempted = true) : HandOver
    {
        /// <summary>True when it says nothing of the partner, as when the hub's key is away or one of the services left that he has several of: it counts as an attempt, and does not put him to rest.</summary>
        public bool SaysNothing { get; init; }
    }
}
