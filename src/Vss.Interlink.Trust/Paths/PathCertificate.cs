using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>A certificate with what path validation asks of it: RFC 5280 sections 4.1 and 4.2.</summary>
internal sealed class PathCertificate
{
    private const int MaxPolicies = 4096;
    private const string EmailAddress = "1.2.840.113549.1.9.1";
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_keyId = new(TagClass.ContextSpecific, 0);

    private (string? Issuer, System.Numerics.BigInteger Serial)? _authority;
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
        if (body.PeekTag().HasSameClassAndValue(s_version)) IsThirdVersion = body.ReadSequence(s_version).ReadInteger() == 2;
        Serial = body.ReadInteger();
        body.ReadEncodedValue();
        Issuer = NameForm.Of(body.ReadEncodedValue());
        body.ReadEncodedValue();
        var subject = body.ReadEncodedValue();
        (Subject, SubjectMailboxes) = (NameForm.Of(subject), Mailboxes(subject));
        KeyInfo = body.ReadEncodedValue();
        if (!IsThirdVersion && certificate.Extensions.Count > 0) throw new AsnContentException("It has extensions, and is not of version 3 (RFC 5280 section 4.1.2.9).");
        HashSet<string> seen = [];
        foreach (var extension in certificate.Extensions)
        {
            if (!seen.Add(extension.Oid!.Value!)) throw new AsnContentException("An extension is there twice (RFC 5280 section 4.2).");
            if (!Read(extension) && extension.Critical) Unprocessed ??= extension.Oid.Value;
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

    /// <summary>SHA-256 of <see cref="KeyInfo"/>, so that keys are found in tables; made when it is first asked for.</summary>
    public string KeyDigest => field ??= Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(KeyInfo.Span));

    public System.Numerics.BigInteger Serial { get; }

    public bool IsThirdVersion { get; }

    /// <summary>A critical extension that nothing here processes; null when there is none.</summary>
    public string? Unprocessed { get; private set; }

    /// <summary>Whether the extension of RFC 3739 section 3.2.6 is there and critical.</summary>
    public bool HasCriticalStatements { get; private set; }

    public bool IsSelfIssued => Subject == Issuer;

    /// <summary>Null where the extension is absent, as with all of the following.</summary>
    public byte[]? SubjectKeyId { get; private set; }

    public byte[]? AuthorityKeyId { get; private set; }

    /// <summary>Whether the authority key identifier, by key or by issuer and serial number, is that of another certificate.</summary>
    public bool PointsPast(PathCertificate issuer) =>
        (AuthorityKeyId is not null && issuer.SubjectKeyId is not null && !AuthorityKeyId.AsSpan().SequenceEqual(issuer.SubjectKeyId))
        || (_authority is { } named && (named.Serial != issuer.Serial || (named.Issuer is not null && named.Issuer != issuer.Issuer)));

    public bool IsAuthority { get; private set; }

    /// <summary>Most authorities that may stand between it and the last certificate, those that are self-issued not counted.</summary>
    public int? PathLength { get; private set; }

    public X509KeyUsageFlags? KeyUsage { get; private set; }

    public IReadOnlyList<string>? ExtendedUsages { get; private set; }

    public bool HasCriticalExtendedUsages { get; private set; }

    public IReadOnlyList<string>? Policies { get; private set; }

    public IReadOnlyList<(string Issuer, string Subject)> PolicyMappings { get; private set; } = [];

    public int? RequireExplicitPolicy { get; private set; }

    public int? InhibitPolicyMapping { get; private set; }

    public int? InhibitAnyPolicy { get; private set; }

    /// <summary>Alternative names; empty where there are none.</summary>
    public IReadOnlyList<PathName> AlternativeNames { get; private set; } = [];

    /// <summary>Directory names among the alternative names, by <see cref="NameForm"/>.</summary>
    public IEnumerable<string> DirectoryNames => NamesOf(NameKind.Directory);

    /// <summary>Hosts among them.</summary>
    public IEnumerable<string> DnsNames => NamesOf(NameKind.Host);

    /// <summary>Mailboxes in the subject (section 4.1.2.6), as old certificates have them.</summary>
    public IReadOnlyList<string> SubjectMailboxes { get; }

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

