using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>What was asked of a time-stamping authority: RFC 3161 section 2.4.1.</summary>
public sealed record TimeStampQuery(HashAlgorithmName Hash, ReadOnlyMemory<byte> Imprint, string? Policy, BigInteger? Nonce)
{
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>Null when it is none.</summary>
    public static TimeStampQuery? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var encoded = new AsnReader(octets, AsnEncodingRules.BER).PeekEncodedValue();
            if (!CmsMessage.IsPadding(octets.Span[encoded.Length..])) return null;
            var query = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            query.ReadInteger();
            var imprint = query.ReadSequence();
            var hash = SignatureMethod.HashOf(imprint.ReadSequence().ReadObjectIdentifier());
            var digest = imprint.ReadOctetString();
            var policy = query.HasData && query.PeekTag() == Asn1Tag.ObjectIdentifier ? query.ReadObjectIdentifier() : null;
            var nonce = query.HasData && query.PeekTag() == Asn1Tag.Integer ? query.ReadInteger() : (BigInteger?)null;
            if (query.HasData && query.PeekTag() == Asn1Tag.Boolean) query.ReadBoolean();
            if (query.HasData && query.PeekTag().HasSameClassAndValue(s_extensions)) query.ReadEncodedValue();
            query.ThrowIfNotEmpty();
            return new TimeStampQuery(hash, digest, policy, nonce);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
