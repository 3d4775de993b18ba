using System.Security.Cryptography;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.X509;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>Issues certificates, and remembers them and their revocation.</summary>
/// <param name="name">What its files are called under <c>/ca/</c>.</param>
/// <param name="self">Its certificate and key.</param>
/// <param name="address">Where the sandbox listens.</param>
internal sealed class CertificationAuthority(string name, Keyed self, Uri address)
{
    public string Name => name;

    public Keyed Self => self;

    public RevocationRegister Register { get; } = new();

    /// <summary>A self-signed authority.</summary>
    public static CertificationAuthority Root(string name, X509Name subject, AuthorityKey kind, DateTimeOffset from, DateTimeOffset to, Uri address)
    {
        var (publicKey, privateKey, _) = Keyed.NewKey(kind);
        var certificate = Make(subject, subject, Serial(), publicKey, from, to, [.. AuthorityExtensions(), KeyId(publicKey)], Keyed.SignatureOf(privateKey));
        return new CertificationAuthority(name, new Keyed(certificate, privateKey), address);
    }

    /// <summary>Issues a certificate for a key that is made with it.</summary>
    public Keyed Issue(X509Name subject, AuthorityKey kind, DateTimeOffset from, DateTimeOffset to, IEnumerable<CertificateExtension> extensions)
    {
        var (publicKey, privateKey, _) = Keyed.NewKey(kind);
        return new Keyed(Issue(subject, publicKey, from, to, extensions), privateKey);
    }

    /// <summary>Issues a certificate that says where its lists, its responder and its issuer's certificate are.</summary>
    public X509Certificate Issue(X509Name subject, AsymmetricKeyParameter key, DateTimeOffset from, DateTimeOffset to, IEnumerable<CertificateExtension> extensions, CertificateLists lists = CertificateLists.Whole)
    {
        CertificateExtension[] own =
        [
            KeyId(key),
            AuthorityKeyId,
            .. lists is CertificateLists.Whole ? [Point(X509Extensions.FreshestCrl, $"{name}-delta.crl")] : Array.Empty<CertificateExtension>(),
            Point(X509Extensions.CrlDistributionPoints, ListFile(lists), lists is CertificateLists.Indirect ? Hierarchy.ListIssuerName : null),
            new(X509Extensions.AuthorityInfoAccess, false, new DerSequence(
                new AccessDescription(AccessDescription.IdADOcsp, Location("ocsp")),
                new AccessDescription(AccessDescription.IdADCAIssuers, Location($"ca/{name}.cer")))),
        ];
        var certificate = Make(subject, self.Certificate.SubjectDN, Serial(), key, from, to, [.. extensions, .. own], self.Signature);
        Register.Add(certificate.SerialNumber, lists);
        return certificate;
    }

    /// <summary>Extensions of an authority's certificate.</summary>
    public static IEnumerable<CertificateExtension> AuthorityExtensions() =>
    [
        new(X509Extensions.BasicConstraints, true, new BasicConstraints(true)),
        new(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.KeyCertSign | KeyUsage.CrlSign)),
    ];

    /// <summary>Names the key that signed a certificate or a list of this authority.</summary>
    public CertificateExtension AuthorityKeyId => KeyIdOf(self.Certificate);

    public static CertificateExtension KeyIdOf(X509Certificate signer) =>
        new(X509Extensions.AuthorityKeyIdentifier, false, new AuthorityKeyIdentifier(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(signer.GetPublicKey())));

    /// <summary>CRLDistributionPoints or FreshestCRL with one point.</summary>
    public CertificateExtension Point(DerObjectIdentifier oid, string file, X509Name? listIssuer = null) =>
        new(oid, false, new CrlDistPoint([new DistributionPoint(PointName(file), null, listIssuer is null ? null : new GeneralNames(new GeneralName(listIssuer)))]));

    public DistributionPointName PointName(string file) => new(new GeneralNames(Location($"ca/{file}")));

    /// <summary>Name of the file of a list.</summary>
    public string ListFile(CertificateLists lists) => lists switch
    {
        CertificateLists.Partition => $"{name}-part.crl",
        CertificateLists.Indirect => $"{name}-indirect.crl",
        _ => $"{name}.crl",
    };

    private GeneralName Location(string path) => new(GeneralName.UniformResourceIdentifier, new Uri(address, path).AbsoluteUri);

    private static CertificateExtension KeyId(AsymmetricKeyParameter key) =>
        new(X509Extensions.SubjectKeyIdentifier, false, new SubjectKeyIdentifier(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key)));

    private static BigInteger Serial()
    {
        var octets = RandomNumberGenerator.GetBytes(16);
        octets[0] = (byte)((octets[0] & 0x7F) | 0x40);   // positive and never shortened
        return new BigInteger(octets);
    }

    private static X509Certificate Make(
        X509Name subject, X509Name issuer, BigInteger serial, AsymmetricKeyParameter key, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<CertificateExtension> extensions, ISignatureFactory signature)
    {
        var maker = new X509V3CertificateGenerator();
        maker.SetSubjectDN(subject);
        maker.SetIssuerDN(issuer);
        maker.SetSerialNumber(serial);
        maker.SetPublicKey(key);
        maker.SetNotBefore(from.UtcDateTime);
        maker.SetNotAfter(to.UtcDateTime);
        foreach (var extension in extensions) maker.AddExtension(extension.Oid, extension.IsCritical, extension.Value);
        return maker.Generate(signature);
    }
}
