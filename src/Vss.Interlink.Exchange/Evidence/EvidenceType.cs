namespace Vss.Interlink.Exchange.Evidence;

/// <summary>The events of registered electronic mail that this hub gives evidence of (ETSI EN 319 522-1).</summary>
public static class EvidenceType
{
    /// <summary>The hub owns the dossier; the sender's receipt. Once per exchange.</summary>
    public const string SubmissionAcceptance = "SUBMISSION_ACCEPTANCE";

    /// <summary>Another relay, as the axis, has it.</summary>
    public const string RelayAcceptance = "RELAY_REMMD_ACCEPTANCE";

    /// <summary>Another relay refused it for good.</summary>
    public const string RelayRejection = "RELAY_REMMD_REJECTION";

    /// <summary>The receiver took it over. Once per delivery.</summary>
    public const string Delivery = "DELIVERY";

    /// <summary>The receiver refused it for good. Once per delivery.</summary>
    public const string NonDelivery = "NON_DELIVERY";
}
