using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>What a signature is by the standard that it follows.</summary>
public enum SignatureKind
{
    /// <summary>XML signature without more.</summary>
    XmlDsig,

    /// <summary>ETSI EN 319 132-1.</summary>
    Xades,

    /// <summary>XML signature in the wsse:Security header of a SOAP envelope.</summary>
    WsSecurity,

    /// <summary>RFC 5652 without the signed attributes that CAdES asks for.</summary>
    Cms,

    /// <summary>ETSI EN 319 122-1.</summary>
    Cades,

    /// <summary>ISO 32000-1 section 12.8 with a CMS that is not PAdES.</summary>
    Pdf,

    /// <summary>ETSI EN 319 142-1.</summary>
    Pades,

    /// <summary>A time-stamp token over a document: RFC 3161.</summary>
    TimeStamp,
}

/// <summary>One signature of a document of any format, judged.</summary>
public record JudgedSignature
{
    /// <summary>What the document calls it; empty where it gives no name.</summary>
    public string Id { get; init; } = "";

    public required SignatureKind Kind { get; init; }

    /// <summary>How far it was brought, by what holds of what it carries: a time stamp that did not pass makes no T. Null where its standard has no levels.</summary>
    public SignatureLevel? Level { get; init; }

    /// <summary>Digests and signature value alone, whoever signed.</summary>
    public required SignatureIntegrity Integrity { get; init; }

    /// <summary>The whole ladder.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What is signed, as far as its digests are right; without the signature's own properties.</summary>
    public IReadOnlyList<Coverage> Coverage { get; init; } = [];

    /// <summary>How much of the document that is; none of a signature that is not intact.</summary>
    public SignatureScope Scope { get; init; }

    /// <summary>Names of its algorithms, each once, in their order.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = [];

    /// <summary>What the signer says of when he signed; null when he says nothing. Proved by nothing.</summary>
    public DateTimeOffset? ClaimedTime { get; init; }

    /// <summary>When a time stamp that is good proves that it existed; null where none does.</summary>
    public DateTimeOffset? ProvedAt { get; init; }

    /// <summary>Who the certificate names; null when none was found.</summary>
    public Signatory? Signer { get; init; }

    /// <summary>What was not at hand; once it is, the signature may pass. Empty where nothing would help.</summary>
    public IReadOnlyList<Lack> Lacks { get; init; } = [];
}

/// <summary>One XML signature, judged.</summary>
public sealed record JudgedXmlSignature : JudgedSignature
{
    /// <summary>What was found without trust, and which parts of the document are signed.</summary>
    public required SignatureReport Report { get; init; }
}
