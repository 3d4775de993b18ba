using System.Text;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>Ways to write one message that old stacks use: all of them pass and mean the same.</summary>
public sealed class UntouchedTests : IAsyncLifetime
{
    private const string Subject = "Bảo hiểm xã hội <1 & 2>";

    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("Bảo hiểm xã hội &lt;1 &amp; 2&gt;")]
    [InlineData("<![CDATA[Bảo hiểm xã hội <1 & 2>]]>")]
    [InlineData("B&#7843;o hi&#x1EC3;m xã hội &#60;1 &#38; 2&#62;")]
    [InlineData("Bảo hiểm<!-- a comment --> xã hội &lt;1 <![CDATA[&]]> 2>")]
    public async Task Text_may_be_written_in_any_way_xml_has(string written)
    {
        foreach (var version in new[] { SoapVersion.V11, SoapVersion.V12 })
        {
            using var content = Samples.Content(version, Message(version, written));
            Assert.Equal($"SubmitDossier|{version}|{Subject}", await ReadAsync(content));
        }
    }

    [Theory]
    [InlineData("utf-8", true, "; charset=utf-8")]
    [InlineData("utf-8", true, "; charset=\"UTF-8\"")]
    [InlineData("utf-8", false, "")]
    [InlineData("utf-16", true, "; charset=utf-16")]
    [InlineData("utf-16", true, "")]
    [InlineData("utf-16BE", true, "; charset=utf-16be")]
    [InlineData("utf-16", false, "; charset=\"utf-16le\"")]
    public async Task Utf_8_and_utf_16_pass_with_and_without_a_byte_order_mark(string encoding, bool mark, string parameters)
    {
        var characters = Encoding.GetEncoding(encoding);
        var message = $"<?xml version=\"1.0\" encoding=\"{(encoding == "utf-8" ? "utf-8" : "utf-16")}\"?>" + Message(SoapVersion.V12, "<![CDATA[" + Subject + "]]>");
        using var content = Samples.Content(SoapVersion.V12, [.. mark ? characters.GetPreamble() : [], .. characters.GetBytes(message)], parameters);
        Assert.Equal($"SubmitDossier|SOAP 1.2|{Subject}", await ReadAsync(content));
    }

    [Fact]
    public async Task White_space_comments_and_a_default_namespace_change_nothing()
    {
        var message = $"""
            <?xml version="1.0"?>
            <!-- before -->
            <Envelope xmlns="{SoapVersion.V11.Namespace}">
              <!-- inside -->
              <Header/>
              <Body>
                <SubmitDossier xmlns="urn:vss:interlink:v1"><Subject>x</Subject></SubmitDossier>
              </Body>
            </Envelope>
            <!-- after -->
            """;
        using var content = Samples.Content(SoapVersion.V11, message);
        Assert.Equal("SubmitDossier|SOAP 1.1|x", await ReadAsync(content));
    }

    private static string Message(SoapVersion version, string subject) => Samples.Envelope(version, Samples.Submit($"<i:Subject>{subject}</i:Subject>"));

    private async Task<string> ReadAsync(HttpContent content)
    {
        using var response = await _host.Client.PostAsync(SoapHost.ReadPath, content);
        return await response.Content.ReadAsStringAsync();
    }
}
