using System.Xml;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>What headers claim and ask for: SOAPAction, mustUnderstand, WS-Addressing.</summary>
public sealed class HeaderTests : IAsyncLifetime
{
    private const string Wsa = "xmlns:a=\"http://www.w3.org/2005/08/addressing\"";

    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"" + Samples.StatusAction + "\"")]
    [InlineData(Samples.StatusAction)]
    public async Task A_soap_action_that_is_absent_empty_or_the_bodys_own_is_accepted(string? action)
    {
        using var response = await SendAsync(SoapHost.ReadPath, "1.1", Samples.Envelope(SoapVersion.V11), action);
        Assert.StartsWith("GetStatus|SOAP 1.1|", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1", "\"urn:vss:interlink:v1/SubmitDossier\"")]
    [InlineData("1.2", "\"urn:vss:interlink:v1/SubmitDossier\"")]
    [InlineData("1.1", "\"urn:vss:interlink:v1/GetStatus")]
    [InlineData("1.1", "GetStatus")]
    [InlineData("1.1", "\"urn:vss:interlink:v1/GetStatus\", \"urn:vss:interlink:v1/SubmitDossier\"")]
    public async Task A_soap_action_that_names_something_else_than_the_body_is_a_mismatch(string version, string action) =>
        Assert.Equal("ACTION_MISMATCH", (await FaultAsync(version, Samples.Envelope(Samples.Version(version)), action)).Name);

    [Fact]
    public async Task The_action_parameter_of_soap_1_2_is_held_to_the_same_rule()
    {
        using var right = Samples.Content(SoapVersion.V12, Samples.Envelope(SoapVersion.V12), $"; charset=utf-8; action=\"{Samples.StatusAction}\"");
        using var accepted = await _host.Client.PostAsync(SoapHost.ReadPath, right);
        Assert.True(accepted.IsSuccessStatusCode);
        using var wrong = Samples.Content(SoapVersion.V12, Samples.Envelope(SoapVersion.V12), "; action=\"urn:vss:interlink:v1/SubmitDossier\"");
        using var refused = await _host.Client.PostAsync(SoapHost.Path, wrong);
        Assert.Equal("ACTION_MISMATCH", (await SeenFault.OfAsync(refused)).Name);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task A_wsa_action_that_names_another_operation_is_a_mismatch(string version)
    {
        var header = $"<a:Action {Wsa}>urn:vss:interlink:v1/SubmitDossier</a:Action>";
        Assert.Equal("ACTION_MISMATCH", (await FaultAsync(version, Samples.Envelope(Samples.Version(version), header: header))).Name);
    }

    [Theory]
    [InlineData("1.1", "s:mustUnderstand=\"1\"")]
    [InlineData("1.1", "s:mustUnderstand=\"1\" s:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"")]
    [InlineData("1.2", "s:mustUnderstand=\"true\"")]
    [InlineData("1.2", "s:mustUnderstand=\"1\" s:role=\"http://www.w3.org/2003/05/soap-envelope/role/next\"")]
    [InlineData("1.2", "s:mustUnderstand=\"1\" s:role=\"http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver\"")]
    public async Task A_block_for_us_that_must_be_understood_and_is_not_is_refused(string version, string attributes)
    {
        var fault = await FaultAsync(version, Samples.Envelope(Samples.Version(version), header: $"<t:Transaction xmlns:t=\"urn:t\" {attributes}>5</t:Transaction>"));
        Assert.Equal(("MUST_UNDERSTAND", "soap:MustUnderstand", 500), (fault.Name, fault.Code, fault.Status));
        var named = fault.Envelope.GetElementsByTagName("NotUnderstood", SoapVersion.V12.Namespace).Cast<XmlElement>().ToList();
        if (version == "1.1") Assert.Empty(named);
        else Assert.Equal(("block:Transaction", "urn:t"), (named.Single().GetAttribute("qname"), named[0].GetNamespaceOfPrefix("block")));
    }

    [Theory]
    [InlineData("1.1", "s:mustUnderstand=\"0\"")]
    [InlineData("1.1", "s:mustUnderstand=\"1\" s:actor=\"urn:somebody:else\"")]
    [InlineData("1.2", "s:mustUnderstand=\"false\"")]
    [InlineData("1.2", "s:mustUnderstand=\"1\" s:role=\"http://www.w3.org/2003/05/soap-envelope/role/none\"")]
    public async Task A_block_that_may_be_ignored_or_is_for_somebody_else_passes(string version, string attributes)
    {
        var header = $"<t:Transaction xmlns:t=\"urn:t\" {attributes}>5</t:Transaction>";
        using var response = await SendAsync(SoapHost.ReadPath, version, Samples.Envelope(Samples.Version(version), header: header), null);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("ReplyTo")]
    [InlineData("FaultTo")]
    public async Task An_answer_to_an_address_of_the_callers_choice_is_refused(string name)
    {
        foreach (var version in new[] { "1.1", "1.2" })
        {
            var header = $"<a:MessageID {Wsa}>urn:uuid:1</a:MessageID><a:{name} {Wsa}><a:Address>http://169.254.169.254/latest</a:Address></a:{name}>";
            var fault = await FaultAsync(version, Samples.Envelope(Samples.Version(version), header: header));
            Assert.Equal(("NOT_PERMITTED", "wsa.reply-address"), (fault.Name, fault.Rule));
        }
    }

    [Fact]
    public async Task A_fault_relates_to_the_message_that_it_answers()
    {
        var header = $"<a:MessageID {Wsa}>urn:uuid:77</a:MessageID><a:Action {Wsa}>urn:vss:interlink:v1/SubmitDossier</a:Action>";
        var fault = await FaultAsync("1.2", Samples.Envelope(SoapVersion.V12, header: header));
        Assert.Equal("urn:uuid:77", fault.Envelope.GetElementsByTagName("RelatesTo", "http://www.w3.org/2005/08/addressing")[0]!.InnerText);
        Assert.StartsWith("urn:uuid:", fault.Envelope.GetElementsByTagName("MessageID", "http://www.w3.org/2005/08/addressing")[0]!.InnerText, StringComparison.Ordinal);
        Assert.Equal("http://www.w3.org/2005/08/addressing/soap/fault", fault.Envelope.GetElementsByTagName("Action", "http://www.w3.org/2005/08/addressing")[0]!.InnerText);
    }

    [Fact]
    public async Task A_message_id_out_of_measure_is_not_carried_into_answers()
    {
        var header = $"<a:MessageID {Wsa}>{new string('x', 10_000)}</a:MessageID>";
        Assert.Equal("LIMIT_EXCEEDED", (await FaultAsync("1.1", Samples.Envelope(SoapVersion.V11, header: header))).Name);
    }

    [Fact]
    public async Task A_caller_who_wants_no_answer_gets_none()
    {
        var header = $"<a:ReplyTo {Wsa}><a:Address>http://www.w3.org/2005/08/addressing/none</a:Address></a:ReplyTo>";
        using var response = await SendAsync(SoapHost.Path, "1.1", Samples.Envelope(SoapVersion.V11, "<i:Launder xmlns:i=\"urn:vss:interlink:v1\"/>", header), null);
        Assert.Equal((202, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    private async Task<SeenFault> FaultAsync(string version, string envelope, string? action = null)
    {
        using var response = await SendAsync(SoapHost.Path, version, envelope, action);
        var fault = await SeenFault.OfAsync(response);
        Assert.Equal(Samples.Version(version).Namespace, fault.EnvelopeNamespace);
        return fault;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string version, string envelope, string? action)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Samples.Content(Samples.Version(version), envelope) };
        if (action is not null) request.Headers.TryAddWithoutValidation("SOAPAction", action);
        return await _host.Client.SendAsync(request);
    }
}
