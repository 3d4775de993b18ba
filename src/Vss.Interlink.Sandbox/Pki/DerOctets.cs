using System.Formats.Asn1;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>Looks at a stranger's octets before BouncyCastle does, which takes more than half a minute over values that stand thirty thousand deep within each other.</summary>
internal static class DerOctets
{
    private const int MaxDepth = 24;

    /// <summary>Whether the octets are one DER value and nothing else, at most 24 levels deep.</summary>
    public static bool AreOneValue(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Length(octets, 0) == octets.Length;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static int Length(ReadOnlySpan<byte> octets, int depth)
    {
        var tag = AsnDecoder.ReadEncodedValue(octets, AsnEncodingRules.DER, out var offset, out var length, out var consumed);
        if (!tag.IsConstructed) return consumed;
        if (depth == MaxDepth) throw new AsnContentException("The values stand too deep within each other.");
        for (var inside = octets.Slice(offset, length); !inside.IsEmpty;) inside = inside[Length(inside, depth + 1)..];
        return consumed;
    }
}
