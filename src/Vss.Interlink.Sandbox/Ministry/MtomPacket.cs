using System.Text;
using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>A signed envelope as multipart/related: the base64 of each attachment taken out into a part of its own (MTOM, XOP 1.0).</summary>
internal sealed class MtomPacket
{
    private readonly List<(string Id, byte[] Content)> _parts = [];

    private MtomPacket() { }

    /// <summary>Without hyphens.</summary>
    public string Boundary { get; } = $"uuid:{Guid.NewGuid():D}";

    /// <summary>Content-ID of the root part with its brackets.</summary>
    public const string Root = "<root.message@ministry.example>";

    /// <summary>Packs the envelope, which is changed on the way.</summary>
    public static (MtomPacket Packet, byte[] Octets) Pack(XmlDocument envelope, string soapMediaType)
    {
        var packet = new MtomPacket();
        foreach (var content in envelope.GetElementsByTagName("Content", Names.Interlink).OfType<XmlElement>().Where(element => element.ParentNode?.LocalName == "Attachment").ToList())
            packet.Optimise(content);
        return (packet, packet.Octets(envelope, soapMediaType));
    }

    private void Optimise(XmlElement content)
    {
        var id = $"part-{_parts.Count}@ministry.example";
        _parts.Add((id, Convert.FromBase64String(content.InnerText)));
        content.InnerText = "";
        var include = content.OwnerDocument.CreateElement("xop", "Include", Names.Xop);
        include.SetAttribute("href", $"cid:{Uri.EscapeDataString(id)}");
        content.AppendChild(include);
    }

    private byte[] Octets(XmlDocument envelope, string soapMediaType)
    {
        using var message = new MemoryStream();
        Text(message, $"--{Boundary}\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"{soapMediaType}\"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {Root}\r\n\r\n");
        message.Write(Wire.Octets(envelope));
        foreach (var (id, content) in _parts)
        {
            Text(message, $"\r\n--{Boundary}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{id}>\r\n\r\n");
            message.Write(content);
        }

        Text(message, $"\r\n--{Boundary}--\r\n");
        return message.ToArray();
    }

    private static void Text(MemoryStream message, string text) => message.Write(Encoding.ASCII.GetBytes(text));
}
