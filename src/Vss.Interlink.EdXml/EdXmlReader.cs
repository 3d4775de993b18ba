using System.Globalization;
using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>How a packet is read.</summary>
public sealed record EdXmlReadOptions
{
    public EdXmlLimits Limits { get; init; } = new();

    /// <summary>
    /// Opens a scratch stream, writable, readable and seekable, for an attachment that looks zipped by the vendor's SDK; it is disposed after use.
    /// The default is memory: whoever accepts large packets gives a temporary file.
    /// </summary>
    public Func<Stream> OpenScratch { get; init; } = static () => new MemoryStream();
}

/// <summary>
/// Reads packets tolerantly: by name and never by position, in the namespace of QCVN 102:2016 or of its predecessor, under any prefix.
/// Bad input is a result and never an exception; exceptions of the caller's streams pass through.
/// </summary>
public static class EdXmlReader
{
    /// <param name="xml">Made safe by the caller (no DTD, no resolver, bounded); stands before or on the root element. Read synchronously, once, forward.</param>
    /// <param name="openContent">
    /// Opens the stream that takes an attachment's decoded content; disposed by the reader. It is told what stood before the content, which need not
    /// be everything: the packet of the result has the whole.
    /// </param>
    /// <param name="options">Limits and scratch space; the defaults where null.</param>
    public static EdXmlReadResult Read(XmlReader xml, Func<AttachmentInfo, Stream> openContent, EdXmlReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(xml);
        ArgumentNullException.ThrowIfNull(openContent);
        try
        {
            return new PacketReading(xml, openContent, options ?? new EdXmlReadOptions()).Read();
        }
        catch (EdXmlRefusalException refusal)
        {
            return new EdXmlReadResult.Refused([refusal.Error]);
        }
        catch (XmlException malformed)
        {
            return new EdXmlReadResult.Refused([NotWellFormed(malformed)]);
        }
    }

    internal static EdXmlError NotWellFormed(XmlException malformed) => new(
        EdXmlFault.NotWellFormed,
        string.Create(CultureInfo.InvariantCulture, $"line {malformed.LineNumber}, position {malformed.LinePosition}"),
        malformed.Message,
        "Send well-formed XML without a DTD, within the limits.");
}

/// <summary>The state of one reading.</summary>
internal sealed class PacketReading(XmlReader xml, Func<AttachmentInfo, Stream> openContent, EdXmlReadOptions options)
{
    private readonly ElementReader _elements = new(xml, options.Limits, EdXmlNames.Reported);
    private readonly ErrorList _errors = new(options.Limits.Errors);
    private readonly HashSet<string> _containers = new(StringComparer.Ordinal);
    private readonly List<AttachmentInfo> _attachments = [];
    private readonly List<EdXmlElement> _rootExtensions = [];
    private readonly List<EdXmlElement> _envelopeExtensions = [];
    private readonly List<EdXmlElement> _headerExtensions = [];
    private EdXmlElement? _header;
    private EdXmlElement? _traceHeaderList;
    private EdXmlElement? _body;
    private HeaderSignature _signature;
    private long _contentBytes;

