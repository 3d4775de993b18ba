using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>What an anchor is trusted for.</summary>
[Flags]
public enum AnchorPurposes
{
    None = 0,

    /// <summary>Signatures of documents.</summary>
    Documents = 1,

    /// <summary>Time-stamping authorities.</summary>
    TimeStamps = 2,

    /// <summary>Either end of TLS connections.</summary>
    Connections = 4,

    All = Documents | TimeStamps | Connections,
}

/// <summary>A certificate that is trusted without a path, with what for, how long and by whose word: the trust anchor information of RFC 5280 section 6.1.1 (d) and RFC 5914.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Purposes">What it is trusted for.</param>
/// <param name="From">Not for what was signed before; null for no such limit.</param>
/// <param name="Until">Not for what was signed later, or is judged later without a proof of its time; null for no such limit.</param>
/// <param name="Provenance">Where it came from and how that was checked.</param>
public sealed record TrustAnchor(X509Certificate2 Certificate, AnchorPurposes Purposes, DateTimeOffset? From, DateTimeOffset? Until, string Provenance)
{
    /// <summary>Hexadecimal, lower case.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Certificate.RawDataMemory.Span));

    /// <summary>All of it in words, as the audit has it.</summary>
    public override string ToString() => $"{Sha256} {Certificate.Subject}; for {Purposes}; from {Times.Iso(From)} until {Times.Iso(Until)}; {Provenance}";

    /// <summary>Why it is no anchor for this use; null when it is.</summary>
    internal string? Refuses(CertificatePurpose purpose, DateTimeOffset moment)
    {
        var wanted = purpose switch
        {
            CertificatePurpose.ServerAuth or CertificatePurpose.ClientAuth => AnchorPurposes.Connections,
            CertificatePurpose.TimeStamping => AnchorPurposes.TimeStamps,
            CertificatePurpose.Any or CertificatePurpose.OcspSigning => AnchorPurposes.None,   // whoever answers for an authority is judged below that authority's own anchor
            _ => AnchorPurposes.Documents,
        };
        if (!Purposes.HasFlag(wanted)) return $"the anchor is trusted for {Purposes} and not for {wanted}";
        if (moment < From) return $"the anchor is trusted from {Times.Iso(From)} on, judged at {Times.Iso(moment)}";
        return moment > Until ? $"the anchor is trusted until {Times.Iso(Until)}, judged at {Times.Iso(moment)}" : null;
    }
}
