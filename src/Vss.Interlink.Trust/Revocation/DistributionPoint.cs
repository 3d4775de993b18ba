using System.Formats.Asn1;
using System.Globalization;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>Reasons of RFC 5280 section 4.2.1.13, as a set.</summary>
[Flags]
internal enum Reasons
{
    None = 0,
    KeyCompromise = 1 << 1,
    CACompromise = 1 << 2,
    AffiliationChanged = 1 << 3,
    Superseded = 1 << 4,
    CessationOfOperation = 1 << 5,
    CertificateHold = 1 << 6,
    PrivilegeWithdrawn = 1 << 7,
    AACompromise = 1 << 8,
    All = KeyCompromise | CACompromise | AffiliationChanged | Superseded | CessationOfOperation | CertificateHold | PrivilegeWithdrawn | AACompromise,
}

/// <summary>Where lists of a certificate are to be found: one DistributionPoint of RFC 5280 section 4.2.1.13.</summary>
/// <param name="Names">Names of the point in a form in which equal ones are equal strings; empty where it has none.</param>
/// <param name="Reasons">Reasons that its lists cover.</param>
/// <param name="ListIssuers">Issuers of its lists where those are not the certificate's, by <see cref="NameForm"/>; empty where they are.</param>
internal sealed record DistributionPoint(IReadOnlyList<string> Names, Reasons Reasons, IReadOnlyList<string> ListIssuers)
{
    private static readonly Asn1Tag s_first = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_second = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag s_third = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <summary>Where its list can be fetched: those of its names that are http or https addresses.</summary>
    public IEnumerable<Uri> Addresses => Names.Where(IsAddress).Select(AddressOf).OfType<Uri>().Where(address => address.Scheme is "http" or "https");

    /// <summary>Those of a certificate.</summary>
    /// <exception cref="AsnContentException">The extension cannot be read.</exception>
    public static IReadOnlyList<DistributionPoint> Of(PathCertificate certificate) => Read(certificate.DistributionPoints, certificate.Issuer);

    /// <summary>Those of an extension CRLDistributionPoints or FreshestCRL.</summary>
    /// <param name="extension">Its value, DER; empty for none.</param>
    /// <param name="issuer">Issuer of the certificate or list that has it, by <see cref="NameForm"/>.</param>
    /// <exception cref="AsnContentException">The extension cannot be read.</exception>
    public static IReadOnlyList<DistributionPoint> Read(ReadOnlyMemory<byte> extension, string issuer)
    {
        List<DistributionPoint> points = [];
        if (extension.IsEmpty) return points;
        var all = new AsnReader(extension, AsnEncodingRules.BER).ReadSequence();
        while (all.HasData) points.Add(Read(all.ReadSequence(), issuer));
        return points;
    }

    private static DistributionPoint Read(AsnReader point, string certificateIssuer)
    {
        var name = Has(point, s_first) ? point.ReadSequence(s_first) : null;
        var reasons = Has(point, s_second) ? ReadReasons(point, s_second) : Reasons.All;
        List<string> issuers = Has(point, s_third) ? [.. GeneralNames(point.ReadSequence(s_third)).Where(IsDirectory).Select(directory => directory[2..])] : [];
        return new DistributionPoint(name is null ? [] : ReadName(name, issuers.Count > 0 ? issuers[0] : certificateIssuer), reasons, issuers);
    }

    public static bool Has(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);

    public static Reasons ReadReasons(AsnReader reader, Asn1Tag tag) => reader.ReadNamedBitListValue<Reasons>(tag) & Reasons.All;

    /// <summary>A DistributionPointName.</summary>
    /// <param name="name">Its content.</param>
    /// <param name="issuer">What a relative name is relative to.</param>
    public static IReadOnlyList<string> ReadName(AsnReader name, string issuer)
    {
        if (Has(name, s_first)) return GeneralNames(name.ReadSequence(s_first));
        var relative = NameForm.Rdn(name.ReadSetOf(skipSortOrderValidation: true, new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true)));
        return [Directory(string.Create(CultureInfo.InvariantCulture, $"{issuer}{relative.Length}:{relative},"))];
    }

    /// <summary>A directory name as one of <see cref="Names"/>.</summary>
    public static string Directory(string name) => "4:" + name;

    private static bool IsDirectory(string name) => name.StartsWith("4:", StringComparison.Ordinal);

    // uniformResourceIdentifier [6], as GeneralNames writes it.
    private static bool IsAddress(string name) => name.StartsWith("86", StringComparison.Ordinal);

    private static Uri? AddressOf(string name)
    {
        var text = new AsnReader(Convert.FromHexString(name), AsnEncodingRules.BER).ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, 6));
        return Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;
    }

    private static List<string> GeneralNames(AsnReader names)
    {
        List<string> all = [];
        while (names.HasData)
        {
            var tag = names.PeekTag();
            all.Add(tag is { TagClass: TagClass.ContextSpecific, TagValue: 4 }
                ? Directory(NameForm.Of(names.ReadSequence(tag).ReadEncodedValue()))
                : Convert.ToHexString(names.ReadEncodedValue().Span));
        }

        return all;
    }
}
