using System.Formats.Asn1;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Takes the SubjectPublicKeyInfo out of a certificate: RFC 5280 section 4.1. What else the certificate says is read by who judges it.</summary>
internal static class CertificateKey
{
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0);

    /// <summary>Null when the octets are no certificate in DER.</summary>
    public static byte[]? SubjectPublicKeyInfo(ReadOnlyMemory<byte> certificate)
    {
        try
        {
            var outer = new AsnReader(certificate, AsnEncodingRules.DER);
            var whole = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var body = whole.ReadSequence();
            whole.ReadSequence();                                   // signatureAlgorithm
            whole.ReadBitString(out _);
            whole.ThrowIfNotEmpty();
            if (body.PeekTag().HasSameClassAndValue(s_version)) body.ReadSequence(s_version);
            body.ReadIntegerBytes();                                // serialNumber
            body.ReadSequence();                                    // signature
            body.ReadSequence();                                    // issuer
            body.ReadSequence();                                    // validity
            body.ReadSequence();                                    // subject
            return body.ReadEncodedValue().ToArray();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
