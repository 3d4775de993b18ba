using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Policy;

/// <summary>What happens to a document without a valid signature. There is no default: a policy that does not choose is refused.</summary>
public enum UnsignedRule
{
    Refuse,
    InformationOnly,
}

/// <summary>Whether the partner must also present a TLS client certificate. No default either.</summary>
public enum ClientCertificateRule
{
    Required,
    NotRequired,
}

/// <summary>What is asked of the signatures in attached documents. No default either.</summary>
public enum AttachmentRule
{
    /// <summary>Nothing: attachments are octets under the seal.</summary>
    NotJudged,

    /// <summary>They are judged and the verdicts recorded; nothing is refused for them.</summary>
    Recorded,

    /// <summary>Each attached PDF needs a good signature of the agency.</summary>
    Agency,

    /// <summary>Each attached PDF needs a good signature of a person in authority and one of the agency (Decree 30/2020/ND-CP).</summary>
    PersonAndAgency,
}

/// <summary>What becomes of dossiers for a partner while the hub exchanges nothing with him. No default: a partner who is not suspended has none.</summary>
public enum SuspensionRule
{
    /// <summary>They are refused for good, with evidence: those that come and those that wait.</summary>
    Refuse,

    /// <summary>They are accepted, and wait until he is suspended no more or their deadline has passed.</summary>
    Wait,
}

/// <summary>As what somebody signs for an organ.</summary>
public enum SignerRole
{
    /// <summary>The organ's own seal.</summary>
    Agency,

    /// <summary>A person in authority.</summary>
    Person,
}

/// <summary>Whose certificates may sign for an organ: all of one subject, so that a renewed certificate changes nothing, or one certificate by issuer and serial number.</summary>
/// <param name="Subject">Distinguished name exactly as .NET prints it; null where issuer and serial number are given.</param>
/// <param name="Issuer">The issuer's distinguished name.</param>
/// <param name="SerialNumber">Hexadecimal, upper case.</param>
/// <param name="Role">As what.</param>
public sealed record OrganSigner(string? Subject, string? Issuer, string? SerialNumber, SignerRole Role)
{
    public bool Is(Signatory signatory) => Subject is not null
        ? Subject == signatory.Subject
        : Issuer == signatory.Issuer && SerialNumber == signatory.SerialNumber;
}

/// <summary>How documents of a partner are judged: a whole policy by name, none of whose choices has a default.</summary>
/// <param name="Algorithms">Digests, methods and keys, each with the time until which it is acceptable.</param>
/// <param name="RequiredLevel">Least level of the signatures in attached documents.</param>
/// <param name="RevocationGrace">For how long after its end an answer on revocation still counts.</param>
/// <param name="Unsigned">What happens to unsigned documents.</param>
/// <param name="ClientCertificate">Whether connections need a client certificate.</param>
/// <param name="Attachments">What is asked of attached documents.</param>
public sealed record NamedPolicy(
    SignaturePolicy Algorithms, SignatureLevel RequiredLevel, TimeSpan RevocationGrace, UnsignedRule Unsigned, ClientCertificateRule ClientCertificate, AttachmentRule Attachments)
{
    public string Name => Algorithms.Name;
}

/// <summary>What the hub trusts one organ with. Immutable; replaced whole.</summary>
/// <param name="Organ">Organ code as it stands in messages.</param>
/// <param name="Name">For people.</param>
/// <param name="Signers">Who may sign for the organ.</param>
/// <param name="Policy">How its documents are judged.</param>
public sealed record PartnerPolicy(string Organ, string Name, IReadOnlyList<OrganSigner> Signers, NamedPolicy Policy)
{
    /// <summary>Set while nothing is exchanged with the organ: nothing is taken from it, nothing is given to it.</summary>
    public SuspensionRule? Suspended { get; init; }
}
