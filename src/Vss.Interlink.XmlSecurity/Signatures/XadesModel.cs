namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What the signed properties claim (EN 319 132-1 section 5.2). It binds nobody unless the signature is intact and trusted.</summary>
public sealed record XadesClaims
{
    /// <summary>When the signer says he signed.</summary>
    public DateTimeOffset? SigningTime { get; init; }

    /// <summary>Identifier of the signature policy; empty for an implied one, null for none.</summary>
    public string? PolicyId { get; init; }

    /// <summary>Identifiers of commitments, as proof of origin.</summary>
    public IReadOnlyList<string> Commitments { get; init; } = [];

    /// <summary>Roles that the signer claims.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Media types by the reference's URI, as <c>#r-1</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> MediaTypes { get; init; } = [];
}

/// <summary>What a time stamp is over.</summary>
public enum TimeStampKind
{
    /// <summary>The signature value: EN 319 132-1 section 5.3.</summary>
    Signature,

    /// <summary>Everything that stands before it: EN 319 132-1 section 5.5.2, the property of XAdES 1.4.1.</summary>
    Archive,

    /// <summary>What is signed, before it was signed: EN 319 132-1 section 5.2.8.1, over all data objects.</summary>
    Content,

    /// <summary>Another set, which is not computed: time stamps over single data objects or references, archive time stamps before XAdES 1.4.1, explicit ones.</summary>
    Other,
}

/// <summary>A certificate that the signed properties name.</summary>
internal sealed record NamedCertificate(DigestMethod Digest, byte[] Value);

/// <summary>A time-stamp property. Its position is how many unsigned properties stand before it.</summary>
internal sealed record TimeStampModel(TimeStampKind Kind, int Ordinal, int Position, CanonicalizationMethod? Canonicalization, string Prefixes, IReadOnlyList<byte[]> Tokens)
{
    /// <summary>How many revocation lists and OCSP answers the properties before it hold.</summary>
    public (int Crls, int Ocsps) Before { get; init; }
}

/// <summary>xades:QualifyingProperties.</summary>
internal sealed class XadesModel
{
    public string Target { get; set; } = "";

    /// <summary>The element SignedProperties; 0 when there is none.</summary>
    public int SignedOrdinal { get; set; }

    public XadesClaims Claims { get; set; } = new();

    /// <summary>SigningCertificateV2, or the older SigningCertificate; null when neither is there.</summary>
    public IReadOnlyList<NamedCertificate>? SigningCertificates { get; set; }

    /// <summary>The elements of UnsignedSignatureProperties in their order.</summary>
    public List<int> Unsigned { get; } = [];

    public List<TimeStampModel> TimeStamps { get; } = [];

    public List<byte[]> Certificates { get; } = [];

    public List<byte[]> Crls { get; } = [];

    public List<byte[]> Ocsps { get; } = [];

    public bool HasCertificateValues { get; set; }

    public bool HasRevocationValues { get; set; }
}
