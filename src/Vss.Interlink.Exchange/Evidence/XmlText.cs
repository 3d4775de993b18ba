using System.Xml;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Text from outside on its way into XML of ours, where a refusal for a stray character would stop a delivery.</summary>
internal static class XmlText
{
    /// <summary>The text with U+FFFD in place of whatever XML 1.0 cannot carry.</summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar)) return text;
        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (XmlConvert.IsXmlChar(clean[i])) continue;
            if (i + 1 < clean.Length && XmlConvert.IsXmlSurrogatePair(clean[i + 1], clean[i])) i++;
            else clean[i] = '\uFFFD';
        }

        return new string(clean);
    }
}
