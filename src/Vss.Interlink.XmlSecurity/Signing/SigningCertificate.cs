using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>
/// The signer's certificate and those between it and its anchor, as signatures carry them. Made once for many signatures: what they need of it is worked out
/// here. Safe for use by many threads.
/// </summary>
public sealed class SigningCertificate
{
    private readonly SignatureFamily[] _families;
    private readonly int _valueLength;

    /// <param name="certificate">The signer's certificate, DER.</param>
    /// <param name="chain">Certificates between the signer's and the anchor, DER, to be sent along.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException"><paramref name="certificate"/> is none.</exception>
    /// <exception cref="ArgumentException">Its key is neither RSA nor on one of the curves P-256, P-384 and P-521.</exception>
    public SigningCertificate(ReadOnlyMemory<byte> certificate, params IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        (Certificate, Chain) = (certificate, chain);
        using var parsed = X509CertificateLoader.LoadCertificate(certificate.Span);
        using var rsa = parsed.GetRSAPublicKey();
        using var ecdsa = rsa is null ? parsed.GetECDsaPublicKey() : null;
        (_families, _valueLength) = (rsa, ecdsa) switch
        {
            ({ KeySize: var bits }, _) => (new[] { SignatureFamily.RsaPkcs1, SignatureFamily.RsaPss }, (bits + 7) / 8),
            (_, { KeySize: var bits }) when bits is 256 or 384 or 521 => ([SignatureFamily.Ecdsa], (bits + 7) / 8 * 2),
            _ => throw new ArgumentException("The certificate's key is neither RSA nor on one of the curves P-256, P-384 and P-521.", nameof(certificate)),
        };
        IssuerSerial = EncodeIssuerSerial(parsed);
    }

    /// <summary>The signer's certificate, DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>Those sent along, DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Chain { get; }

    /// <summary>IssuerSerial of RFC 5035 section 5.4.1, DER: what <c>xades:IssuerSerialV2</c> carries.</summary>
    internal byte[] IssuerSerial { get; }

    internal void ThrowIfUnfit(SignatureAlgorithm algorithm)
    {
        if (!_families.Contains(algorithm.Family)) throw new ArgumentException($"The certificate's key cannot sign by {algorithm.Uri}.", nameof(algorithm));
    }

    /// <summary>Octets of a signature value: those of the modulus, or of r and s together.</summary>
    internal int ValueLength => _valueLength;

    private static byte[] EncodeIssuerSerial(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))   // directoryName, explicit: Name is a CHOICE
            {
                writer.WriteEncodedValue(certificate.IssuerName.RawData);
            }

            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }

        return writer.Encode();
    }
}
