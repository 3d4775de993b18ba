using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Whether the numbers of an RSA key can be those of one: RFC 8017 section 3.1. With an exponent of 1 everybody signs, and readers differ over a number that is negative.
/// </summary>
internal static class RsaNumbers
{
    /// <summary>True for keys of other families too.</summary>
    public static bool AreSound(PublicKey key)
    {
        if (key.Oid.Value is not ("1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10")) return true;
        try
        {
            var numbers = new AsnReader(key.EncodedKeyValue.RawData, AsnEncodingRules.DER).ReadSequence();
            var (modulus, exponent) = (numbers.ReadInteger(), numbers.ReadInteger());
            return modulus.Sign > 0 && !modulus.IsEven && exponent > 2 && !exponent.IsEven && exponent < modulus;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
