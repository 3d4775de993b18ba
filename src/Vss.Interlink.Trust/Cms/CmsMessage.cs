using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;

namespace Vss.Interlink.Trust.Cms;

/// <summary>A SignedData in its ContentInfo: RFC 5652 sections 3 and 5. BER as it comes; nothing of it is trusted.</summary>
internal sealed class CmsMessage
{
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string Data = "1.2.840.113549.1.7.1";
    private const string OcspInfo = "1.3.6.1.5.5.7.16.2";
    private const int MaxSigners = 32;
    private const int MaxCertificates = 256;
    private const int MaxRevocation = 256;
    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_one = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private CmsMessage(ReadOnlyMemory<byte> octets, AsnReader data)
    {
        Octets = octets;
        data.ReadInteger();
        data.ReadEncodedValue();
        var encapsulated = data.ReadSequence();
        ContentType = encapsulated.ReadObjectIdentifier();
        if (encapsulated.HasData) Content = ReadContent(encapsulated.ReadSequence(s_zero));
        if (data.HasData && data.PeekTag().HasSameClassAndValue(s_zero)) ReadCertificates(data.ReadSetOf(skipSortOrderValidation: true, s_zero));
        if (data.HasData && data.PeekTag().HasSameClassAndValue(s_one)) ReadRevocation(data.ReadSetOf(skipSortOrderValidation: true, s_one));
        var signers = data.ReadSetOf(skipSortOrderValidation: true);
        while (signers.HasData)
        {
            Signers.Add(new CmsSigner(signers.ReadSequence()));
            if (Signers.Count > MaxSigners) throw new AsnContentException("The message has too many signers.");
        }
    }

    /// <summary>All of it as it came, without what stands behind it.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>What the content is, an object identifier.</summary>
    public string ContentType { get; }

    /// <summary>The content; null where it is elsewhere.</summary>
    public ReadOnlyMemory<byte>? Content { get; }

    public List<X509Certificate2> Certificates { get; } = [];

    /// <summary>Members of the sets of certificates and of revocation information, as they stand: what an archive time stamp indexes.</summary>
    public List<ReadOnlyMemory<byte>> EncodedCertificates { get; } = [];

    /// <inheritdoc cref="EncodedCertificates"/>
    public List<ReadOnlyMemory<byte>> EncodedRevocation { get; } = [];

    /// <summary>CRLs, DER.</summary>
    public List<ReadOnlyMemory<byte>> Lists { get; } = [];

    /// <summary>OCSP answers, DER.</summary>
    public List<ReadOnlyMemory<byte>> Answers { get; } = [];

    public List<CmsSigner> Signers { get; } = [];

    /// <summary>Whether what stands behind an encoded object is no second one: zeros, as places that were left for a signature are filled up with, or one end of line.</summary>
    internal static bool IsPadding(ReadOnlySpan<byte> behind) => behind is [(byte)'\n'] or [(byte)'\r', (byte)'\n'] || !behind.ContainsAnyExcept((byte)0);

    /// <summary>Reads DER or BER; null for anything that is no SignedData, or has something else than padding behind it.</summary>
    public static CmsMessage? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var whole = new AsnReader(octets, AsnEncodingRules.BER).PeekEncodedValue();
            var outer = new AsnReader(whole, AsnEncodingRules.BER).ReadSequence();
            return IsPadding(octets.Span[whole.Length..]) && outer.ReadObjectIdentifier() == SignedData ? new CmsMessage(whole, outer.ReadSequence(s_zero).ReadSequence()) : null;
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    // An OCTET STRING in one piece or in many; PKCS#7 allowed any type, of which the content is what stands in it.
    private static ReadOnlyMemory<byte> ReadContent(AsnReader content) => content.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)
        ? content.TryReadPrimitiveOctetString(out var whole) ? whole : content.ReadOctetString()
        : content.PeekContentBytes();

    private void ReadCertificates(AsnReader certificates)
    {
        while (certificates.HasData)
        {
            // Others are attribute certificates and forms that nobody uses. No signature covers any of this, so one that cannot be read is one that is not there.
            var isCertificate = certificates.PeekTag() == Asn1Tag.Sequence;
            var octets = certificates.ReadEncodedValue();
            EncodedCertificates.Add(octets);
            if (isCertificate && CertificateCache.Read(octets) is { } certificate) Certificates.Add(certificate);
            if (EncodedCertificates.Count > MaxCertificates) throw new AsnContentException("The message has too many certificates.");
        }
    }

    // RevocationInfoChoice: a CRL, or by RFC 5940 an OCSP answer.
    private void ReadRevocation(AsnReader infos)
    {
        while (infos.HasData)
        {
            EncodedRevocation.Add(infos.PeekEncodedValue());
            if (EncodedRevocation.Count > MaxRevocation) throw new AsnContentException("The message has too much revocation information.");
            if (infos.PeekTag() == Asn1Tag.Sequence)
            {
                Lists.Add(infos.ReadEncodedValue());
                continue;
            }

            var other = infos.ReadSequence(infos.PeekTag());
            if (other.ReadObjectIdentifier() == OcspInfo) Answers.Add(other.ReadEncodedValue());
        }
    }
}
