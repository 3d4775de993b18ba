using System.Text;
using System.Xml;

namespace Vss.Interlink.TestKit;

/// <summary>Documents as trees of .NET, which tests change node by node. The product builds none.</summary>
public static class XmlTree
{
    /// <summary>By the platform's own reader.</summary>
    public static XmlDocument Load(ReadOnlyMemory<byte> octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var input = new MemoryStream(octets.ToArray(), writable: false);
        using var reader = XmlReader.Create(input, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        document.Load(reader);
        return document;
    }

    /// <inheritdoc cref="Load(ReadOnlyMemory{byte})"/>
    public static XmlDocument Load(string xml) => Load(Encoding.UTF8.GetBytes(xml));

    /// <summary>UTF-8 without a declaration; nothing is put between the nodes.</summary>
    public static byte[] Octets(XmlDocument document)
    {
        using var output = new MemoryStream();
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize })) document.Save(writer);
        return output.ToArray();
    }
}
