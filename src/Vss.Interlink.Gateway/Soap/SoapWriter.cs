using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Answers and faults as envelopes in the caller's version, unsigned yet.</summary>
internal static class SoapWriter
{
    private const string FaultAction = "http://www.w3.org/2005/08/addressing/soap/fault";
    private const int MaxTextLength = 1000;

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize };

    /// <summary>The answer to a request.</summary>
    public static Task<ReadOnlyMemory<byte>> AnswerAsync(SoapRequest request, SoapAnswer answer) =>
        EnvelopeAsync(request.Version, header => WriteAddressing(header, request.Addressing, SoapNames.ActionOf(request.Operation + "Response")), answer);

    /// <summary>A refusal.</summary>
    /// <param name="version">Of the caller.</param>
    /// <param name="addressing">Of the request, as far as it was read.</param>
    /// <param name="fault">What is said; its texts are cut and cleaned of characters that XML cannot carry.</param>
    /// <param name="notUnderstood">Header blocks behind a MUST_UNDERSTAND.</param>
    public static Task<ReadOnlyMemory<byte>> FaultAsync(SoapVersion version, Addressing? addressing, FaultDetail fault, IReadOnlyList<XmlQualifiedName> notUnderstood) => EnvelopeAsync(
        version,
        header =>
        {
            WriteAddressing(header, addressing, FaultAction);
            if (fault.Fault == V1.Fault.VersionMismatch) WriteUpgrade(header);
            if (version == SoapVersion.V12) foreach (var name in notUnderstood) WriteNotUnderstood(header, name);
        },
        body =>
        {
            if (version == SoapVersion.V12) WriteFault12(body, fault);
            else WriteFault11(body, fault);
            return Task.CompletedTask;
        });

    /// <summary>HTTP status of a fault: what HTTP itself refuses, else the binding's (SOAP 1.1 §6.2; SOAP 1.2 part 2 §7.5.2.2, table 20).</summary>
    public static int StatusOf(SoapVersion version, FaultDetail fault) => fault.Fault switch
    {
        V1.Fault.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        V1.Fault.Overloaded or V1.Fault.TimeStampsUnavailable or V1.Fault.LedgerUnavailable => StatusCodes.Status503ServiceUnavailable,   // RFC 9110 15.6.4: with the Retry-After that senders between here and there understand too
        V1.Fault.Truncated when fault.Rule == BodyPace.Rule => StatusCodes.Status408RequestTimeout,
        V1.Fault.LimitExceeded when fault.Rule == BoundedBody.SizeRule => StatusCodes.Status413PayloadTooLarge,
        _ when version == SoapVersion.V12 && StandardCode(fault.Fault) is null && IsClient(fault.Fault) => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static async Task<ReadOnlyMemory<byte>> EnvelopeAsync(SoapVersion version, Action<XmlWriter> writeHeader, SoapAnswer writeBody)
    {
        var octets = new MemoryStream();
        using (var writer = XmlWriter.Create(octets, Settings))
        {
            writer.WriteStartElement("soap", "Envelope", version.Namespace);
            writer.WriteStartElement("soap", "Header", version.Namespace);
            writeHeader(writer);
            writer.WriteEndElement();
            writer.WriteStartElement("soap", "Body", version.Namespace);
            await writeBody(writer);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        return octets.GetBuffer().AsMemory(0, (int)octets.Length);
    }

    // An answer speaks WS-Addressing when the request did (WS-Addressing Core §3.4).
    private static void WriteAddressing(XmlWriter header, Addressing? request, string action)
    {
        if (request is null) return;
        header.WriteElementString("wsa", "Action", SoapNames.Addressing, action);
        header.WriteElementString("wsa", "MessageID", SoapNames.Addressing, $"urn:uuid:{Guid.NewGuid():D}");
        if (request.MessageId is { Length: > 0 } id) header.WriteElementString("wsa", "RelatesTo", SoapNames.Addressing, Clean(id));
    }

    // SOAP 1.2 part 1 §5.4.7 and appendix A: which envelopes the hub does know.
    private static void WriteUpgrade(XmlWriter header)
    {
        header.WriteStartElement("upgrade", "Upgrade", SoapNames.Soap12);
        foreach (var version in new[] { SoapVersion.V12, SoapVersion.V11 })
        {
            header.WriteStartElement("upgrade", "SupportedEnvelope", SoapNames.Soap12);
            header.WriteAttributeString("xmlns", "envelope", null, version.Namespace);
            header.WriteAttributeString("qname", "envelope:Envelope");
            header.WriteEndElement();
        }

        header.WriteEndElement();
    }

    // SOAP 1.2 part 1 §5.4.8.
    private static void WriteNotUnderstood(XmlWriter header, XmlQualifiedName name)
    {
        header.WriteStartElement("soap", "NotUnderstood", SoapNames.Soap12);
        if (name.Namespace.Length > 0) header.WriteAttributeString("xmlns", "block", null, name.Namespace);
        header.WriteAttributeString("qname", name.Namespace.Length > 0 ? $"block:{name.Name}" : name.Name);
        header.WriteEndElement();
    }

    private static void WriteFault11(XmlWriter body, FaultDetail fault)
    {
        body.WriteStartElement("soap", "Fault", SoapNames.Soap11);
        body.WriteStartElement("faultcode");
        if (StandardCode(fault.Fault) is { } standard) body.WriteString($"soap:{standard}");
        else if (SecurityCode(fault.Fault) is { } code) WriteQualified(body, code);
        else body.WriteString(IsClient(fault.Fault) ? "soap:Client" : "soap:Server");
        body.WriteEndElement();
        body.WriteElementString("faultstring", OneLine(fault));
        body.WriteStartElement("detail");
        WriteDetail(body, fault);
        body.WriteEndElement();
        body.WriteEndElement();
    }

    private static void WriteFault12(XmlWriter body, FaultDetail fault)
    {
        body.WriteStartElement("soap", "Fault", SoapNames.Soap12);
        body.WriteStartElement("soap", "Code", SoapNames.Soap12);
        var standard = StandardCode(fault.Fault);
        body.WriteElementString("soap", "Value", SoapNames.Soap12, $"soap:{standard ?? (IsClient(fault.Fault) ? "Sender" : "Receiver")}");
        if (standard is null)
        {
            body.WriteStartElement("soap", "Subcode", SoapNames.Soap12);
            body.WriteStartElement("soap", "Value", SoapNames.Soap12);
            WriteQualified(body, SecurityCode(fault.Fault) ?? $"i:{fault.Name}");
            body.WriteEndElement();
            body.WriteEndElement();
        }

        body.WriteEndElement();
        body.WriteStartElement("soap", "Reason", SoapNames.Soap12);
        body.WriteStartElement("soap", "Text", SoapNames.Soap12);
        body.WriteAttributeString("xml", "lang", "http://www.w3.org/XML/1998/namespace", "en");
        body.WriteString(OneLine(fault));
        body.WriteEndElement();
        body.WriteEndElement();
        body.WriteStartElement("soap", "Detail", SoapNames.Soap12);
        WriteDetail(body, fault);
        body.WriteEndElement();
        body.WriteEndElement();
    }

    // The Fault element of the schema, in its order.
    private static void WriteDetail(XmlWriter detail, FaultDetail fault)
    {
        detail.WriteStartElement("i", "Fault", SoapNames.Interlink);
        detail.WriteElementString("i", "Code", SoapNames.Interlink, XmlConvert.ToString((int)fault.Fault));
        detail.WriteElementString("i", "Name", SoapNames.Interlink, fault.Name);
        detail.WriteElementString("i", "Detail", SoapNames.Interlink, Clean(fault.Detail));
        if (fault.Rule.Length > 0) detail.WriteElementString("i", "Rule", SoapNames.Interlink, Clean(fault.Rule));
        detail.WriteElementString("i", "Remedy", SoapNames.Interlink, fault.Remedy);
        detail.WriteElementString("i", "Passing", SoapNames.Interlink, XmlConvert.ToString(fault.Passing));
        detail.WriteElementString("i", "Reference", SoapNames.Interlink, fault.Reference);
        if (fault.Evidence.Length > 0) detail.WriteElementString("i", "Evidence", SoapNames.Interlink, fault.Evidence.ToBase64());
        detail.WriteEndElement();
    }

    private static void WriteQualified(XmlWriter writer, string code)
    {
        var (prefix, ns) = code[..code.IndexOf(':', StringComparison.Ordinal)] switch
        {
            "wsse" => ("wsse", SoapNames.Wsse),
            "wsu" => ("wsu", SoapNames.Wsu),
            _ => ("i", SoapNames.Interlink),
        };
        writer.WriteAttributeString("xmlns", prefix, null, ns);
        writer.WriteString(code);
    }

    private static string? StandardCode(Fault fault) => Split(fault) is ("soap", var name) ? name : null;

    private static string? SecurityCode(Fault fault) => Split(fault) is ("wsse" or "wsu", _) ? FaultCatalogue.Meaning(fault).SoapCode : null;

    private static (string Prefix, string Name) Split(Fault fault) => FaultCatalogue.Meaning(fault).SoapCode.Split(':') is [var prefix, var name] ? (prefix, name) : ("", "");

    private static bool IsClient(Fault fault) => FaultCatalogue.Meaning(fault).SoapSide == "Client";

    private static string OneLine(FaultDetail fault) => Clean($"{fault.Name}: {fault.Detail.TrimEnd('.')}. {fault.Remedy} Reference {fault.Reference}.").ReplaceLineEndings(" ");

    // A detail may quote what the caller sent. The writer escapes it; characters that XML cannot carry at all are replaced here.
    private static string Clean(string text)
    {
        if (text.Length > MaxTextLength) text = text[..MaxTextLength] + "…";
        return string.Create(text.Length, text, (clean, source) =>
        {
            for (var at = 0; at < clean.Length; at++) clean[at] = XmlConvert.IsXmlChar(source[at]) && source[at] is not ('\t' or '\n' or '\r') ? source[at] : ' ';
        });
    }
}
