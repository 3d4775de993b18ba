using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Distinguished names in a form in which equal ones are equal strings: RFC 5280 section 7.1. Values are prepared by <see cref="PreparedText"/>, and it does not matter in which string
/// type they were written.
/// </summary>
internal static class NameForm
{
    /// <summary>Stands before the octets of a text that cannot be compared with another one.</summary>
    public const char NotComparable = '\uffff';

    private const UniversalTagNumber UniversalString = (UniversalTagNumber)28;

    /// <param name="name">A Name, DER.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static string Of(ReadOnlyMemory<byte> name) => string.Concat(Rdns(name).Select(rdn => string.Create(CultureInfo.InvariantCulture, $"{rdn.Length}:{rdn},")));

    /// <summary>The relative names, the outermost first: a subtree of names is a common beginning of these.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<string> Rdns(ReadOnlyMemory<byte> name)
    {
        var outer = new AsnReader(name, AsnEncodingRules.BER);
        var rdns = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        List<string> all = [];
        while (rdns.HasData) all.Add(Rdn(rdns.ReadSetOf(skipSortOrderValidation: true)));
        return all;
    }

    /// <summary>One relative name from the content of its SET.</summary>
    /// <inheritdoc cref="Of"/>
    public static string Rdn(AsnReader attributes)
    {
        List<string> parts = [];
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var type = attribute.ReadObjectIdentifier();
            var value = Value(attribute.ReadEncodedValue());
            attribute.ThrowIfNotEmpty();
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{type}={value.Length}:{value}"));
        }

        parts.Sort(StringComparer.Ordinal);
        return string.Join('+', parts);
    }

    private static string Value(ReadOnlyMemory<byte> encoded)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.BER);
        var tag = reader.PeekTag();
        if (tag.TagClass == TagClass.Universal)
        {
            try
            {
                switch ((UniversalTagNumber)tag.TagValue)
                {
                    case UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.NumericString
                        or UniversalTagNumber.VisibleString or UniversalTagNumber.BMPString or UniversalTagNumber.T61String:
                        return PreparedText.Of(reader.ReadCharacterString((UniversalTagNumber)tag.TagValue)) ?? AsItStands();
                    case UniversalString:
                        return PreparedText.Of(new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true).GetString(ContentOf(encoded))) ?? AsItStands();
                }
            }
            catch (Exception undecodable) when (undecodable is AsnContentException or ArgumentException)
            {
                return AsItStands();
            }
        }

        return "#" + Convert.ToHexString(encoded.Span);

        // It is equal to what has the same octets, and nobody can say what else.
        string AsItStands() => NotComparable + Convert.ToHexString(encoded.Span);

        static ReadOnlySpan<byte> ContentOf(ReadOnlyMemory<byte> value) =>
            AsnDecoder.ReadEncodedValue(value.Span, AsnEncodingRules.BER, out var offset, out var length, out _) == new Asn1Tag(UniversalString) ? value.Span.Slice(offset, length) : default;
    }
}