    public EdXmlReadResult Read()
    {
        if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "edXML" || !_elements.IsPacketElement)
        {
            return new EdXmlReadResult.Refused([new EdXmlError(
                EdXmlFault.NotEdXml, "/", "The root element is not edXML in the namespace of QCVN 102:2016.", $"Send an edXML packet; its namespace is {EdXmlNames.Qcvn}.")]);
        }
        _elements.Children("", RootChild);
        while (xml.Read())
        {
            // To the end of the document: only then is it known to be well-formed.
        }
        return Result();
    }

    private void RootChild(string name)
    {
        if (!_elements.IsPacketElement) _rootExtensions.Add(_elements.Element(name));
        else if (name == "edXMLEnvelope") Container(name, EnvelopeChild);
        else if (name == "AttachmentEncoded") Container(name, AttachmentChild);
        else _rootExtensions.Add(_elements.Element(name));
    }

    private void EnvelopeChild(string name)
    {
        if (!_elements.IsPacketElement) _envelopeExtensions.Add(_elements.Element(name));
        else if (name == "edXMLHeader") Container(name, HeaderChild);
        else if (name == "edXMLBody") Once(name, ref _body);
        else _envelopeExtensions.Add(_elements.Element(name));
    }

    private void HeaderChild(string name)
    {
        if (name == "Signature" && (_elements.IsPacketElement || xml.NamespaceURI == EdXmlNames.XmlDsig))
        {
            Signed(xml.NamespaceURI == EdXmlNames.XmlDsig ? HeaderSignature.XmlDsig : HeaderSignature.PacketNamespace);
            xml.Skip();
        }
        else if (!_elements.IsPacketElement) _headerExtensions.Add(_elements.Element(name));
        else if (name == "MessageHeader") Once(name, ref _header);
        else if (name == "TraceHeaderList") Once(name, ref _traceHeaderList);
        else HeaderExtension(_elements.Element(name));
    }

    private void HeaderExtension(EdXmlElement element)
    {
        if (element.IsField("DigitalSignature") && element.IsEmpty) Signed(HeaderSignature.EmptyDigitalSignature);
        else _headerExtensions.Add(element);
    }

    private void AttachmentChild(string name)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"AttachmentEncoded/Attachment[{_attachments.Count + 1}]");
        if (name != "Attachment" || !_elements.IsPacketElement)
            throw Refusal(EdXmlFault.BadValue, place, $"{name} stands where Attachment is expected.", "Put only Attachment into AttachmentEncoded.");
        if (_attachments.Count == options.Limits.Attachments)
            throw Refusal(EdXmlFault.TooLarge, place, $"The packet has more than {options.Limits.Attachments} attachments.", "Split the document over several packets.");

        List<EdXmlElement> fields = [];
        var attachment = new EdXmlElement("Attachment", EdXmlNames.Qcvn) { Children = fields };
        (long Length, bool Unwrapped)? content = null;
        _elements.Children(place, field =>
        {
            if (field != "ContentTransferEncoded" || !_elements.IsPacketElement) fields.Add(_elements.Element($"{place}/{field}"));
            else if (content is null) content = Content(AttachmentInfo.Read(new FieldReader(attachment, place, [])), $"{place}/{field}");
            else throw Refusal(EdXmlFault.Duplicate, place, "ContentTransferEncoded stands more than once.", "Leave one content in each attachment.");
        });

        var at = new FieldReader(attachment, place, _errors);
        if (content is null) at.Missing("ContentTransferEncoded");
        _attachments.Add(AttachmentInfo.Read(at) with { Index = _attachments.Count, Length = content?.Length ?? 0, Unwrapped = content?.Unwrapped ?? false });
    }

    private (long Length, bool Unwrapped) Content(AttachmentInfo soFar, string place)
    {
        using var content = new AttachmentContent(openContent(soFar with { Index = _attachments.Count }), options.OpenScratch, options.Limits, _contentBytes, place);
        var base64 = new Base64Text(content.Write);
        var valid = true;
        _elements.Text(place, text => valid = valid && base64.TryAdd(text));
        if (!valid || !base64.TryComplete())
            throw Refusal(EdXmlFault.BadBase64, place, "The content is not base64, or it is cut off.", "Encode the attachment's bytes as base64.");
        var length = content.Complete();
        _contentBytes += length;
        return (length, content.Unwrapped);
    }

    private EdXmlReadResult Result()
    {
        if (_header is null)
        {
            _errors.Add(new EdXmlError(EdXmlFault.Missing, "edXMLEnvelope/edXMLHeader/MessageHeader", "The mandatory element MessageHeader is missing.", "Give the packet its MessageHeader."));
            return new EdXmlReadResult.Refused(_errors);
        }
        var header = new FieldReader(_header, "MessageHeader", _errors);
        var trace = TraceHeaderList.Read(new FieldReader(_traceHeaderList ?? new EdXmlElement("TraceHeaderList", EdXmlNames.Qcvn), "TraceHeaderList", _errors));
        var body = ManifestBody.Read(new FieldReader(_body ?? new EdXmlElement("edXMLBody", EdXmlNames.Qcvn), "edXMLBody", _errors));
        var extensions = new PacketExtensions
        {
            Root = _rootExtensions,
            Envelope = _envelopeExtensions,
            Header = _headerExtensions,
            TraceHeaderList = trace.Extensions,
            Body = body.Extensions,
            Manifest = body.ManifestExtensions,
        };

        EdXmlReadResult result = IsStatus(_header) ? Status(header, trace, extensions, body) : Document(header, trace, extensions, body);
        return _errors.Count > 0 ? new EdXmlReadResult.Refused(_errors) : result;
    }

    /// <summary>By content: a status says a code and is addressed by what it answers.</summary>
    private static bool IsStatus(EdXmlElement header) =>
        header.Children.Any(field => field.IsField("StatusCode")) && !header.Children.Any(field => field.IsField("To"));

    private EdXmlReadResult.Document Document(FieldReader header, TraceHeaderList trace, PacketExtensions extensions, ManifestBody body)
    {
        var packet = new EdXmlPacket
        {
            Header = MessageHeader.Read(header),
            Bussiness = trace.Bussiness,
            TraceHeaders = trace.TraceHeaders,
            TraceHeaderAttributes = trace.Attributes,
            Manifest = body.References,
            Attachments = _attachments,
            HeaderSignature = _signature,
            Extensions = extensions,
        };
        PacketRules.CheckAttachments(packet, _errors);
        return new EdXmlReadResult.Document(packet);
    }

    private EdXmlReadResult.Status Status(FieldReader header, TraceHeaderList trace, PacketExtensions extensions, ManifestBody body)
    {
        if (_attachments.Count > 0 || body.References.Count > 0 || trace.Bussiness is not null)
            header.Bad("StatusCode", "A status packet carries attachments or Bussiness.", "Send them as a document packet, with To.");
        var status = EdXmlStatus.Read(header) with { TraceHeaders = trace.TraceHeaders, PacketExtensions = extensions };
        return new EdXmlReadResult.Status(status);
    }

    private void Signed(HeaderSignature signature)
    {
        if (signature > _signature) _signature = signature;
    }

    private void Container(string name, Action<string> child)
    {
        if (!_containers.Add(name)) throw Twice(name);
        _elements.Children(name, child);
    }

    private void Once(string name, ref EdXmlElement? section)
    {
        if (section is not null) throw Twice(name);
        section = _elements.Element(name);
    }

    private static EdXmlRefusalException Twice(string name) => Refusal(EdXmlFault.Duplicate, name, $"{name} stands more than once.", $"Leave one {name} in the packet.");

    private static EdXmlRefusalException Refusal(EdXmlFault fault, string place, string message, string remedy) => new(new EdXmlError(fault, place, message, remedy));
}
