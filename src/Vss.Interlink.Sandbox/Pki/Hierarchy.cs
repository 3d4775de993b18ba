using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Ocsp;
using Org.BouncyCastle.Asn1.X509;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>A root, the issuing authority below it, and those who act for them: an OCSP responder, a time stamper, an issuer of lists. Made anew each time, in memory.</summary>
internal sealed class Hierarchy
{
    private const string Organisation = "O=Interlink sandbox, C=VN";
    private readonly DateTimeOffset _now;
    private readonly AuthorityOptions _options;

    public Hierarchy(AuthorityOptions options, Uri address)
    {
        (_options, _now) = (options, options.Clock.GetUtcNow());
        Root = CertificationAuthority.Root("root", NameOf($"CN=Sandbox root, {Organisation}"), options.Key, From, _now.AddYears(10), address);
        var issuing = Root.Issue(NameOf($"CN=Sandbox issuing CA, {Organisation}"), options.Key, From, _now.AddYears(5), CertificationAuthority.AuthorityExtensions());
        Issuing = new CertificationAuthority("issuing", issuing, address);
        Responder = Issuing.Issue(NameOf($"CN=Sandbox OCSP responder, {Organisation}"), options.Key, From, _now.AddMonths(3),
        [
            Usage(KeyUsage.DigitalSignature),
            new(X509Extensions.ExtendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeID.IdKPOcspSigning)),
            new(OcspObjectIdentifiers.PkixOcspNocheck, false, DerNull.Instance),
        ]);
        ListIssuer = Root.Issue(ListIssuerName, options.Key, From, _now.AddYears(1), [Usage(KeyUsage.CrlSign)]);
        Stamper = NewStamper(From, _now.AddYears(2));
    }

    public static X509Name ListIssuerName { get; } = NameOf($"CN=Sandbox list issuer, {Organisation}");

    public CertificationAuthority Root { get; }

    public CertificationAuthority Issuing { get; }

    /// <summary>Answers for the issuing authority (RFC 6960 section 4.2.2.2); the root answers for itself.</summary>
    public Keyed Responder { get; }

    /// <summary>Signs the issuing authority's indirect list.</summary>
    public Keyed ListIssuer { get; }

    public Keyed Stamper { get; }

    /// <summary>A stamper whose certificate ended a day before the authority began.</summary>
    public Keyed EndedStamper() => NewStamper(_now.AddDays(-30), _now.AddDays(-1));

    /// <summary>A name in the same order as the rest of the product writes and prints it.</summary>
    public static X509Name NameOf(string name) => X509Name.GetInstance(Asn1Object.FromByteArray(new X500DistinguishedName(name).RawData));

    private DateTimeOffset From => _now.AddHours(-1);

    // RFC 3161 section 2.3: for time stamping alone, and critical.
    private Keyed NewStamper(DateTimeOffset from, DateTimeOffset to) => Issuing.Issue(NameOf($"CN=Sandbox time stamper, {Organisation}"), _options.Key, from, to,
    [
        Usage(KeyUsage.DigitalSignature),
        new(X509Extensions.ExtendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeID.IdKPTimeStamping)),
    ]);

    private static CertificateExtension Usage(int usage) => new(X509Extensions.KeyUsage, true, new KeyUsage(usage));
}
