using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>A certificate with what path validation asks of it: RFC 5280 sections 4.1 and 4.2.</summary>
internal sealed class PathCertificate
{
    private const int MaxPolicies = 4096;
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_keyId = new(TagClass.ContextSpecific, 0);

    private PathCertificate? _signer;

    private PathCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
        (NotBefore, NotAfter) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());   // decoded now, so that a broken one is found out here
        var whole = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence();
        Signed = whole.PeekEncodedValue();
        var body = whole.ReadSequence();
        var outer = whole.ReadEncodedValue();
        Signature = whole.ReadBitString(out _);
        Method = SignatureMethod.Read(outer);
        if (body.PeekTag().HasSameClassAndValue(s_version)) body.ReadSequence(s_version);
        Serial = body.ReadInteger();
        body.ReadEncodedValue();
        Issuer = NameForm.Of(body.ReadEncodedValue());
        body.ReadEncodedValue();
        Subject = NameForm.Of(body.ReadEncodedValue());
        KeyInfo = body.ReadEncodedValue();
        HashSet<string> seen = [];
        foreach (var extension in certificate.Extensions)
        {
            if (!seen.Add(extension.Oid!.Value!)) throw new AsnContentException("An extension is there twice (RFC 5280 section 4.2).");
            Read(extension);
        }
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>TBSCertificate, DER.</summary>
    public ReadOnlyMemory<byte> Signed { get; }

    public byte[] Signature { get; }

    public SignatureMethod Method { get; }

    /// <summary>Names by <see cref="NameForm"/>.</summary>
    public string Subject { get; }

    public string Issuer { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> KeyInfo { get; }

    public System.Numerics.BigInteger Serial { get; }

    public bool IsSelfIssued => Subject == Issuer;

    /// <summary>Null where the extension is absent, as with all of the following.</summary>
    public byte[]? SubjectKeyId { get; private set; }

    public byte[]? AuthorityKeyId { get; private set; }

    public bool IsAuthority { get; private set; }

    public X509KeyUsageFlags? KeyUsage { get; private set; }

    public IReadOnlyList<string>? ExtendedUsages { get; private set; }

    public bool HasCriticalExtendedUsages { get; private set; }

    public IReadOnlyList<string>? Policies { get; private set; }

    public IReadOnlyList<(string Issuer, string Subject)> PolicyMappings { get; private set; } = [];

    public int? RequireExplicitPolicy { get; private set; }

    public int? InhibitPolicyMapping { get; private set; }

    public int? InhibitAnyPolicy { get; private set; }

    public IReadOnlyList<string> DnsNames { get; private set; } = [];

    /// <summary>Directory names among the alternative names, by <see cref="NameForm"/>.</summary>
    public IReadOnlyList<string> DirectoryNames { get; private set; } = [];

    /// <summary>Addresses among them.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    public NameConstraints? Constraints { get; private set; }

    /// <summary>CRLDistributionPoints, DER; empty where there are none.</summary>
    public ReadOnlyMemory<byte> DistributionPoints { get; private set; }

    /// <summary>id-pkix-ocsp-nocheck: RFC 6960 section 4.2.2.2.1.</summary>
    public bool HasNoCheck { get; private set; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Both ends are part of the life, the last second whole (RFC 5280 section 4.1.2.5).</summary>
    public bool IsValidAt(DateTimeOffset time) => NotBefore <= time && time < Times.Plus(NotAfter, TimeSpan.FromSeconds(1));

    /// <summary>Whether the issuer's key signed it; false too where the method is not known here.</summary>
    public bool IsSignedBy(PathCertificate issuer)
    {
        // Certificates of a store are asked about as long as it lives.
        if (ReferenceEquals(_signer, issuer)) return true;
        if (!Method.Verifies(issuer.Certificate, Signed.Span, Signature)) return false;
        _signer = issuer;
        return true;
    }

    /// <summary>Whether both are the same certificate.</summary>
    public bool IsSame(PathCertificate other) => Certificate.RawDataMemory.Span.SequenceEqual(other.Certificate.RawDataMemory.Span);

    /// <summary>Null when a part of it cannot be decoded.</summary>
    public static PathCertificate? TryRead(X509Certificate2 certificate)
    {
        try
        {
            return new PathCertificate(certificate);
        }
        catch (Exception broken) when (broken is AsnContentException or System.Security.Cryptography.CryptographicException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private void Read(X509Extension extension)
    {
        var value = new AsnReader(extension.RawData, AsnEncodingRules.BER);
        switch (extension.Oid!.Value)
        {
            case "2.5.29.14":
                SubjectKeyId = value.ReadOctetString();
                break;
            case "2.5.29.35":
                var authority = value.ReadSequence();
                if (authority.HasData && authority.PeekTag().HasSameClassAndValue(s_keyId)) AuthorityKeyId = authority.ReadOctetString(s_keyId);
                break;
            case "2.5.29.19":
                var constraints = value.ReadSequence();
                IsAuthority = constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean && constraints.ReadBoolean();
                break;
            case "2.5.29.15":
                KeyUsage = ((X509KeyUsageExtension)extension).KeyUsages;
                break;
            case "2.5.29.37":
                ExtendedUsages = Oids(value.ReadSequence(), reader => reader.ReadObjectIdentifier());
                HasCriticalExtendedUsages = extension.Critical;
                break;
            case "2.5.29.32":
                Policies = Oids(value.ReadSequence(), reader => reader.ReadSequence().ReadObjectIdentifier());
                break;
            case "2.5.29.33":
                ReadMappings(value.ReadSequence());
                break;
            case "2.5.29.36":
                ReadPolicyConstraints(value.ReadSequence());
                break;
            case "2.5.29.54":
                InhibitAnyPolicy = SkipCount(value.ReadIntegerBytes());
                break;
            case "2.5.29.17":
                ReadNames(value.ReadSequence());
                break;
            case "2.5.29.30":
                Constraints = ReadConstraints(value.ReadSequence());
                break;
            case "2.5.29.31":
                DistributionPoints = extension.RawData;
                break;
            case "1.3.6.1.5.5.7.48.1.5":
                HasNoCheck = true;
                break;
        }
    }

    private static List<string> Oids(AsnReader reader, Func<AsnReader, string> read)
    {
        List<string> all = [];
        while (reader.HasData)
        {
            all.Add(read(reader));
            if (all.Count > MaxPolicies) throw new AsnContentException("An extension lists too many identifiers.");
        }

        return all;
    }

    private void ReadMappings(AsnReader reader)
    {
        List<(string, string)> all = [];
        while (reader.HasData)
        {
            var mapping = reader.ReadSequence();
            all.Add((mapping.ReadObjectIdentifier(), mapping.ReadObjectIdentifier()));
            if (all.Count > MaxPolicies) throw new AsnContentException("An extension lists too many identifiers.");
        }

        PolicyMappings = all;
    }

    private void ReadPolicyConstraints(AsnReader reader)
    {
        Asn1Tag requires = new(TagClass.ContextSpecific, 0), inhibits = new(TagClass.ContextSpecific, 1);
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(requires)) RequireExplicitPolicy = SkipCount(reader.ReadIntegerBytes(requires));
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(inhibits)) InhibitPolicyMapping = SkipCount(reader.ReadIntegerBytes(inhibits));
    }

    // Whoever writes a number that no path reaches says "never".
    private static int SkipCount(ReadOnlyMemory<byte> number) =>
        number.Span[0] >= 0x80 ? throw new AsnContentException("A number of certificates is negative.") : number.Length > 3 ? int.MaxValue : (int)new System.Numerics.BigInteger(number.Span, isBigEndian: true);

    private void ReadNames(AsnReader reader)
    {
        List<string> names = [], directories = [], addresses = [];
        while (reader.HasData) ReadName(reader, directories, names, addresses);
        (DnsNames, DirectoryNames, Addresses) = (names, directories, addresses);
    }

    private static void ReadName(AsnReader reader, List<string> directories, List<string> hosts, List<string> addresses)
    {
        var tag = reader.PeekTag();
        switch (tag)
        {
            case { TagClass: TagClass.ContextSpecific, TagValue: 4 }: directories.Add(NameForm.Of(reader.ReadSequence(tag).ReadEncodedValue())); break;
            case { TagClass: TagClass.ContextSpecific, TagValue: 2 }: hosts.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)); break;
            case { TagClass: TagClass.ContextSpecific, TagValue: 6 }: addresses.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)); break;
            default: reader.ReadEncodedValue(); break;
        }
    }

    private static NameConstraints ReadConstraints(AsnReader reader)
    {
        List<string> directories = [], hosts = [], addresses = [], permitted = [];
        var (first, second) = (new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true), new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true));
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(first))
        {
            var subtrees = reader.ReadSequence(first);
            while (subtrees.HasData) ReadName(subtrees.ReadSequence(), [], [], permitted);
        }

        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(second))
        {
            var subtrees = reader.ReadSequence(second);
            while (subtrees.HasData) ReadName(subtrees.ReadSequence(), directories, hosts, addresses);
        }

        return new NameConstraints(directories, hosts, addresses, permitted.Count + addresses.Count > 0);
    }
}
