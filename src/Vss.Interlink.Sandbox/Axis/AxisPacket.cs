using System.IO.Compression;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>
/// A packet in the hands of the axis, which does not pass bytes on but writes the packet anew. What it changes was seen by comparing what went in with
/// what came out: DocumentId and ToPlaces move, comments go, Direction comes, an empty ResponseFor collapses, AttachmentEncoded loses its prefix,
/// the W3C namespace of Signature is lost, attachments are zipped anew, and a trace header is added.
/// Made without the hub's own packet library, so that each is a check on the other.
/// </summary>
internal sealed class AxisPacket
{
    private static readonly XNamespace Q = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
    private static readonly XNamespace Older = "http://www.e-doc.vn/Schema/";
    private static readonly XNamespace XmlDsig = "http://www.w3.org/2000/09/xmldsig#";
    private const string Prefix = "edXML";

    private readonly XElement _root;
    private readonly XElement _header;

    private AxisPacket(XElement root, XElement header)
    {
        _root = root;
        _header = header;
        IsStatus = header.Element(Q + "StatusCode") is not null;
        From = Text(header, "From", "OrganId");
        To = IsStatus ? [Text(header, "ResponseFor", "OrganId")] : [.. header.Elements(Q + "To").Select(to => Text(to, "OrganId"))];
        Subject = header.Element(Q + "Subject")?.Value.Trim() ?? "";
        Code = IsStatus ? header.Element(Q + "ResponseFor")?.Element(Q + "Code")?.Value.Trim() ?? "" : $"{Text(header, "Code", "CodeNumber")}/{Text(header, "Code", "CodeNotation")}";
        if (To.Count == 0) throw Malformed("To is missing.");
    }

    public bool IsStatus { get; }
    public string From { get; }
    public IReadOnlyList<string> To { get; }
    public string Subject { get; }
    public string Code { get; }

    /// <exception cref="AxisRefusalException">The bytes are no packet.</exception>
    public static AxisPacket Read(byte[] bytes)
    {
        try
        {
            using var input = new MemoryStream(bytes);
            using var xml = XmlReader.Create(input, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, IgnoreComments = true, IgnoreProcessingInstructions = true });
            var root = XElement.Load(xml);
            foreach (var element in root.DescendantsAndSelf().Where(element => element.Name.Namespace == Older)) element.Name = Q + element.Name.LocalName;
            if (root.Name != Q + "edXML") throw Malformed("The root element is not edXML.");
            var header = root.Element(Q + "edXMLEnvelope")?.Element(Q + "edXMLHeader")?.Element(Q + "MessageHeader") ?? throw Malformed("MessageHeader is missing.");
            return new AxisPacket(root, header);
        }
        catch (XmlException malformed)
        {
            throw Malformed(malformed.Message);
        }
    }

    /// <summary>The packet as the axis gives it out.</summary>
    public byte[] Rewritten(string transitOrganId, string transitTime)
    {
        if (!IsStatus)
        {
            _header.Elements(Q + "To").Last().AddAfterSelf(Taken("DocumentId"));
            _header.Add(Taken("ToPlaces"));
            AddDirection();
            AddTraceHeader(transitOrganId, transitTime);
        }
        foreach (var answer in _header.Elements(Q + "ResponseFor").Where(answer => string.IsNullOrWhiteSpace(answer.Value))) answer.RemoveNodes();
        foreach (var element in _header.Parent!.Descendants().Where(element => element.Name.Namespace == XmlDsig)) element.Name = Q + element.Name.LocalName;
        foreach (var content in _root.Descendants(Q + "ContentTransferEncoded")) content.Value = ZippedAnew(content.Value);
        return Written();
    }

    private XElement? Taken(string name)
    {
        var field = _header.Element(Q + name);
        field?.Remove();
        return field;
    }

    private void AddDirection()
    {
        if (_header.Element(Q + "OtherInfo") is not { } other || other.Element(Q + "Direction") is not null) return;
        var direction = new XElement(Q + "Direction", "false");
        if (other.Element(Q + "Appendixes") is { } appendixes) appendixes.AddBeforeSelf(direction);
        else other.Add(direction);
    }

    private void AddTraceHeader(string organId, string time)
    {
        var list = _header.Parent!.Element(Q + "TraceHeaderList");
        if (list is null) _header.AddAfterSelf(list = new XElement(Q + "TraceHeaderList"));
        list.Add(new XElement(Q + "TraceHeader", new XElement(Q + "OrganId", organId), new XElement(Q + "Timestamp", time)));
    }

    /// <summary>A zip with one entry is packed again, under a new name and at another level; anything else passes.</summary>
    private static string ZippedAnew(string base64)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new AxisRefusalException(AxisRefusalException.PacketFormat, "An attachment is not base64.");
        }
        if (!bytes.AsSpan().StartsWith("PK\u0003\u0004"u8)) return base64;

        using var output = new MemoryStream();
        try
        {
            using var found = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            if (found.Entries is not [var entry]) return base64;
            using var packed = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
            using var source = entry.Open();
            using var target = packed.CreateEntry(Guid.NewGuid() + Path.GetExtension(entry.Name), CompressionLevel.SmallestSize).Open();
            source.CopyTo(target);
        }
        catch (InvalidDataException)
        {
            throw new AxisRefusalException(AxisRefusalException.InvalidFile, "An attachment's zip is damaged.");
        }
        return Convert.ToBase64String(output.ToArray());
    }

    private byte[] Written()
    {
        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartDocument();
            Write(xml, _root, "");
        }
        return output.ToArray();
    }

    /// <summary>The envelope is prefixed, the signature and the attachments are not, and an attachment's content is again.</summary>
    private static void Write(XmlWriter xml, XElement element, string prefix)
    {
        if (element.Name == Q + "edXMLEnvelope" || element.Name == Q + "ContentTransferEncoded") prefix = Prefix;
        if (element.Name == Q + "Signature") prefix = "";
        xml.WriteStartElement(element.Name.Namespace == Q ? prefix : "", element.Name.LocalName, element.Name.NamespaceName);
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            xml.WriteAttributeString(attribute.Name.LocalName, attribute.Name.NamespaceName, attribute.Value);
        foreach (var node in element.Nodes())
        {
            if (node is XElement child) Write(xml, child, prefix);
            else node.WriteTo(xml);
        }
        xml.WriteEndElement();
    }

    private static string Text(XElement section, params ReadOnlySpan<string> path)
    {
        var at = section;
        foreach (var name in path) at = at.Element(Q + name) ?? throw Malformed($"{section.Name.LocalName}/{name} is missing.");
        return at.Value.Trim();
    }

    private static AxisRefusalException Malformed(string description) => new(AxisRefusalException.PacketFormat, description);
}
