using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>What a profile asks of a SignedData beyond RFC 5652.</summary>
internal sealed record CmsRules
{
    /// <summary>RFC 5652 alone, and CAdES where the signer's attributes say so.</summary>
    public static CmsRules Plain { get; } = new();

    /// <summary>A CMS in a PDF: EN 319 142-1 section 6.3, ISO 32000-1 section 12.8.3.3.</summary>
    public static CmsRules Pades { get; } = new() { WantsSigningCertificate = true, WantsSignedAttributes = true, WantsOneSigner = true, ContentType = CmsMessage.Data };

    /// <summary>Whether the signed attributes must name the signer's certificate by its digest (RFC 5035).</summary>
    public bool WantsSigningCertificate { get; init; }

    /// <summary>Whether a signature over the content itself, without signed attributes, is refused.</summary>
    public bool WantsSignedAttributes { get; init; }

    /// <summary>Whether there must be exactly one signer.</summary>
    public bool WantsOneSigner { get; init; }

    /// <summary>What the content must be, an object identifier; null for anything.</summary>
    public string? ContentType { get; init; }

    /// <summary>A key that the caller vouches for: it judges the value alone, and nobody's certificate is looked at. Null to find the signer's certificate.</summary>
    public PublicKey? Key { get; init; }
}

/// <summary>What was found of one signer.</summary>
/// <param name="Integrity">Digest and value alone, whoever signed.</param>
/// <param name="Verdict">The whole ladder.</param>
/// <param name="Signer">Who the certificate names; null when none was found.</param>
/// <param name="ClaimedTime">The signing-time attribute; null when there is none.</param>
/// <param name="ProvedAt">When a time stamp that is good proves that the signature existed; null where none does.</param>
/// <param name="Level">How far it was brought by CAdES; null where the signed attributes do not name the signer's certificate, which is no CAdES.</param>
/// <param name="Algorithms">Names of digest and signature algorithm.</param>
internal sealed record CmsFinding(
    SignatureIntegrity Integrity, Verdict Verdict, Signatory? Signer, DateTimeOffset? ClaimedTime, DateTimeOffset? ProvedAt, SignatureLevel? Level, IReadOnlyList<string> Algorithms)
{
    /// <summary>What was not at hand where the signer is refused for that.</summary>
    public IReadOnlyList<Lack> Lacks { get; init; } = [];
}
