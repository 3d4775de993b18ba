using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>An OCSPRequest about one certificate: RFC 6960 section 4.1, in the form of RFC 5019 section 2.1 where it has no nonce.</summary>
internal static class OcspQuery
{
    /// <summary>RFC 9654 section 2.1 asks for 32 at least, and servers of RFC 8954 take no more.</summary>
    public const int NonceLength = 32;

    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 2, isConstructed: true);

    public static byte[] Encode(PathCertificate certificate, PathCertificate issuer, byte[]? nonce)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())       // OCSPRequest
        using (writer.PushSequence())       // TBSRequest
        {
            using (writer.PushSequence())   // requestList
            using (writer.PushSequence())   // Request
            using (writer.PushSequence())   // CertID
            {
                // SHA-1 names the issuer and proves nothing; RFC 5019 section 2.1.1 asks for it, and responders know no other.
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.3.14.3.2.26");
                    writer.WriteNull();
                }

                writer.WriteOctetString(CryptographicOperations.HashData(HashAlgorithmName.SHA1, certificate.Certificate.IssuerName.RawData));
                writer.WriteOctetString(CryptographicOperations.HashData(HashAlgorithmName.SHA1, OcspAnswer.KeyOf(issuer)));
                writer.WriteInteger(certificate.Certificate.SerialNumberBytes.Span);
            }

            if (nonce is not null) WriteNonce(writer, nonce);
        }

        return writer.Encode();
    }

    /// <summary>What a responder says in place of an answer: OCSPResponseStatus of section 4.2.1.</summary>
    public static string RefusalOf(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var response = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
            return response.PeekTag() == Asn1Tag.Enumerated ? $"the OCSP responder answered {NameOf(response.ReadEnumeratedBytes().Span)}" : "what came is no OCSP answer";
        }
        catch (AsnContentException)
        {
            return "what came is no OCSP answer";
        }
    }

    private static void WriteNonce(AsnWriter writer, byte[] nonce)
    {
        var value = new AsnWriter(AsnEncodingRules.DER);
        value.WriteOctetString(nonce);
        using (writer.PushSequence(s_extensions))
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.2");
            writer.WriteOctetString(value.Encode());
        }
    }

    private static string NameOf(ReadOnlySpan<byte> status) => status switch
    {
        [0] => "something that cannot be judged",
        [1] => "malformedRequest",
        [2] => "internalError",
        [3] => "tryLater",
        [5] => "sigRequired",
        [6] => "unauthorized",
        _ => "a status that is not known",
    };
}
