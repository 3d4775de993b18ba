using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>What a document says, one line for each node, by the tokenizer and by .NET's reader: equal when both read the same.</summary>
internal static class Infoset
{
    public static readonly XmlLimits Wide = new() { MaxDepth = 10_000, MaxNamespaces = 10_000 };

    /// <summary>The tokenizer's view, or the refusal.</summary>
    public static (string Text, XmlRefusedException? Refused) ByTokenizer(XmlTokenizer xml)
    {
        var lines = new Lines();
        try
        {
            while (xml.Read()) Line(lines, xml);
            return (lines.End(), null);
        }
        catch (XmlRefusedException refused)
        {
            return ("", refused);
        }
    }

    public static (string Text, XmlRefusedException? Refused) ByTokenizer(byte[] octets, XmlLimits? limits = null)
    {
        using var xml = new XmlTokenizer(octets, limits ?? Wide);
        return ByTokenizer(xml);
    }

    /// <summary>.NET's view, or its exception.</summary>
    public static (string Text, XmlException? Refused) ByXmlReader(byte[] octets)
    {
        try
        {
#pragma warning disable CA3075 // the second opinion
            using var xml = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
#pragma warning restore CA3075
            return (Of(xml), null);
        }
        catch (XmlException refused)
        {
            return ("", refused);
        }
    }

    /// <summary>The view of any reader of .NET's kind.</summary>
    public static string Of(XmlReader xml)
    {
        var lines = new Lines();
        while (xml.Read()) Line(lines, xml);
        return lines.End();
    }

    private static void Line(Lines lines, XmlTokenizer xml)
    {
        switch (xml.Kind)
        {
            case XmlTokenKind.XmlDeclaration:
                lines.Add("declaration", $"{Utf8(xml.DeclaredEncoding)} {Utf8(xml.DeclaredStandalone)}");
                break;
            case XmlTokenKind.StartElement:
                lines.Add("start", $"{Utf8(xml.Name)} {{{Utf8(xml.Names[xml.Namespace])}}}{Utf8(xml.LocalName)}{(xml.IsEmptyElement ? " empty" : "")}");
                foreach (ref readonly var entry in xml.Attributes.Entries)
                {
                    var uri = entry.IsDeclaration ? InternedNames.XmlnsNamespace : entry.Namespace;
                    lines.Add("attribute", $"{Utf8(AttributeList.Name(entry, xml.Tag))} {{{Utf8(xml.Names[uri])}}} {Utf8(xml.Attributes.Value(entry, xml.Tag))}");
                }

                break;
            case XmlTokenKind.EndElement:
                lines.Add("end", Utf8(xml.Name));
                break;
            case XmlTokenKind.Text:
                lines.AddText(xml.Text);
                break;
            case XmlTokenKind.CData:
                lines.AddPiece("cdata", xml.Text, xml.IsLastPiece);
                break;
            case XmlTokenKind.Comment:
                lines.AddPiece("comment", xml.Text, xml.IsLastPiece);
                break;
            case XmlTokenKind.ProcessingInstruction:
                lines.AddPiece($"instruction {Utf8(xml.Target)}", xml.Text, xml.IsLastPiece);
                break;
        }
    }

    private static void Line(Lines lines, XmlReader xml)
    {
        switch (xml.NodeType)
        {
            case XmlNodeType.XmlDeclaration:
                lines.Add("declaration", $"{xml.GetAttribute("encoding")} {xml.GetAttribute("standalone")}");
                break;
            case XmlNodeType.Element:
                lines.Add("start", $"{xml.Name} {{{xml.NamespaceURI}}}{xml.LocalName}{(xml.IsEmptyElement ? " empty" : "")}");
                var (name, empty) = (xml.Name, xml.IsEmptyElement);
                while (xml.MoveToNextAttribute()) lines.Add("attribute", $"{xml.Name} {{{xml.NamespaceURI}}} {xml.Value}");
                if (empty) lines.Add("end", name);
                break;
            case XmlNodeType.EndElement:
                lines.Add("end", xml.Name);
                break;
            case XmlNodeType.CDATA:
                lines.Add("cdata", xml.Value);
                break;
            case XmlNodeType.Comment:
                lines.Add("comment", xml.Value);
                break;
            case XmlNodeType.ProcessingInstruction:
                lines.Add($"instruction {xml.Name}", xml.Value);
                break;
            default:
                lines.AddText(Encoding.UTF8.GetBytes(xml.Value));
                break;
        }
    }

    private static string Utf8(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    private sealed class Lines
    {
        private readonly StringBuilder _lines = new();
        private readonly StringBuilder _text = new();

        public void Add(string kind, string value)
        {
            Flush("text");
            _lines.Append(kind).Append(' ').Append(value.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)).Append('\n');
        }

        public void AddText(ReadOnlySpan<byte> octets) => _text.Append(Utf8(octets));

        public void AddPiece(string kind, ReadOnlySpan<byte> octets, bool last)
        {
            if (_lines.Length == 0 || _lines[^1] == '\n')
            {
                Flush("text");
                _lines.Append(kind).Append(' ');
            }

            _lines.Append(Utf8(octets).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal));
            if (last) _lines.Append('\n');
        }

        public string End()
        {
            Flush("text");
            return _lines.ToString();
        }

        private void Flush(string kind)
        {
            if (_text.Length == 0) return;
            var text = _text.ToString();
            _text.Clear();
            Add(kind, text);
        }
    }
}
