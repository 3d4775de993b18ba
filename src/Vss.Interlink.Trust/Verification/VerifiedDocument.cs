using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Verification;

/// <summary>What stands behind a document.</summary>
public enum Assurance
{
    /// <summary>A valid signature over everything that is handed on.</summary>
    Signed,

    /// <summary>No signature of its own, but an authenticated channel from VSS's own services.</summary>
    AuthenticatedChannel,

    /// <summary>No valid signature; the partner's policy admits it "for information only" (Decision 28/2018/QD-TTg, article 4).</summary>
    InformationOnly,
}

/// <summary>Who signed, as the certificate names him.</summary>
/// <param name="Subject">Distinguished name, RFC 4514 order as .NET prints it.</param>
/// <param name="Issuer">The issuer's distinguished name.</param>
/// <param name="SerialNumber">Hexadecimal, upper case.</param>
/// <param name="Sha256">SHA-256 of the certificate, hexadecimal, lower case.</param>
public sealed record Signatory(string Subject, string Issuer, string SerialNumber, string Sha256);

/// <summary>
/// A document of which only what was verified is left: the octets that were digested, nothing beside them. Only Trust can make one, so an
/// unverified document cannot enter the ledger.
/// </summary>
public sealed class VerifiedDocument
{
    internal VerifiedDocument(Assurance assurance, Signatory? signedBy, Verdict verdict, ReadOnlyMemory<byte> octets, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? parts = null) =>
        (Assurance, SignedBy, Verdict, Octets, Parts) = (assurance, signedBy, verdict, octets, parts ?? new Dictionary<string, ReadOnlyMemory<byte>>());

    public Assurance Assurance { get; }

    /// <summary>The signer, or the holder of the client certificate; null when nothing was signed.</summary>
    public Signatory? SignedBy { get; }

    public Verdict Verdict { get; }

    /// <summary>
    /// The very octets that were digested. SOAP: the Body element in exclusive canonical form, XOP expanded. edXML: the header projection. Inside: the
    /// serialised dossier. Read the document again from these.
    /// </summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>
    /// SHA-256 of the signature value of a detached seal, empty for everything else. A transport that gives ids of its own can bring the same sealed document twice; its seal
    /// shows that.
    /// </summary>
    public ReadOnlyMemory<byte> Seal { get; internal init; }

    /// <summary>What makes this message this one, and until when its Timestamp lets it in; null for what has no Timestamp.</summary>
    public MessageNonce? Nonce { get; internal init; }

    /// <summary>SHA-256 by part id of parts that are signed by digest and carried beside <see cref="Octets"/>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Parts { get; }
}

/// <summary>A signed message as one that may be seen once.</summary>
/// <param name="Id">SHA-256 over the signer's certificate and everything that was signed. Not over the signature value: ECDSA has more than one for the same content.</param>
/// <param name="Until">After which its Timestamp is out of its window, skew included.</param>
public sealed record MessageNonce(ReadOnlyMemory<byte> Id, DateTimeOffset Until);

/// <summary>A verified document or the verdict that refused it; nothing in between.</summary>
public abstract record VerificationResult
{
    private VerificationResult() { }

    /// <param name="Document">What was verified.</param>
    public sealed record Passed(VerifiedDocument Document) : VerificationResult
    {
        /// <summary>Of a SOAP message: what the verdict rests on besides the octets. Null for all else.</summary>
        public PassedMessage? Message { get; init; }
    }

    /// <param name="Verdict">With the rung that broke.</param>
    public sealed record Refused(Verdict Verdict) : VerificationResult
    {
        /// <summary>What was not at hand; once it is, the document may pass. Empty where nothing would help.</summary>
        public IReadOnlyList<Lack> Lacks { get; init; } = [];
    }
}
