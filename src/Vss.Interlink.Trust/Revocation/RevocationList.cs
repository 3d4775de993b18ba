using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>A full CRL (RFC 5280 §5). Delta and indirect lists, known by their critical extensions, are not read: what they leave out would look unrevoked.</summary>
public sealed class RevocationList
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;
    private readonly HashSet<BigInteger> _revoked;

    private RevocationList(byte[] signed, string algorithm, byte[] signature, byte[] issuer, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, HashSet<BigInteger> revoked) =>
        (_signed, _algorithm, _signature, Issuer, ThisUpdate, NextUpdate, _revoked) = (signed, algorithm, signature, issuer, thisUpdate, nextUpdate, revoked);

    /// <summary>The whole list, DER.</summary>
    public ReadOnlyMemory<byte> Der { get; private init; }

    /// <summary>The issuer's name, DER.</summary>
    public ReadOnlyMemory<byte> Issuer { get; }

    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Null in a list that promises none: such a list is never fresh.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>Reads DER or PEM; null when it is no list that can be judged.</summary>
    public static RevocationList? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            if (octets.Span.StartsWith("-----BEGIN"u8))
            {
                var text = System.Text.Encoding.ASCII.GetString(octets.Span);
                octets = PemEncoding.TryFind(text, out var fields) ? Convert.FromBase64String(text[fields.Base64Data]) : default;
            }

            return Read(octets);
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    public bool IsFreshAt(DateTimeOffset at) => ThisUpdate <= at && NextUpdate is { } next && at <= next;

    public bool Revokes(X509Certificate2 certificate) => _revoked.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true));

    /// <summary>Whether the issuer's key made this list.</summary>
    public bool IsSignedBy(X509Certificate2 issuer)
    {
        var hash = _algorithm switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => default,
        };
        if (hash == default) return false;
        using var rsa = issuer.GetRSAPublicKey();
        if (rsa is not null) return _algorithm.StartsWith("1.2.840.113549", StringComparison.Ordinal) && rsa.VerifyData(_signed, _signature, hash, RSASignaturePadding.Pkcs1);
        using var ecdsa = issuer.GetECDsaPublicKey();
        return ecdsa is not null && _algorithm.StartsWith("1.2.840.10045", StringComparison.Ordinal) && ecdsa.VerifyData(_signed, _signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static RevocationList Read(ReadOnlyMemory<byte> octets)
    {
        var list = new AsnReader(octets, AsnEncodingRules.DER).ReadSequence();
        var signed = list.PeekEncodedValue();
        var body = list.ReadSequence();
        var algorithm = list.ReadSequence().ReadObjectIdentifier();
        var signature = list.ReadBitString(out _);
        list.ThrowIfNotEmpty();

        if (body.PeekTag() == Asn1Tag.Integer) _ = body.ReadInteger();
        if (body.ReadSequence().ReadObjectIdentifier() != algorithm) throw new InvalidDataException("The two algorithm identifiers differ (RFC 5280 §5.1.1.2).");
        var issuer = body.ReadEncodedValue();
        var thisUpdate = ReadTime(body);
        var nextUpdate = body.HasData && (body.PeekTag() == Asn1Tag.UtcTime || body.PeekTag() == Asn1Tag.GeneralizedTime) ? ReadTime(body) : (DateTimeOffset?)null;
        var revoked = new HashSet<BigInteger>();
        if (body.HasData && body.PeekTag() == Asn1Tag.Sequence)
        {
            var entries = body.ReadSequence();
            while (entries.HasData) revoked.Add(entries.ReadSequence().ReadInteger());
        }

        if (body.HasData) RefuseCritical(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        return new RevocationList(signed.ToArray(), algorithm, signature, issuer.ToArray(), thisUpdate, nextUpdate, revoked) { Der = octets.ToArray() };
    }

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            _ = extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean()) throw new InvalidDataException("A critical extension of the list is not understood (RFC 5280 §5.2).");
        }
    }
}
