namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What became of a document.</summary>
public sealed class DocumentReport : IDisposable
{
    private readonly IDisposable? _held;

    internal DocumentReport(XmlRefusal refusal) => (Refusal, Signatures) = (refusal, []);

    internal DocumentReport(IReadOnlyList<SignatureReport> signatures, IDisposable held) => (Signatures, _held) = (signatures, held);

    /// <summary>Why the document could not be read; null when it could.</summary>
    public XmlRefusal? Refusal { get; }

    /// <summary>Its signatures in their order; empty when there is none.</summary>
    public IReadOnlyList<SignatureReport> Signatures { get; }

    /// <summary>Gives back what is kept of the document; signed octets are of no use afterwards.</summary>
    public void Dispose() => _held?.Dispose();
}

/// <summary>Which standard a signature follows.</summary>
public enum SignatureFormat
{
    XmlDsig,
    Xades,
}

/// <summary>How far a signature was brought, by the properties that it has: ETSI EN 319 132-1 section 6. Whether they are good is another question.</summary>
public enum SignatureLevel
{
    Dsig,
    B,
    T,
    LT,
    LTA,
}

/// <summary>Whether what is signed is as it was signed.</summary>
public enum SignatureIntegrity
{
    /// <summary>It could not be judged.</summary>
    Unknown,

    /// <summary>Every digest and the signature value are right.</summary>
    Intact,

    /// <summary>A digest or the signature value is wrong.</summary>
    Broken,
}

/// <summary>How much of the document an intact signature covers.</summary>
public enum SignatureScope
{
    None,
    Partial,
    Full,
}

/// <summary>Where the key came from.</summary>
public enum KeyOrigin
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The caller brought it.</summary>
    Caller,

    /// <summary>A certificate in KeyInfo.</summary>
    Certificate,

    /// <summary>A security token that KeyInfo refers to.</summary>
    SecurityToken,

    /// <summary>A bare key in KeyInfo.</summary>
    KeyValue,
}

/// <summary>What was found of one signature. Nothing here says who signed: chain, revocation and time are judged by who knows trust.</summary>
public sealed record SignatureReport
{
    /// <summary>The attribute Id, empty for none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Position of the element among all start tags of the document.</summary>
    public int Ordinal { get; init; }

    /// <summary>Place in the document, as "line 3, column 17, octet 245".</summary>
    public string At { get; init; } = "";

    public SignatureFormat Format { get; init; }

    public SignatureLevel Level { get; init; }

    public SignatureIntegrity Integrity { get; init; }

    /// <summary>
    /// TOTAL-FAILED or INDETERMINATE by the first broken rung; when none broke, TOTAL-PASSED with a key that the caller brought and INDETERMINATE, NO_CERTIFICATE_CHAIN_FOUND with one from
    /// the signature itself.
    /// </summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What an intact signature covers; none for any other.</summary>
    public SignatureScope Scope { get; init; }

    /// <summary>The document's parts in its order: signed, not signed, in part.</summary>
    public IReadOnlyList<DocumentPart> Parts { get; init; } = [];

    /// <summary>False when the document has more parts than are listed: then <see cref="Parts"/> proves nothing about what is not signed.</summary>
    public bool HasAllParts { get; init; }

    public IReadOnlyList<ReferenceReport> References { get; init; } = [];

    /// <summary>Manifests in its Objects; a digest that is wrong in a signed one breaks a rung.</summary>
    public IReadOnlyList<ManifestReport> Manifests { get; init; } = [];

    /// <summary>Algorithm identifiers of SignedInfo, each once, in their order.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = [];

    /// <summary>Where the key that verified came from.</summary>
    public KeyOrigin KeyOrigin { get; init; }

    /// <summary>Ordinal of the security token that KeyInfo refers to; 0 when it refers to none.</summary>
    public int TokenOrdinal { get; init; }

    /// <summary>The certificate of the key that verified, DER; when none did, the one that should have; empty when there is none. Only its key was looked at.</summary>
    public ReadOnlyMemory<byte> SigningCertificate { get; init; }

    /// <summary>What its XAdES properties claim; null when it has none, or when they are not signed.</summary>
    public XadesClaims? Claims { get; init; }

    /// <summary>The signature value.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Certificates that it carries, DER: KeyInfo's, then those of CertificateValues.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; } = [];

    /// <summary>Revocation lists that it carries, DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Crls { get; init; } = [];

    /// <summary>OCSP answers that it carries, DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Ocsps { get; init; } = [];

    /// <summary>Time-stamp tokens that it carries, each with what it should be over.</summary>
    public IReadOnlyList<TimeStampReport> TimeStamps { get; init; } = [];

    /// <summary>Ordinal of the signature whose value it counter-signs; 0 when it is no counter-signature.</summary>
    public int CounterSigns { get; init; }
}

/// <summary>What was found of one reference.</summary>
public sealed record ReferenceReport
{
    public required SignedReference Reference { get; init; }

    /// <summary>What it covers.</summary>
    public required Coverage Coverage { get; init; }

    /// <summary>Position of the selected element among all start tags of the document, 0 for the whole document; null when it is not in the document or was not found.</summary>
    public int? Ordinal { get; init; }

    /// <summary>Identifiers of its transforms.</summary>
    public IReadOnlyList<string> Transforms { get; init; } = [];

    /// <summary>Identifier of its digest method.</summary>
    public string DigestMethod { get; init; } = "";

    public SignatureIntegrity Integrity { get; init; }

    /// <summary>The octets that were digested, when they were asked for and no rung of the signature broke; otherwise null.</summary>
    public SignedOctets? Octets { get; init; }
}

/// <summary>What was found of a ds:Manifest.</summary>
/// <param name="Id">The attribute Id, empty for none.</param>
/// <param name="IsSigned">Whether a reference of SignedInfo selects it, or the Object it stands in.</param>
/// <param name="References">Its references.</param>
public sealed record ManifestReport(string Id, bool IsSigned, IReadOnlyList<ReferenceReport> References);

/// <summary>A time-stamp token and what it should be over, so that who knows trust can judge it without the document.</summary>
/// <param name="Kind">What it is over.</param>
/// <param name="Token">RFC 3161 TimeStampToken, DER or BER.</param>
/// <param name="Hash">Hash of its message imprint, as "SHA256"; empty when the token cannot be read.</param>
/// <param name="Imprint">What that hash gives over the octets of the document; empty when it was not computed.</param>
/// <param name="IsOverThis">Whether the token has that imprint; null when it was not computed.</param>
public sealed record TimeStampReport(TimeStampKind Kind, ReadOnlyMemory<byte> Token, string Hash, ReadOnlyMemory<byte> Imprint, bool? IsOverThis)
{
    /// <summary>How many unsigned properties stand before it: an archive time stamp is over those of a lower position.</summary>
    public int Position { get; init; }

    /// <summary>How many of the signature's revocation lists stand before it; those are under it when it is an archive time stamp.</summary>
    public int CrlsBefore { get; init; }

    /// <inheritdoc cref="CrlsBefore"/>
    public int OcspsBefore { get; init; }
}
