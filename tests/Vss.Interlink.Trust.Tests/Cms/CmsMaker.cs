using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>Makes a SignedData with one signer octet by octet by RFC 5652 section 5, right or wrong as a test needs it. The key is ECDSA.</summary>
internal sealed class CmsMaker(Holder signer, byte[] content)
{
    public const string Data = "1.2.840.113549.1.7.1";
    public const string ContentType = "1.2.840.113549.1.9.3";
    public const string MessageDigest = "1.2.840.113549.1.9.4";
    public const string SigningTime = "1.2.840.113549.1.9.5";
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    public const string SignatureTimeStamp = "1.2.840.113549.1.9.16.2.14";
    public const string ContentTimeStamp = "1.2.840.113549.1.9.16.2.20";
    public const string ArchiveTimeStamp = "0.4.0.1733.2.4";
    public const string HashIndex = "0.4.0.19122.1.5";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    public string Type { get; set; } = Data;

    public bool IsDetached { get; set; }

    public bool HasSignedAttributes { get; set; } = true;

    /// <summary>What the signer says digests the content.</summary>
    public string DigestAlgorithm { get; set; } = Sha256;

    /// <summary>Signed attributes in their order, each with its value.</summary>
    public List<(string Oid, byte[] Value)> Signed { get; } =
    [
        (ContentType, Written(writer => writer.WriteObjectIdentifier(Data))),
        (MessageDigest, Written(writer => writer.WriteOctetString(SHA256.HashData(content)))),
        (SigningTime, Written(writer => writer.WriteUtcTime(Holder.Now))),
        (SigningCertificateV2, CertificateId(signer.Certificate)),
    ];

    public List<(string Oid, byte[] Value)> Unsigned { get; } = [];

    public List<X509Certificate2> Certificates { get; } = [signer.Certificate];

    /// <summary>Revocation lists, DER.</summary>
    public List<byte[]> Lists { get; } = [];

    /// <summary>The signature value of what was made last, or another's.</summary>
    public byte[] Value { get; set; } = [];

    /// <summary>Fields of the signer up to the signature value, of what was made last.</summary>
    public byte[] Fields { get; private set; } = [];

    public static byte[] Written(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    public static byte[] CertificateId(X509Certificate2 certificate) => CertificateId(SHA256.HashData(certificate.RawData));

    /// <param name="digest">Of the certificate.</param>
    /// <param name="issuer">Who issued it, where that stands there too.</param>
    /// <param name="serial">Its serial number, likewise.</param>
    public static byte[] CertificateId(byte[] digest, X500DistinguishedName? issuer = null, ReadOnlyMemory<byte> serial = default) => Written(writer =>
    {
        using var attribute = writer.PushSequence();
        using var all = writer.PushSequence();
        using var id = writer.PushSequence();
        writer.WriteOctetString(digest);
        if (issuer is null) return;
        using var issuerSerial = writer.PushSequence();
        using (writer.PushSequence())
        using (writer.PushSequence(Context(4))) writer.WriteEncodedValue(issuer.RawData);
        writer.WriteInteger(serial.Span);
    });

    /// <summary>The SignedData. Its value is kept from one call to the next, so that time stamps over it can be added.</summary>
    public byte[] Make()
    {
        var attributes = Set(0x31, Signed);
        if (Value.Length == 0) Value = ((ECDsa)signer.Key).SignData(HasSignedAttributes ? attributes : content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        attributes[0] = 0xa0;
        Fields =
        [
            .. Written(writer => writer.WriteInteger(1)),
            .. Written(writer =>
            {
                using var id = writer.PushSequence();
                writer.WriteEncodedValue(signer.Certificate.IssuerName.RawData);
                writer.WriteInteger(signer.Certificate.SerialNumberBytes.Span);
            }),
            .. Algorithm(DigestAlgorithm), .. HasSignedAttributes ? attributes : [], .. Algorithm("1.2.840.10045.4.3.2"), .. Written(writer => writer.WriteOctetString(Value)),
        ];
        return Written(writer =>
        {
            using var outer = writer.PushSequence();
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using var tagged = writer.PushSequence(Context(0));
            using var data = writer.PushSequence();
            writer.WriteInteger(1);
            using (writer.PushSetOf()) writer.WriteEncodedValue(Algorithm(DigestAlgorithm));
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Type);
                if (!IsDetached)
                {
                    using (writer.PushSequence(Context(0))) writer.WriteOctetString(content);
                }
            }

            using (writer.PushSetOf(Context(0))) Certificates.ForEach(certificate => writer.WriteEncodedValue(certificate.RawData));
            if (Lists.Count > 0)
            {
                using (writer.PushSetOf(Context(1))) Lists.ForEach(list => writer.WriteEncodedValue(list));
            }

            using (writer.PushSetOf()) writer.WriteEncodedValue(Constructed(0x30, [.. Fields, .. Unsigned.Count > 0 ? Set(0xa1, Unsigned) : []]));
        });
    }

    /// <summary>What an archive time stamp over what was made last is over, and its index: EN 319 122-1 section 5.5.3, written from the clause (type, digest of the content, fields of the signer, index).</summary>
    public (byte[] Stamped, byte[] Index) Archived()
    {
        var index = Written(writer =>
        {
            using var all = writer.PushSequence();
            using (writer.PushSequence()) writer.WriteObjectIdentifier(Sha256);
            Hashes(writer, Certificates.Select(certificate => certificate.RawData));
            Hashes(writer, Lists);
            Hashes(writer, Unsigned.Select(attribute => (byte[])[.. Written(oid => oid.WriteObjectIdentifier(attribute.Oid)), .. attribute.Value]));
        });
        return ([.. Written(writer => writer.WriteObjectIdentifier(Data)), .. SHA256.HashData(content), .. Fields, .. index], index);

        static void Hashes(AsnWriter writer, IEnumerable<byte[]> parts)
        {
            using var all = writer.PushSequence();
            foreach (var part in parts) writer.WriteOctetString(SHA256.HashData(part));
        }
    }

    private static byte[] Set(byte tag, List<(string Oid, byte[] Value)> attributes)
    {
        var set = Written(writer =>
        {
            using var all = writer.PushSetOf();
            foreach (var (oid, value) in attributes)
            {
                using var one = writer.PushSequence();
                writer.WriteObjectIdentifier(oid);
                using (writer.PushSetOf()) writer.WriteEncodedValue(value);
            }
        });
        set[0] = tag;
        return set;
    }

    // Parts side by side in one element.
    private static byte[] Constructed(byte tag, byte[] parts)
    {
        var whole = Written(writer => writer.WriteOctetString(parts));
        whole[0] = tag;
        return whole;
    }

    private static byte[] Algorithm(string oid) => Written(writer =>
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier(oid);
    });

    private static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);
}
