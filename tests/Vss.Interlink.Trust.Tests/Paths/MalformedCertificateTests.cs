using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>Certificates that no maker of the platform makes: written octet by octet and signed by the authority's key (RFC 5280 section 4.1).</summary>
public sealed class MalformedCertificateTests
{
    private readonly Holder _root = Holder.Root();

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    [InlineData(0, false)]
    public void Extensions_are_for_version_3_alone(int version, bool isGood)
    {
        using var key = RSA.Create(2048);
        Judge(Certificate(key.ExportSubjectPublicKeyInfo(), version), isGood ? null : Rules.Token);
    }

    [Theory]
    [InlineData(65537, false, true)]
    [InlineData(3, false, true)]
    [InlineData(1, false, false)]
    [InlineData(0, false, false)]
    [InlineData(-3, false, false)]
    [InlineData(65536, false, false)]
    [InlineData(65537, true, false)]
    public void The_numbers_of_an_RSA_key_are_such_that_they_can_be_one(int exponent, bool isNegative, bool isGood)
    {
        using var key = RSA.Create(2048);
        var modulus = new System.Numerics.BigInteger(key.ExportParameters(false).Modulus!, isUnsigned: true, isBigEndian: true);
        Judge(Certificate(Key(isNegative ? -modulus : modulus, exponent), 2), isGood ? null : Rules.Key);
    }

    private void Judge(byte[] octets, string? rule)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(octets);
        var verdict = new CertificateVerifier(Judging.Below(_root).Store()).Verify(certificate, [], new PathRequest { Purpose = CertificatePurpose.Any, Now = Holder.Now, Revocation = RevocationRule.NotChecked });
        Assert.Equal((rule, rule is null), (verdict.Failure?.Rule, verdict.Passed));
    }

    private static byte[] Key(System.Numerics.BigInteger modulus, int exponent)
    {
        var numbers = new AsnWriter(AsnEncodingRules.DER);
        using (numbers.PushSequence())
        {
            numbers.WriteInteger(modulus);
            numbers.WriteInteger(exponent);
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }

            writer.WriteBitString(numbers.Encode());
        }

        return writer.Encode();
    }

    private byte[] Certificate(byte[] key, int version)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            if (version > 0)
            {
                using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) body.WriteInteger(version);
            }

            body.WriteInteger(0x77);
            Algorithm(body);
            body.WriteEncodedValue(_root.Certificate.SubjectName.RawData);
            using (body.PushSequence())
            {
                body.WriteUtcTime(Holder.Now.AddDays(-1));
                body.WriteUtcTime(Holder.Now.AddDays(1));
            }

            body.WriteEncodedValue(new X500DistinguishedName("CN=Leaf").RawData);
            body.WriteEncodedValue(key);
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            using (body.PushSequence())
            using (body.PushSequence())
            {
                var usage = Extensions.Usage(X509KeyUsageFlags.DigitalSignature);
                body.WriteObjectIdentifier(usage.Oid!.Value!);
                body.WriteBoolean(true);
                body.WriteOctetString(usage.RawData);
            }
        }

        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(body.Encode());
            Algorithm(whole);
            whole.WriteBitString(((ECDsa)_root.Key).SignData(body.Encode(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return whole.Encode();
    }

    private static void Algorithm(AsnWriter writer)
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
    }
}
