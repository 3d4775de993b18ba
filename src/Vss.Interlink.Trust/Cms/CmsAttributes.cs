using System.Formats.Asn1;

namespace Vss.Interlink.Trust.Cms;

/// <summary>Attributes of a signer, signed or not: RFC 5652 section 5.3.</summary>
internal sealed class CmsAttributes
{
    public const string ContentType = "1.2.840.113549.1.9.3";
    public const string MessageDigest = "1.2.840.113549.1.9.4";
    public const string SigningTime = "1.2.840.113549.1.9.5";
    public const string CounterSignature = "1.2.840.113549.1.9.6";
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    public const string SignatureTimeStamp = "1.2.840.113549.1.9.16.2.14";
    public const string ContentTimeStamp = "1.2.840.113549.1.9.16.2.20";
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    public const string RevocationValues = "1.2.840.113549.1.9.16.2.24";
    public const string CertificateValues = "1.2.840.113549.1.9.16.2.23";
    public const string ArchiveTimeStampV2 = "1.2.840.113549.1.9.16.2.48";
    public const string ArchiveTimeStampV3 = "0.4.0.1733.2.4";
    public const string AlgorithmProtection = "1.2.840.113549.1.9.52";
    public const string AdobeRevocation = "1.2.840.113583.1.1.8";

    private const int MaxAttributes = 64;
    private readonly List<(string Oid, IReadOnlyList<ReadOnlyMemory<byte>> Values)> _all = [];
    private readonly List<ReadOnlyMemory<byte>> _encoded = [];

    /// <param name="octets">The SET with whatever tag it has, as it stands; empty for none.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public CmsAttributes(ReadOnlyMemory<byte> octets)
    {
        if (octets.IsEmpty) return;
        var reader = new AsnReader(octets, AsnEncodingRules.BER);
        var set = reader.ReadSetOf(skipSortOrderValidation: true, reader.PeekTag());
        while (set.HasData)
        {
            _encoded.Add(set.PeekEncodedValue());
            var attribute = set.ReadSequence();
            var oid = attribute.ReadObjectIdentifier();
            var values = attribute.ReadSetOf(skipSortOrderValidation: true);
            List<ReadOnlyMemory<byte>> all = [];
            while (values.HasData) all.Add(values.ReadEncodedValue());
            attribute.ThrowIfNotEmpty();
            _all.Add((oid, all));
            if (_all.Count > MaxAttributes) throw new AsnContentException("A signer has too many attributes.");
        }
    }

    /// <summary>Every attribute as it stands, with its identifier and values.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Encoded, string Oid, IReadOnlyList<ReadOnlyMemory<byte>> Values)> All => _encoded.Zip(_all, (encoded, attribute) => (encoded, attribute.Oid, attribute.Values));

    public bool Has(string oid) => _all.Exists(attribute => attribute.Oid == oid);

    /// <summary>Values of every attribute of this kind.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Values(string oid) => _all.Where(attribute => attribute.Oid == oid).SelectMany(attribute => attribute.Values);

    /// <summary>The value of an attribute that must be there once with one value (RFC 5652 section 11); null where it is not so.</summary>
    public ReadOnlyMemory<byte>? Single(string oid) => _all.Where(attribute => attribute.Oid == oid).ToList() is [{ Values: [var value] }] ? value : default(ReadOnlyMemory<byte>?);   // a bare null would become empty memory

    /// <summary>The DER encoding with the tag of a SET, which is what the signature is over (section 5.4); null where an attribute stands in BER alone.</summary>
    public byte[]? Encode()
    {
        try
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSetOf())
            {
                foreach (var attribute in _encoded) writer.WriteEncodedValue(attribute.Span);
            }

            return writer.Encode();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
