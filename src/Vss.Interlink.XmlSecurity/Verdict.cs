namespace Vss.Interlink.XmlSecurity;

/// <summary>Overall result of a validation, in the words of ETSI EN 319 102-1 §5.1.2.</summary>
public enum Indication
{
    /// <summary>Every check passed.</summary>
    TotalPassed,

    /// <summary>The signature is wrong, or was made when it could not be valid.</summary>
    TotalFailed,

    /// <summary>What is known does not suffice to say either.</summary>
    Indeterminate,
}

/// <summary>Why the result is not TOTAL-PASSED: ETSI EN 319 102-1 §5.1.3, table 2; only those that this hub can reach.</summary>
public enum SubIndication
{
    /// <summary>TOTAL-PASSED has none.</summary>
    None,
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    Revoked,
    RevokedNoPoe,
    RevokedCaNoPoe,
    CertificateChainGeneralFailure,
    SigConstraintsFailure,
    ChainConstraintsFailure,
    CryptoConstraintsFailure,
    CryptoConstraintsFailureNoPoe,
    Expired,
    NotYetValid,
    PolicyProcessingError,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    OutOfBoundsNoPoe,
    TimestampOrderFailure,
    SignedDataNotFound,
    TryLater,
    Generic,
}

/// <summary>One rung of the ladder that led to a verdict.</summary>
/// <param name="Rule">Stable id of the rule, as <c>sig.coverage.body</c>.</param>
/// <param name="Ok">Whether the rule was kept.</param>
/// <param name="At">Place in the document, as an element path or an id; empty for the whole.</param>
/// <param name="Detail">What was expected and what was found; never personal data.</param>
/// <param name="Remedy">What the sender should do; empty when <paramref name="Ok"/>.</param>
public sealed record Step(string Rule, bool Ok, string At, string Detail, string Remedy = "");

/// <summary>What a signature covers.</summary>
public enum CoverageKind
{
    WholeDocument,
    Element,
    External,

    /// <summary>Octets of the document, as a PDF's signature names them.</summary>
    ByteRange,
}

/// <summary>One thing that is signed.</summary>
/// <param name="Kind">Document, element of it, or something outside.</param>
/// <param name="Reference">The reference's URI as it stood.</param>
/// <param name="Element">Qualified name of the element, empty otherwise.</param>
public sealed record Coverage(CoverageKind Kind, string Reference, string Element = "");

/// <summary>Result of a validation: never a boolean, always with the ladder of checks and with what is covered.</summary>
/// <param name="Indication">Overall result.</param>
/// <param name="SubIndication">Reason, <see cref="SubIndication.None"/> when passed.</param>
/// <param name="Ladder">Checks in the order in which they were made. The first that failed ends the ladder, unless the caller's policy asked for what can be judged beyond it.</param>
/// <param name="Covered">What is signed.</param>
public sealed record Verdict(Indication Indication, SubIndication SubIndication, IReadOnlyList<Step> Ladder, IReadOnlyList<Coverage> Covered)
{
    /// <summary>True for TOTAL-PASSED alone.</summary>
    public bool Passed => Indication == Indication.TotalPassed;

    /// <summary>The first check that failed, or null.</summary>
    public Step? Failure => Ladder.FirstOrDefault(step => !step.Ok);
}
