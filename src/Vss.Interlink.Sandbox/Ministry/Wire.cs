using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>The ministry's HTTP: TLS that trusts its configured anchors alone, and envelopes to octets and back.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly MinistryOptions _options;

    public Wire(MinistryOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = MinistrySignature.ChainPolicy(options);
        if (options.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, options.Intermediates, offline: true);
        _client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 128 * 1024 * 1024 };
    }

    public static byte[] Octets(XmlDocument envelope)
    {
        using var octets = new MemoryStream();
        using (var writer = XmlWriter.Create(octets, new XmlWriterSettings { Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.Entitize })) envelope.Save(writer);
        return octets.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no XML.</exception>
    public static XmlDocument Parse(byte[] octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var input = new MemoryStream(octets);
        using var reader = XmlReader.Create(input, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        try
        {
            document.Load(reader);
            return document;
        }
        catch (XmlException notXml)
        {
            throw new InvalidDataException("The answer is no XML.", notXml);
        }
    }

    /// <summary>Sends an envelope and returns the status, when to come again if that was said, and the answer, whose signature was verified.</summary>
    /// <exception cref="InvalidDataException">The answer is no SOAP, or not truly the hub's.</exception>
    public async Task<(int Status, TimeSpan? RetryAfter, XmlDocument Answer)> SendAsync(XmlDocument envelope, string action, Packaging packaging, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint) { Content = Content(envelope, action, packaging) };
        if (_options.Dialect == SoapDialect.Soap11) request.Headers.TryAddWithoutValidation("SOAPAction", $"\"{action}\"");
        using var response = await _client.SendAsync(request, cancellation);
        var octets = await response.Content.ReadAsByteArrayAsync(cancellation);
        var answer = Parse(octets);
        if (answer.DocumentElement is not { LocalName: "Envelope" } root || root.NamespaceURI != RequestEnvelope.Namespace(_options.Dialect)) throw new InvalidDataException("The answer is no envelope of the version that was asked in.");
        MinistrySignature.Verify(octets, answer, _options);
        return ((int)response.StatusCode, response.Headers.RetryAfter?.Delta, answer);
    }

    public void Dispose() => _client.Dispose();

    private ByteArrayContent Content(XmlDocument envelope, string action, Packaging packaging)
    {
        var mediaType = _options.Dialect == SoapDialect.Soap12 ? "application/soap+xml" : "text/xml";
        if (packaging == Packaging.Mtom)
        {
            var (packet, octets) = MtomPacket.Pack(envelope, mediaType);
            var multipart = new ByteArrayContent(octets);
            var withAction = _options.Dialect == SoapDialect.Soap12 ? $"; action=\"{action}\"" : "";
            multipart.Headers.TryAddWithoutValidation("Content-Type",
                $"multipart/related; boundary=\"{packet.Boundary}\"; type=\"application/xop+xml\"; start=\"{MtomPacket.Root}\"; start-info=\"{mediaType}\"{withAction}");
            return multipart;
        }

        var content = new ByteArrayContent(Octets(envelope));
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, "utf-8");
        if (_options.Dialect == SoapDialect.Soap12) content.Headers.ContentType.Parameters.Add(new NameValueHeaderValue("action", $"\"{action}\""));
        return content;
    }
}
