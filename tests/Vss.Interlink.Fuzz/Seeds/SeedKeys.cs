using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Fuzz.Seeds;

/// <summary>Keys of nobody, made to sign one corpus and then forgotten.</summary>
internal sealed class SeedKeys : IDisposable
{
    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa P256 { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa P521 { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    public byte[] RsaCertificate => Certificate(new CertificateRequest("CN=Seed RSA", Rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public byte[] P256Certificate => Certificate(new CertificateRequest("CN=Seed P-256", P256, HashAlgorithmName.SHA256));

    public byte[] P521Certificate => Certificate(new CertificateRequest("CN=Seed P-521", P521, HashAlgorithmName.SHA512));

    /// <summary>The outer form of a time-stamp token (RFC 3161 section 2.4.2) with nothing in it but the imprint: nobody signed it.</summary>
    public static byte[] TimeStamp(ReadOnlySpan<byte> imprint)
    {
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteInteger(1);
            info.WriteObjectIdentifier("1.2.3.4");
            using (info.PushSequence())
            {
                using (info.PushSequence()) info.WriteObjectIdentifier("2.16.840.1.101.3.4.2.1");
                info.WriteOctetString(imprint);
            }
        }

        var token = new AsnWriter(AsnEncodingRules.DER);
        var inner = new Asn1Tag(TagClass.ContextSpecific, 0);
        using (token.PushSequence())
        {
            token.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (token.PushSequence(inner))
            using (token.PushSequence())
            {
                token.WriteInteger(3);
                token.PushSetOf().Dispose();
                using (token.PushSequence())
                {
                    token.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4");
                    using (token.PushSequence(inner)) token.WriteOctetString(info.Encode());
                }
            }
        }

        return token.Encode();
    }

    public void Dispose()
    {
        Rsa.Dispose();
        P256.Dispose();
        P521.Dispose();
    }

    private static byte[] Certificate(CertificateRequest request)
    {
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2044, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return certificate.RawData;
    }
}
