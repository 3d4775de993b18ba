using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Fuzz;

/// <summary>The product's reader against .NET's: both take a document and read the same, or both refuse it. Where one is right against the other is named below.</summary>
internal static partial class ReaderTarget
{
    /// <returns>Whether the document was read.</returns>
    public static bool Check(byte[] input, Features features)
    {
        var (ours, refusal) = Ours(new MemoryStream(input, writable: false));
        foreach (var atATime in (int[])[1, 3, 64])
        {
            var (slow, slowRefusal) = Ours(new SlowStream(input, atATime));
            if (slow != ours || slowRefusal?.Kind != refusal?.Kind) throw new FuzzFailure($"reading {atATime} octets at a time: {slowRefusal?.Detail ?? "read"}, at once: {refusal?.Detail ?? "read"}");
        }

        var (theirs, thrown) = Theirs(input);
        if (refusal is null && thrown is null && ours != theirs) throw new FuzzFailure($"two readings:\n{ours}\n--- .NET:\n{theirs}");
        if (refusal is null != thrown is null && !IsKnown(input, refusal, thrown)) throw new FuzzFailure($"ours: {refusal?.Detail ?? "read"}; .NET: {thrown?.Message ?? "read"}");
        if (refusal is not null) features.Reach($"read {refusal.Kind}", refusal.Detail);
        return refusal is null;
    }

    private static (string Text, XmlRefusal? Refusal) Ours(Stream input)
    {
        using var xml = SafeXml.Reader(input, VerifierTarget.Limits);
        try
        {
            return (Infoset(xml), null);
        }
        catch (XmlException refused)
        {
            return ("", SafeXml.Refusal(refused));
        }
    }

    private static (string Text, XmlException? Refusal) Theirs(byte[] input)
    {
        try
        {
            using var xml = XmlReader.Create(new MemoryStream(input, writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return (Infoset(xml), null);
        }
        catch (XmlException refused)
        {
            return ("", refused);
        }
    }

    private static bool IsKnown(byte[] input, XmlRefusal? ours, XmlException? theirs)
    {
        // We have limits, and only UTF-8 and UTF-16.
        if (ours is { Kind: XmlRefusalKind.LimitExceeded or XmlRefusalKind.UnsupportedEncoding }) return true;

        // Another value of xml:space is an error that need not be reported (XML 1.0 section 2.10).
        if (ours is null && theirs!.Message.Contains("xml:space", StringComparison.Ordinal)) return true;

        // It takes any version that begins with "1.0" (production [26]), and the prefix xmlns on an element (Namespaces in XML 1.0 section 3).
        if (theirs is null && (LaterVersion().IsMatch(Encoding.Latin1.GetString(input).Replace("\0", "", StringComparison.Ordinal)) || ours!.Detail.Contains("the prefix xmlns", StringComparison.Ordinal))) return true;

        // It passes over half a character of UTF-16 at the end.
        if (theirs is null && ours!.Detail.Contains("within a UTF-16 character", StringComparison.Ordinal)) return true;

        // Its names are those of the fourth edition (appendix B there).
        return ours is null && HasFifthEditionName(input);
    }

    private static bool HasFifthEditionName(byte[] input)
    {
        using var xml = SafeXml.Reader(new MemoryStream(input, writable: false), VerifierTarget.Limits);
        while (xml.Read())
        {
            if (xml.NodeType is XmlNodeType.Element or XmlNodeType.ProcessingInstruction && !IsFourthEdition(xml.Name)) return true;
            while (xml.MoveToNextAttribute())
            {
                if (!IsFourthEdition(xml.Name)) return true;
            }
        }

        return false;
    }

    private static bool IsFourthEdition(string name) => name.Split(':').All(part => part.Length > 0 && XmlConvert.IsStartNCNameChar(part[0]) && part.All(XmlConvert.IsNCNameChar));

    [GeneratedRegex(@"^(ÿþ|þÿ|ï»¿)?<\?xml\s+version\s*=\s*(['""])1\.0(?!\2)")]
    private static partial Regex LaterVersion();

    // One line for each node; texts that follow each other are one.
    private static string Infoset(XmlReader xml)
    {
        var lines = new StringBuilder();
        var inText = false;
        while (xml.Read())
        {
            var isText = xml.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace;
            if (isText && xml.Depth == 0) continue;   // white space outside the root element is no part of a document
            if (isText && inText)
            {
                lines.Append(xml.Value);
                continue;
            }

            inText = isText;
            lines.Append('\n').Append(isText ? "Text" : xml.NodeType.ToString()).Append(' ').Append(xml.NodeType is XmlNodeType.Element or XmlNodeType.EndElement ? $"{xml.Name} {{{xml.NamespaceURI}}}" : xml.NodeType is XmlNodeType.ProcessingInstruction ? $"{xml.Name} {xml.Value}" : xml.NodeType is XmlNodeType.XmlDeclaration ? "" : xml.Value);
            if (xml.NodeType != XmlNodeType.Element) continue;
            while (xml.MoveToNextAttribute()) lines.Append("\n  ").Append(xml.Name).Append(" {").Append(xml.NamespaceURI).Append("} ").Append(xml.Value);
            xml.MoveToElement();
            if (xml.IsEmptyElement) lines.Append(" /");
        }

        return lines.ToString();
    }
}
