using System.Diagnostics.CodeAnalysis;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Faults;

/// <summary>A refusal: one line of the catalogue with what was found. The one way to refuse inside the hub; the edges translate it to their protocol.</summary>
/// <param name="fault">The line of the catalogue.</param>
/// <param name="detail">What was found, for the caller; never personal data.</param>
/// <param name="rule">The rule that refused, as <c>sig.digest</c>; empty where the fault says it all.</param>
[SuppressMessage("Naming", "CA1710", Justification = "Fault is the field's word for it, and the catalogue's.")]
public sealed class ExchangeFault(Fault fault, string detail, string rule = "") : Exception(detail)
{
    public Fault Fault { get; } = fault;

    public string Detail { get; } = detail;

    public string Rule { get; } = rule;

    /// <summary>When it may be worth trying again, where the hub knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The number under which the audit holds this refusal; null until it is recorded.</summary>
    public string? Reference { get; internal set; }

    /// <summary>Signed evidence SUBMISSION_REJECTION; empty where the sender is not known for sure, or the refusal is not for good.</summary>
    public ReadOnlyMemory<byte> Evidence { get; internal set; }
}