    // Whether it is one that is processed, here or by whoever asks for it.
    private bool Read(X509Extension extension)
    {
        var value = new AsnReader(extension.RawData, AsnEncodingRules.BER);
        switch (extension.Oid!.Value)
        {
            case "2.5.29.14":
                SubjectKeyId = value.ReadOctetString();
                return false;   // "MUST mark this extension as non-critical", as with the next
            case "2.5.29.35":
                ReadAuthorityKey(value.ReadSequence());
                return false;
            case "2.5.29.19":
                var constraints = value.ReadSequence();
                IsAuthority = constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean && constraints.ReadBoolean();
                if (constraints.HasData) PathLength = SkipCount(constraints.ReadIntegerBytes());
                return true;
            case "2.5.29.15":
                KeyUsage = ((X509KeyUsageExtension)extension).KeyUsages;
                return true;
            case "2.5.29.37":
                ExtendedUsages = Oids(value.ReadSequence(), reader => reader.ReadObjectIdentifier());
                HasCriticalExtendedUsages = extension.Critical;
                return true;
            case "2.5.29.32":
                // Section 4.2.1.4: of a critical extension the qualifiers must be understood too.
                var understood = true;
                Policies = Oids(value.ReadSequence(), reader =>
                {
                    var policy = reader.ReadSequence();
                    var id = policy.ReadObjectIdentifier();
                    for (var qualifiers = policy.HasData ? policy.ReadSequence() : null; qualifiers?.HasData == true;)
                        understood &= qualifiers.ReadSequence().ReadObjectIdentifier() is "1.3.6.1.5.5.7.2.1" or "1.3.6.1.5.5.7.2.2";
                    return id;
                });
                return understood;
            case "2.5.29.33":
                ReadMappings(value.ReadSequence());
                return true;
            case "2.5.29.36":
                ReadPolicyConstraints(value.ReadSequence());
                return true;
            case "2.5.29.54":
                InhibitAnyPolicy = SkipCount(value.ReadIntegerBytes());
                return true;
            case "2.5.29.17":
                List<PathName> names = [];
                for (var all = value.ReadSequence(); all.HasData;) names.Add(PathName.Read(all));
                AlternativeNames = names;
                return true;
            case "2.5.29.30":
                Constraints = new NameConstraints(value.ReadSequence());
                return true;
            case "2.5.29.31":
                DistributionPoints = extension.RawData;
                return true;
            case "1.3.6.1.5.5.7.48.1.5":
                HasNoCheck = true;
                return true;
            case "1.3.6.1.5.5.7.1.3":
                HasCriticalStatements = extension.Critical;
                return Oids(value.ReadSequence(), reader => reader.ReadSequence().ReadObjectIdentifier()).TrueForAll(IsKnownStatement);
            default:
                return false;
        }
    }

    // RFC 3739 section 3.2.6: of a critical extension every statement is critical. Those of that section, of EN 319 412-5 and TS 119 495 declare what the certificate is and forbid no use of it.
    private static bool IsKnownStatement(string oid) =>
        oid is "1.3.6.1.5.5.7.11.1" or "1.3.6.1.5.5.7.11.2" or "0.4.0.19495.2" || (oid.StartsWith("0.4.0.1862.1.", StringComparison.Ordinal) && oid.Length == 14 && oid[^1] is >= '1' and <= '7');

    // AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1] GeneralNames, authorityCertSerialNumber [2] }, each optional.
    private void ReadAuthorityKey(AsnReader reader)
    {
        Asn1Tag issuer = new(TagClass.ContextSpecific, 1, isConstructed: true), serial = new(TagClass.ContextSpecific, 2);
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(s_keyId)) AuthorityKeyId = reader.ReadOctetString(s_keyId);
        string? name = null;
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(issuer))
        {
            for (var names = reader.ReadSequence(issuer); names.HasData;)
            {
                if (PathName.Read(names) is { Kind: NameKind.Directory } directory) name = directory.Text;
            }
        }

        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(serial)) _authority = (name, reader.ReadInteger(serial));
    }

    private IEnumerable<string> NamesOf(NameKind kind) => AlternativeNames.Where(name => name.Kind == kind).Select(name => name.Text);

    // Values of emailAddress as they stand, for their first half has its case.
    private static List<string> Mailboxes(ReadOnlyMemory<byte> name)
    {
        List<string> all = [];
        for (var rdns = new AsnReader(name, AsnEncodingRules.BER).ReadSequence(); rdns.HasData;)
        {
            for (var attributes = rdns.ReadSetOf(skipSortOrderValidation: true); attributes.HasData;)
            {
                var attribute = attributes.ReadSequence();
                if (attribute.ReadObjectIdentifier() == EmailAddress) all.Add(attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue));
            }
        }

        return all;
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
}
