using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>What a stranger may send: each is refused by its line of the catalogue, in the caller's version.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(_host.Log.Lines, line => line.Level >= LogLevel.Error);
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("1.1", 500, "soap:Client")]
    [InlineData("1.2", 400, "soap:Sender")]
    public async Task What_is_not_xml_is_malformed(string version, int status, string code)
    {
        var fault = await FaultAsync(version, "%PDF-1.7 this is no envelope");
        Assert.Equal("MALFORMED", fault.Name);
        Assert.Equal((status, code), (fault.Status, fault.Code));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_document_type_declaration_is_a_forbidden_construct(string version)
    {
        var fault = await FaultAsync(version, """<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>""" + Samples.Envelope(Samples.Version(version), "&b;"));
        Assert.Equal("FORBIDDEN_CONSTRUCT", fault.Name);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_million_levels_of_nesting_exceed_a_limit(string version)
    {
        var nested = new StringBuilder().Insert(0, "<a>", 1_000_000).ToString();
        Assert.Equal("LIMIT_EXCEEDED", (await FaultAsync(version, Samples.Envelope(Samples.Version(version), nested))).Name);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task Ten_thousand_attributes_exceed_a_limit(string version)
    {
        var attributes = string.Concat(Enumerable.Range(0, 10_000).Select(number => $" a{number.ToString(CultureInfo.InvariantCulture)}=\"\""));
        Assert.Equal("LIMIT_EXCEEDED", (await FaultAsync(version, Samples.Envelope(Samples.Version(version), $"<a{attributes}/>"))).Name);
    }

    [Theory]
    [InlineData("1.1", "; charset=iso-8859-1")]
    [InlineData("1.2", "; charset=windows-1258")]
    [InlineData("1.1", "; charset=utf-16")]
    [InlineData("1.2", "; charset=\"utf-16le\"")]
    public async Task A_charset_that_is_not_agreed_or_not_the_documents_own_is_refused(string version, string parameters) =>
        Assert.Equal("UNSUPPORTED_CHARSET", (await FaultAsync(version, Samples.Envelope(Samples.Version(version)), parameters)).Name);

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_charset_that_the_document_alone_declares_is_held_to_the_same_rule(string version) =>
        Assert.Equal("UNSUPPORTED_CHARSET", (await FaultAsync(version, """<?xml version="1.0" encoding="iso-8859-1"?>""" + Samples.Envelope(Samples.Version(version)), "")).Name);

    [Theory]
    [InlineData("1.1", "<i:Launder xmlns:i=\"urn:vss:interlink:v1\"/>")]
    [InlineData("1.2", "<i:Launder xmlns:i=\"urn:vss:interlink:v1\"/>")]
    [InlineData("1.1", "<GetStatus/>")]
    [InlineData("1.2", "<GetStatus xmlns=\"urn:other\"/>")]
    public async Task An_operation_that_the_wsdl_does_not_have_is_unknown(string version, string body) =>
        Assert.Equal("UNKNOWN_OPERATION", (await FaultAsync(version, Samples.Envelope(Samples.Version(version), body))).Name);

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task Two_bodies_are_malformed(string version)
    {
        var ns = Samples.Version(version).Namespace;
        var fault = await FaultAsync(version, $"<s:Envelope xmlns:s=\"{ns}\"><s:Body>{Samples.StatusOf}</s:Body><s:Body>{Samples.StatusOf}</s:Body></s:Envelope>");
        Assert.Equal(("MALFORMED", "soap.body"), (fault.Name, fault.Rule));
    }

    [Theory]
    [InlineData("<s:Header/><s:Header/><s:Body>{0}</s:Body>")]
    [InlineData("<s:Body>{0}</s:Body><s:Header/>")]
    [InlineData("<s:Body>{0}</s:Body><more/>")]
    [InlineData("<s:Header/>")]
    [InlineData("<s:Body/>")]
    [InlineData("<s:Body>{0}{0}</s:Body>")]
    [InlineData("<s:Body>text {0}</s:Body>")]
    [InlineData("<s:Body><![CDATA[text]]>{0}</s:Body>")]
    [InlineData("text<s:Body>{0}</s:Body>")]
    [InlineData("<?go away?><s:Body>{0}</s:Body>")]
    public async Task An_envelope_of_any_other_shape_is_malformed(string inside)
    {
        foreach (var version in new[] { "1.1", "1.2" })
        {
            var shaped = $"<s:Envelope xmlns:s=\"{Samples.Version(version).Namespace}\">{string.Format(CultureInfo.InvariantCulture, inside, Samples.StatusOf)}</s:Envelope>";
            Assert.Equal("MALFORMED", (await FaultAsync(version, shaped)).Name);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_compressed_body_is_refused_before_it_is_unpacked(string version)
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(new byte[4 * 1024 * 1024]);
        using var content = Samples.Content(Samples.Version(version), bomb.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        var fault = await FaultAsync(version, content);
        Assert.Equal(("UNSUPPORTED_MEDIA_TYPE", 415), (fault.Name, fault.Status));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data; boundary=b")]
    [InlineData("multipart/related; boundary=b; type=\"text/xml\"")]
    [InlineData("multipart/related; type=\"application/xop+xml\"")]
    [InlineData("text/xml; charset=utf-8; charset=utf-16")]
    [InlineData("")]
    public async Task A_media_type_that_is_none_of_soaps_is_refused_with_415(string contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Samples.Envelope(SoapVersion.V11)));
        if (contentType.Length > 0) content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var fault = await FaultAsync("1.1", content);
        Assert.Equal(("UNSUPPORTED_MEDIA_TYPE", 415), (fault.Name, fault.Status));
    }

    [Fact]
    public async Task An_envelope_of_one_version_under_the_media_type_of_the_other_is_refused_in_the_envelopes_version()
    {
        using var content = Samples.Content(SoapVersion.V11, Samples.Envelope(SoapVersion.V12));
        Assert.Equal("UNSUPPORTED_MEDIA_TYPE", (await FaultAsync("1.2", content)).Name);
    }

    [Fact]
    public async Task An_unknown_envelope_is_answered_in_soap_1_1_with_the_envelopes_that_are_known()
    {
        using var content = Samples.Content(SoapVersion.V12, """<e:Envelope xmlns:e="http://www.w3.org/2001/12/soap-envelope"><e:Body/></e:Envelope>""");
        var fault = await FaultAsync("1.1", content);
        Assert.Equal(("VERSION_MISMATCH", "soap:VersionMismatch", 500), (fault.Name, fault.Code, fault.Status));
        var known = fault.Envelope.GetElementsByTagName("SupportedEnvelope", SoapVersion.V12.Namespace);
        Assert.Equal([SoapVersion.V12.Namespace, SoapVersion.V11.Namespace], known.Cast<System.Xml.XmlElement>().Select(element => element.GetNamespaceOfPrefix("envelope")));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_body_that_ends_early_is_truncated(string version)
    {
        var envelope = Samples.Envelope(Samples.Version(version));
        Assert.Equal("TRUNCATED", (await FaultAsync(version, envelope[..^20])).Name);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("GET")]
    public async Task Another_method_is_told_which_one_is_allowed(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), SoapHost.Path);
        using var response = await _host.Client.SendAsync(request);
        Assert.Equal((405, "POST"), ((int)response.StatusCode, response.Content.Headers.Allow.Single()));
        Assert.Equal("UNKNOWN_OPERATION", (await SeenFault.OfAsync(response)).Name);
    }

    [Fact]
    public async Task What_the_caller_sent_comes_back_escaped_and_without_characters_that_xml_lacks()
    {
        const string evil = """<x:Header xmlns:x="urn:&quot;&gt;&lt;evil/&gt;" s:mustUnderstand="1"/>""";
        using var content = Samples.Content(SoapVersion.V12, Samples.Envelope(SoapVersion.V12, header: evil));
        var fault = await FaultAsync("1.2", content);
        Assert.Equal("MUST_UNDERSTAND", fault.Name);
        Assert.Empty(fault.Envelope.GetElementsByTagName("evil"));
    }

    [Fact]
    public async Task The_reference_number_of_a_fault_is_in_the_log()
    {
        var fault = await FaultAsync("1.1", "no xml");
        Assert.Equal(16, fault.Reference.Length);
        Assert.Contains(_host.Log.Lines, line => line.Text.Contains(fault.Reference, StringComparison.Ordinal) && line.Text.Contains("MALFORMED", StringComparison.Ordinal));
    }

    private async Task<SeenFault> FaultAsync(string version, string message, string parameters = "; charset=utf-8")
    {
        using var content = Samples.Content(Samples.Version(version), message, parameters);
        return await FaultAsync(version, content);
    }

    private async Task<SeenFault> FaultAsync(string version, HttpContent content)
    {
        using var response = await _host.Client.PostAsync(SoapHost.Path, content);
        var fault = await SeenFault.OfAsync(response);
        Assert.Equal((Samples.Version(version).Namespace, Samples.Version(version).MediaType), (fault.EnvelopeNamespace, fault.MediaType));
        return fault;
    }
}
