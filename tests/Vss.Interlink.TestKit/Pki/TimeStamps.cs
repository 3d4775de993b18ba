using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>How a time-stamp token of a test differs from a good one.</summary>
public sealed class TokenSettings
{
    /// <summary>Seconds by which the time may be wrong; null where nothing is said.</summary>
    public int? Accuracy { get; set; }

    /// <summary>Certificates that come along; the authority's is there.</summary>
    public List<X509Certificate2> Certificates { get; } = [];

    /// <summary>Unsigned attributes, each with its value.</summary>
    public List<(string Oid, byte[] Value)> Unsigned { get; } = [];
}

/// <summary>Time-stamp tokens of any time by RFC 3161 section 2.4.2, where <c>openssl ts</c> knows none but the clock's.</summary>
public static class TimeStamps
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string EcdsaSha256 = "1.2.840.10045.4.3.2";

    /// <summary>A time-stamping authority; its key is on P-256.</summary>
    public static Holder TimeAuthority(this Holder issuer, string name = "CN=Time", Action<CertificateSettings>? set = null) => issuer.Issue(name, settings =>
    {
        settings.With(Extensions.Extended(true, Extensions.TimeStamping));
        set?.Invoke(settings);
    });

    /// <summary>A token over octets, DER.</summary>
    /// <param name="authority">Who stamps.</param>
    /// <param name="data">What is stamped.</param>
    /// <param name="at">What the token says of when.</param>
    /// <param name="set">What is different.</param>
    public static byte[] Token(this Holder authority, byte[] data, DateTimeOffset at, Action<TokenSettings>? set = null) => authority.TokenOf(SHA256.HashData(data), at, set);

    /// <inheritdoc cref="Token"/>
    /// <param name="authority">Who stamps.</param>
    /// <param name="digest">SHA-256 of what is stamped.</param>
    /// <param name="at">What the token says of when.</param>
    /// <param name="set">What is different.</param>
    public static byte[] TokenOf(this Holder authority, byte[] digest, DateTimeOffset at, Action<TokenSettings>? set = null)
    {
        var settings = new TokenSettings();
        settings.Certificates.Add(authority.Certificate);
        set?.Invoke(settings);
        var info = Written(writer => WriteInfo(writer, digest, at, settings));
        var attributes = Set(
        [
            ("1.2.840.113549.1.9.3", Written(writer => writer.WriteObjectIdentifier(TstInfo))),
            ("1.2.840.113549.1.9.4", Written(writer => writer.WriteOctetString(SHA256.HashData(info)))),
            ("1.2.840.113549.1.9.16.2.47", Written(writer =>
            {
                using (writer.PushSequence())
                using (writer.PushSequence())
                using (writer.PushSequence()) writer.WriteOctetString(SHA256.HashData(authority.Certificate.RawData));
            })),
        ]);
        var value = ((ECDsa)authority.Key).SignData(attributes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        attributes[0] = 0xa0;
        return Written(writer =>
        {
            using var outer = writer.PushSequence();
            writer.WriteObjectIdentifier(SignedData);
            using var tagged = writer.PushSequence(Extensions.Context(0));
            using var all = writer.PushSequence();
            writer.WriteInteger(3);
            using (writer.PushSetOf()) WriteAlgorithm(writer, Sha256);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(TstInfo);
                using (writer.PushSequence(Extensions.Context(0))) writer.WriteOctetString(info);
            }

            using (writer.PushSetOf(Extensions.Context(0))) settings.Certificates.ForEach(certificate => writer.WriteEncodedValue(certificate.RawData));
            using (writer.PushSetOf())
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(authority.Certificate.IssuerName.RawData);
                    writer.WriteInteger(authority.Certificate.SerialNumberBytes.Span);
                }

                WriteAlgorithm(writer, Sha256);
                writer.WriteEncodedValue(attributes);
                WriteAlgorithm(writer, EcdsaSha256);
                writer.WriteOctetString(value);
                if (settings.Unsigned.Count == 0) return;
                var unsigned = Set(settings.Unsigned);
                unsigned[0] = 0xa1;
                writer.WriteEncodedValue(unsigned);
            }
        });
    }

    private static void WriteInfo(AsnWriter writer, byte[] digest, DateTimeOffset at, TokenSettings settings)
    {
        using var info = writer.PushSequence();
        writer.WriteInteger(1);
        writer.WriteObjectIdentifier("1.3.6.1.4.1.55555.4.1");
        using (writer.PushSequence())
        {
            WriteAlgorithm(writer, Sha256);
            writer.WriteOctetString(digest);
        }

        writer.WriteInteger(1);
        writer.WriteGeneralizedTime(at, omitFractionalSeconds: true);
        if (settings.Accuracy is not { } seconds) return;
        using (writer.PushSequence()) writer.WriteInteger(seconds);
    }

    private static void WriteAlgorithm(AsnWriter writer, string oid)
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier(oid);
    }

    private static byte[] Set(List<(string Oid, byte[] Value)> attributes) => Written(writer =>
    {
        using var all = writer.PushSetOf();
        foreach (var (oid, value) in attributes)
        {
            using var one = writer.PushSequence();
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf()) writer.WriteEncodedValue(value);
        }
    });

    private static byte[] Written(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
