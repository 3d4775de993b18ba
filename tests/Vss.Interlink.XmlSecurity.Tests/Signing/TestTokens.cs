using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>Time-stamp tokens with nothing in them but the imprint: RFC 3161 section 2.4.2. Nobody signed them.</summary>
internal static class TestTokens
{
    public static TimeStampSource Source { get; } = (imprint, hash, _) => ValueTask.FromResult(Token(imprint.Span, hash));

    private static byte[] Token(ReadOnlySpan<byte> imprint, HashAlgorithmName hash)
    {
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteInteger(1);
            info.WriteObjectIdentifier("1.2.3.4");
            using (info.PushSequence())
            {
                using (info.PushSequence()) info.WriteObjectIdentifier(CryptoConfig.MapNameToOID(hash.Name!)!);
                info.WriteOctetString(imprint);
            }
        }

        var token = new AsnWriter(AsnEncodingRules.DER);
        using (token.PushSequence())
        {
            token.WriteObjectIdentifier("1.2.840.113549.1.7.2");   // id-signedData
            using (token.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (token.PushSequence())
            {
                token.WriteInteger(3);
                using (token.PushSetOf())
                {
                }

                using (token.PushSequence())
                {
                    token.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4");   // id-ct-TSTInfo
                    using (token.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) token.WriteOctetString(info.Encode());
                }
            }
        }

        return token.Encode();
    }
}
