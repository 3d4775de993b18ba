using System.Text.Json.Serialization;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>Ways in which a certificate names the revocation list that it is on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CertificateLists>))]
public enum CertificateLists
{
    /// <summary>The issuer's complete list, kept fresh by a delta list.</summary>
    Whole = 0,

    /// <summary>A list of one distribution point, signed by the issuer.</summary>
    Partition = 1,

    /// <summary>A list that another issuer signs for it.</summary>
    Indirect = 2,
}

/// <summary>What a subscriber's certificate is to say.</summary>
/// <param name="Subject">Its subject, e.g. <c>CN=Seal, O=Ministry, C=VN</c>.</param>
public sealed record CertificateOrder(string Subject)
{
    /// <summary>The key that is made with it; a PKCS#10 request brings its own.</summary>
    public AuthorityKey Key { get; init; }

    /// <summary>Null for an hour ago.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null for a year from now.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Object identifiers; empty for any use.</summary>
    public IReadOnlyList<string> ExtendedKeyUsages { get; init; } = [];

    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Which list it names as its own.</summary>
    public CertificateLists Lists { get; init; }

    internal IEnumerable<CertificateExtension> Extensions()
    {
        yield return new(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.DigitalSignature | KeyUsage.NonRepudiation));
        if (ExtendedKeyUsages.Count > 0) yield return new(X509Extensions.ExtendedKeyUsage, false, new ExtendedKeyUsage(ExtendedKeyUsages.Select(oid => new DerObjectIdentifier(oid)).ToArray()));
        if (DnsNames.Count > 0) yield return new(X509Extensions.SubjectAlternativeName, false, new GeneralNames([.. DnsNames.Select(name => new GeneralName(GeneralName.DnsName, name))]));
    }
}

/// <summary>One extension of a certificate or a list.</summary>
internal sealed record CertificateExtension(DerObjectIdentifier Oid, bool IsCritical, Asn1Encodable Value);
