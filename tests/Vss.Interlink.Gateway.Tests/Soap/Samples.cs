using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>Synthetic messages, written by hand so that each octet of them is the test's own.</summary>
internal static class Samples
{
    public const string StatusOf = """<i:GetStatus xmlns:i="urn:vss:interlink:v1"><i:OrganId>000.00.00.G22</i:OrganId><i:MessageId>m-1</i:MessageId></i:GetStatus>""";
    public const string StatusAction = "urn:vss:interlink:v1/GetStatus";

    public static SoapVersion Version(string version) => version == "1.2" ? SoapVersion.V12 : SoapVersion.V11;

    public static string Envelope(SoapVersion version, string body = StatusOf, string header = "") =>
        $"""<s:Envelope xmlns:s="{version.Namespace}">{(header.Length == 0 ? "" : $"<s:Header>{header}</s:Header>")}<s:Body>{body}</s:Body></s:Envelope>""";

    public static HttpContent Content(SoapVersion version, string envelope, string parameters = "; charset=utf-8") => Content(version, Encoding.UTF8.GetBytes(envelope), parameters);

    public static HttpContent Content(SoapVersion version, byte[] envelope, string parameters = "; charset=utf-8")
    {
        var content = new ByteArrayContent(envelope);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(version.MediaType + parameters);
        return content;
    }

    public static HttpContent Multipart(SoapVersion version, string multipart, string? contentType = null)
    {
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(multipart.ReplaceLineEndings("\r\n")));
        content.Headers.TryAddWithoutValidation("Content-Type",
            contentType ?? $"multipart/related; boundary=\"b\"; type=\"application/xop+xml\"; start=\"<root@test>\"; start-info=\"{version.MediaType}\"");
        return content;
    }

    public static string Root(SoapVersion version, string envelope, string id = "root@test") => $"""
        --b
        Content-Type: application/xop+xml; charset=UTF-8; type="{version.MediaType}"
        Content-Transfer-Encoding: 8bit
        Content-ID: <{id}>

        {envelope}

        """;

    public static string Part(string id, string content) => $"""
        --b
        Content-Type: application/octet-stream
        Content-Transfer-Encoding: binary
        Content-ID: <{id}>

        {content}

        """;

    public static string Include(string id) => $"""<i:Content><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:{id}"/></i:Content>""";

    public static string Submit(params string[] contents) => $"""<i:SubmitDossier xmlns:i="urn:vss:interlink:v1">{string.Concat(contents)}</i:SubmitDossier>""";
}

/// <summary>A SOAP fault as a caller sees it.</summary>
internal sealed record SeenFault(int Status, string MediaType, string EnvelopeNamespace, string Code, string? Subcode, string Name, string Detail, string Rule, string Reference, XmlDocument Envelope)
{
    public static async Task<SeenFault> OfAsync(HttpResponseMessage response)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(await response.Content.ReadAsStringAsync());
        var root = document.DocumentElement!;
        var fault = (XmlElement)document.GetElementsByTagName("Fault", root.NamespaceURI)[0]!;
        var ours = (XmlElement)document.GetElementsByTagName("Fault", "urn:vss:interlink:v1")[0]!;
        var soap12 = root.NamespaceURI == SoapVersion.V12.Namespace;
        var values = fault.GetElementsByTagName("Value", root.NamespaceURI).Cast<XmlElement>().Select(value => value.InnerText).ToList();
        return new SeenFault(
            (int)response.StatusCode, response.Content.Headers.ContentType!.MediaType!, root.NamespaceURI,
            soap12 ? values[0] : fault["faultcode"]!.InnerText, soap12 ? values.Skip(1).FirstOrDefault() : null,
            Text(ours, "Name"), Text(ours, "Detail"), Text(ours, "Rule"), Text(ours, "Reference"), document);
    }

    private static string Text(XmlElement fault, string name) => fault[name, "urn:vss:interlink:v1"]?.InnerText ?? "";
}
