using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>What stands at a caIssuers address: one certificate or a "certs-only" CMS message, DER (RFC 5280 section 4.2.2.1); PEM, which the wild has too.</summary>
internal static class IssuerFile
{
    /// <summary>Its certificates; none where it is something else.</summary>
    public static IReadOnlyList<X509Certificate2> Certificates(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var der = Pem.Decoded(octets);
            return CmsMessage.TryRead(der) is { } message ? message.Certificates : [X509CertificateLoader.LoadCertificate(der.Span)];
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException or AsnContentException)
        {
            return [];
        }
    }
}
