namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>How much of signatures is read and computed for a stranger, beside what <see cref="XmlLimits"/> says of the document. A breach names the limit.</summary>
public sealed record SignatureLimits
{
    /// <summary>Elements ds:Signature in the document, counter-signatures included.</summary>
    public int MaxSignatures { get; init; } = 32;

    /// <summary>References of one SignedInfo or Manifest.</summary>
    public int MaxReferences { get; init; } = 512;

    /// <summary>Transforms of one reference.</summary>
    public int MaxTransforms { get; init; } = 8;

    /// <summary>Certificates in KeyInfo, in CertificateValues and as security tokens, each.</summary>
    public int MaxCertificates { get; init; } = 32;

    /// <summary>Qualifying properties that are not signed, and time stamps, CRLs and OCSP answers in them, each.</summary>
    public int MaxUnsignedProperties { get; init; } = 64;

    /// <summary>Octets of one short value: a digest, a signature value, an algorithm's parameter, a name.</summary>
    public int MaxValue { get; init; } = 16 * 1024;

    /// <summary>Octets in base64 of one certificate.</summary>
    public int MaxCertificate { get; init; } = 64 * 1024;

    /// <summary>Octets in base64 of one CRL, OCSP answer or time-stamp token.</summary>
    public int MaxEvidence { get; init; } = 8 * 1024 * 1024;

    /// <summary>Octets of everything that is kept of all signatures together.</summary>
    public int MaxKept { get; init; } = 32 * 1024 * 1024;

    /// <summary>Octets of SignedInfo in canonical form.</summary>
    public int MaxSignedInfo { get; init; } = 1024 * 1024;

    /// <summary>Octets that may be digested for each octet of the document: references to one inside the other multiply the work.</summary>
    public int MaxDigestedPerOctet { get; init; } = 32;

    /// <summary>Parts of the document that are listed as signed or not, for each signature.</summary>
    public int MaxParts { get; init; } = 256;
}
