namespace Vss.Interlink.Exchange.Evidence;

/// <summary>The nine events that there is evidence of (ETSI EN 319 522-1; priorities and occurrence after e-CODEX).</summary>
public static class EvidenceType
{
    /// <summary>The hub owns the dossier; the sender's receipt.</summary>
    public const string SubmissionAcceptance = "SUBMISSION_ACCEPTANCE";

    /// <summary>The hub refused the dossier of an authenticated sender for good.</summary>
    public const string SubmissionRejection = "SUBMISSION_REJECTION";

    /// <summary>Another relay, as the axis, has it.</summary>
    public const string RelayAcceptance = "RELAY_REMMD_ACCEPTANCE";

    /// <summary>Another relay could not take it: the attempts are used up, or the deadline passed. One per round of attempts, not one per attempt.</summary>
    public const string RelayFailure = "RELAY_REMMD_FAILURE";

    /// <summary>Another relay refused it for good.</summary>
    public const string RelayRejection = "RELAY_REMMD_REJECTION";

    /// <summary>The receiver has it: it was handed to his system, or lies in his box.</summary>
    public const string Delivery = "DELIVERY";

    /// <summary>It will not reach the receiver: he refused it, its deadline passed, or a person gave it up.</summary>
    public const string NonDelivery = "NON_DELIVERY";

    /// <summary>The receiver took it over from his box.</summary>
    public const string Retrieval = "RETRIEVAL";

    /// <summary>It lay in the receiver's box until its deadline, and he did not take it over.</summary>
    public const string NonRetrieval = "NON_RETRIEVAL";

    /// <summary>All of them. A higher priority overrules a lower one.</summary>
    public static IReadOnlyList<EvidenceRule> All { get; } =
    [
        new(SubmissionAcceptance, 1, Positive: true, Many: false),
        new(SubmissionRejection, 2, Positive: false, Many: false),
        new(RelayAcceptance, 3, Positive: true, Many: true),
        new(RelayFailure, 4, Positive: false, Many: true),
        new(RelayRejection, 5, Positive: false, Many: true),
        new(Delivery, 6, Positive: true, Many: false),
        new(NonDelivery, 7, Positive: false, Many: false),
        new(Retrieval, 8, Positive: true, Many: false),
        new(NonRetrieval, 9, Positive: false, Many: false),
    ];

    /// <summary>The type that counts among those that there are; null when there is none.</summary>
    /// <exception cref="InvalidDataException">A text is no type of evidence, so the ledger is damaged.</exception>
    public static string? Outcome(IEnumerable<string> types) => types.Select(Rule).MaxBy(rule => rule.Priority)?.Type;

    private static EvidenceRule Rule(string type) => All.FirstOrDefault(rule => rule.Type == type) ?? throw new InvalidDataException($"'{type}' in the ledger is no type of evidence.");
}

/// <summary>What holds for one type of evidence.</summary>
/// <param name="Type">Its name in documents.</param>
/// <param name="Priority">1 to 9; what became of a delivery is what its evidence of the highest priority says.</param>
/// <param name="Positive">Whether it tells of something that was reached.</param>
/// <param name="Many">Whether there may be several for one delivery; of the others the ledger's unique index lets in one.</param>
public sealed record EvidenceRule(string Type, int Priority, bool Positive, bool Many);
