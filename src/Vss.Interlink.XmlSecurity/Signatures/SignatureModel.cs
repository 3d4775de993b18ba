using System.Diagnostics.CodeAnalysis;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What a transform does, as far as it is done here.</summary>
internal enum TransformKind
{
    /// <summary>The signature itself is left out.</summary>
    Enveloped,

    /// <summary>Every signature is left out: the two tolerated idioms of XPath and XPath Filter 2.</summary>
    WithoutSignatures,

    Canonical,

    Base64,

    /// <summary>Known or not, it is refused.</summary>
    Refused,
}

/// <summary>A ds:Transform.</summary>
/// <param name="Uri">Its identifier.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Method">Of canonicalisation, otherwise null.</param>
/// <param name="Prefixes">The PrefixList as it stood; empty for none.</param>
/// <param name="BrokenRule">Why it is refused, otherwise null.</param>
internal sealed record TransformModel(string Uri, TransformKind Kind, CanonicalizationMethod? Method = null, string Prefixes = "", string? BrokenRule = null);

/// <summary>A ds:Reference.</summary>
internal sealed record ReferenceModel(string? Uri, string? Type, string? Id, IReadOnlyList<TransformModel> Transforms, DigestMethod Digest, byte[] Value)
{
    /// <summary>Whether another reading of the same octets gave the same.</summary>
    public bool IsSameAs(ReferenceModel other)
    {
        if (Uri != other.Uri || Type != other.Type || Digest.Uri != other.Digest.Uri || !Value.AsSpan().SequenceEqual(other.Value) || Transforms.Count != other.Transforms.Count) return false;
        for (var index = 0; index < Transforms.Count; index++)
        {
            if (Transforms[index] != other.Transforms[index]) return false;
        }

        return true;
    }
}

/// <summary>ds:SignedInfo.</summary>
internal sealed record SignedInfoModel(int Ordinal, string CanonicalizationUri, CanonicalizationMethod? Canonicalization, string Prefixes, SignatureMethod Method, string? BrokenParameters, IReadOnlyList<ReferenceModel> References)
{
    /// <summary>Whether another reading of the same octets gave the same.</summary>
    public bool IsSameAs(SignedInfoModel other)
    {
        if (CanonicalizationUri != other.CanonicalizationUri || Prefixes != other.Prefixes || Method != other.Method || References.Count != other.References.Count) return false;
        for (var index = 0; index < References.Count; index++)
        {
            if (!References[index].IsSameAs(other.References[index])) return false;
        }

        return true;
    }
}

/// <summary>ds:KeyInfo, as far as it can lead to a key.</summary>
internal sealed class KeyInfoModel(int ordinal)
{
    public int Ordinal { get; } = ordinal;

    /// <summary>X509Certificate, DER, as they stand.</summary>
    public List<byte[]> Certificates { get; } = [];

    /// <summary>X509CRL, DER.</summary>
    public List<byte[]> Crls { get; } = [];

    /// <summary>KeyValue and DEREncodedKeyValue.</summary>
    public List<KeyValueModel> Values { get; } = [];

    /// <summary>What wsse:SecurityTokenReference points to; null when there is none.</summary>
    public string? TokenUri { get; set; }

    /// <summary>The rule that a part of it breaks; null when none does.</summary>
    public string? BrokenRule { get; set; }
}

/// <summary>A bare public key.</summary>
internal sealed record KeyValueModel(byte[]? Modulus = null, byte[]? Exponent = null, string? Curve = null, byte[]? Point = null, byte[]? SubjectPublicKeyInfo = null);

/// <summary>A ds:Object.</summary>
/// <param name="Ordinal">The element.</param>
/// <param name="HoldsProperties">Whether XAdES QualifyingProperties are in it.</param>
/// <param name="HasText">Whether text is in it that is in no element of it.</param>
internal sealed record ObjectModel(int Ordinal, bool HoldsProperties, bool HasText);

/// <summary>A ds:Manifest in a ds:Object.</summary>
internal sealed record ManifestModel(int Ordinal, int ObjectOrdinal, string Id, IReadOnlyList<ReferenceModel> References);

/// <summary>A wsse:BinarySecurityToken.</summary>
internal sealed record SecurityToken(int Ordinal, bool IsX509, byte[] Octets);

/// <summary>A ds:Signature, read strictly: each child once, in the schema's order. What it signs is not held.</summary>
internal sealed class SignatureModel(int ordinal, int outer, string id, string at)
{
    public int Ordinal { get; } = ordinal;

    /// <summary>Index of the signature that this one stands in; -1 for none.</summary>
    public int Outer { get; } = outer;

    public string Id { get; } = id;

    /// <summary>Its place in the document.</summary>
    public string At { get; } = at;

    /// <summary>The rule that its form breaks; what was not read by then is missing.</summary>
    public BrokenRuleException? Broken { get; set; }

    public SignedInfoModel? SignedInfo { get; set; }

    public int ValueOrdinal { get; set; }

    public string? ValueId { get; set; }

    public byte[] Value { get; set; } = [];

    public KeyInfoModel? KeyInfo { get; set; }

    public List<ObjectModel> Objects { get; } = [];

    public List<ManifestModel> Manifests { get; } = [];

    public XadesModel? Xades { get; set; }

    [MemberNotNullWhen(true, nameof(SignedInfo))]
    public bool IsWhole => Broken is null && SignedInfo is not null;
}
