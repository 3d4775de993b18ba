using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Trust.Cms;

/// <summary>
/// Certificates, revocation lists and OCSP answers that come along: in the SignedData (RFC 5652 section 5.1), in certificate-values and revocation-values (EN 319 122-1 annex A.1.1 and A.1.2)
/// and in Adobe's revocationInfoArchival (ISO 32000-1 section 12.8.3.3.2). They help to find a path and are trusted for nothing; what cannot be read is passed over.
/// </summary>
internal sealed class CarriedMaterial
{
    private const int MaxValues = 256;
    private readonly List<CertificateList> _lists = [];
    private readonly List<OcspAnswer> _answers = [];

    public CarriedMaterial(CmsMessage message, CmsSigner signer)
    {
        foreach (var certificate in message.Certificates) Certificates.Add(certificate);
        foreach (var list in message.Lists) Add(CertificateList.TryRead(list));
        foreach (var answer in message.Answers) Add(OcspAnswer.TryRead(answer));
        foreach (var values in signer.Unsigned.Values(CmsAttributes.CertificateValues)) Each(values, ReadCertificates);
        foreach (var values in signer.Unsigned.Values(CmsAttributes.RevocationValues)) Each(values, ReadRevocation);
        foreach (var values in signer.Signed.Values(CmsAttributes.AdobeRevocation)) Each(values, ReadRevocation);
    }

    public X509Certificate2Collection Certificates { get; } = [];

    /// <summary>All of it.</summary>
    public ValidationMaterial Material => new([.. Certificates], _lists, _answers);

    /// <summary>Of what tells of revocations, that which lies in one of these parts of the message.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Within(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var all = parts.ToList();
        return [.. Material.Octets.Where(octets => all.Exists(part => part.Span.Overlaps(octets.Span)))];
    }

    private static void Each(ReadOnlyMemory<byte> values, Action<AsnReader> read)
    {
        try
        {
            read(new AsnReader(values, AsnEncodingRules.BER).ReadSequence());
        }
        catch (AsnContentException)
        {
            // Nothing but help is lost.
        }
    }

    private void ReadCertificates(AsnReader values)
    {
        while (values.HasData && Certificates.Count < MaxValues)
        {
            if (CertificateCache.Read(values.ReadEncodedValue()) is { } certificate) Certificates.Add(certificate);
        }
    }

    // Both have crls [0] and ocsps [1], each with a SEQUENCE in it; what the other ones hold nobody uses.
    private void ReadRevocation(AsnReader values)
    {
        while (values.HasData)
        {
            var tag = values.PeekTag();
            var each = values.ReadSequence(tag).ReadSequence();
            while (each.HasData && _lists.Count + _answers.Count < MaxValues)
            {
                var value = each.ReadEncodedValue();
                if (tag.TagValue == 0) Add(CertificateList.TryRead(value));
                else if (tag.TagValue == 1) Add(OcspAnswer.TryRead(value));
            }
        }
    }

    private void Add(CertificateList? list)
    {
        if (list is not null) _lists.Add(list);
    }

    private void Add(OcspAnswer? answer)
    {
        if (answer is not null) _answers.Add(answer);
    }
}
