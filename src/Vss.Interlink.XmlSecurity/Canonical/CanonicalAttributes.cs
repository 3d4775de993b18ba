using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Canonical;

/// <summary>The attributes of canonical start tags, ordered by namespace name and local name as Unicode code points: Canonical XML 1.0 sections 2.2 and 2.3.</summary>
internal static class CanonicalAttributes
{
    /// <summary>Writes the tag's own attributes.</summary>
    public static void Write(XmlTokenizer xml, CanonicalWriter writer)
    {
        foreach (var index in xml.Attributes.InCanonicalOrder(xml)) Write(xml, xml.Attributes[index], writer);
    }

    /// <summary>Writes the tag's own attributes among those that it takes over. An own one that is also taken over is replaced, and not written when that is empty.</summary>
    public static void Write(XmlTokenizer xml, IReadOnlyDictionary<string, string> inherited, CanonicalWriter writer)
    {
        // Rare and of one element only: by plain values.
        List<(string Namespace, string Name, int Index)> all = [];
        for (var index = 0; index < xml.Attributes.Count; index++)
        {
            ref readonly var attribute = ref xml.Attributes[index];
            var name = Encoding.UTF8.GetString(AttributeList.LocalName(attribute, xml.Tag));
            if (attribute.IsDeclaration || (attribute.Namespace == InternedNames.XmlNamespace && inherited.ContainsKey(name))) continue;
            all.Add((Encoding.UTF8.GetString(xml.Names[attribute.Namespace]), name, index));
        }

        var xmlNamespace = Encoding.UTF8.GetString(xml.Names[InternedNames.XmlNamespace]);
        all.AddRange(inherited.Where(attribute => attribute is not { Key: "base", Value: "" }).Select(attribute => (xmlNamespace, attribute.Key, -1)));
        all.Sort((left, right) => ByCodePoints(left.Namespace, right.Namespace) is var byNamespace and not 0 ? byNamespace : ByCodePoints(left.Name, right.Name));
        foreach (var (_, name, index) in all)
        {
            if (index >= 0) Write(xml, xml.Attributes[index], writer);
            else Write(Encoding.UTF8.GetBytes("xml:" + name), Encoding.UTF8.GetBytes(inherited[name]), writer);
        }
    }

    private static int ByCodePoints(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static void Write(XmlTokenizer xml, in AttributeEntry attribute, CanonicalWriter writer) =>
        Write(AttributeList.Name(attribute, xml.Tag), xml.Attributes.Value(attribute, xml.Tag), writer);

    private static void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, CanonicalWriter writer)
    {
        writer.Write((byte)' ');
        writer.Write(name);
        writer.Write("=\""u8);
        writer.WriteValue(value);
        writer.Write((byte)'"');
    }
}
