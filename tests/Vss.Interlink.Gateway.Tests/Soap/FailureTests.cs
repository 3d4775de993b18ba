using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>What a caller learns when the hub itself fails: a number, and whether to come again.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData(SoapDialect.Soap11, "soap:Server")]
    [InlineData(SoapDialect.Soap12, "soap:Receiver")]
    public async Task An_unknown_failure_says_a_reference_number_and_the_log_says_the_rest(SoapDialect dialect, string code)
    {
        await using var host = await SoapHost.StartAsync();
        var pki = TestPki.Instance;
        using var ministry = new MinistryClient(new MinistryOptions(new Uri(host.Address, SoapHost.Path), pki.Load("ministry"), pki.AnchorCertificates(), DevelopmentPki.HubSubject)
        {
            Intermediates = [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki.Intermediates, "issuing.crt"))],
            Dialect = dialect,
        });
        var reply = await ministry.GetStatusAsync("000.00.01.G09", "m-1");

        var fault = reply.Fault!;
        Assert.Equal((500, "INTERNAL", code, true), (reply.HttpStatus, fault.Name, fault.Code, fault.Passing));
        Assert.DoesNotContain("burnt", fault.Reason, StringComparison.Ordinal);
        Assert.Contains(host.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("burnt", StringComparison.Ordinal) && line.Text.Contains(fault.Reference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_sends_too_much_is_told_in_whole_seconds_when_to_come_again()
    {
        await using var host = await SoapHost.StartAsync();
        using var ministry = new TestTrust(hubKey: "ministry");
        var signed = await ministry.SoapSigner.SignAsync(Encoding.UTF8.GetBytes(Samples.Envelope(SoapVersion.V11, body: $"<v:GetReceipt xmlns:v=\"{SoapNames.Interlink}\"/>")), CancellationToken.None);
        using var content = Samples.Content(SoapVersion.V11, Encoding.UTF8.GetString(signed));
        using var response = await host.Client.PostAsync(SoapHost.Path, content);
        Assert.Equal("OVERLOADED", (await SeenFault.OfAsync(response)).Name);
        Assert.Equal("17", response.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task A_hub_whose_key_is_away_still_refuses_and_says_in_the_log_that_the_fault_left_unsigned()
    {
        using var keyless = new TestTrust();
        keyless.Key.Dispose();
        await using var host = await SoapHost.StartAsync(keyless);
        using var content = Samples.Content(SoapVersion.V11, "no xml");
        using var response = await host.Client.PostAsync(SoapHost.Path, content);
        var fault = await SeenFault.OfAsync(response);
        Assert.Equal("MALFORMED", fault.Name);
        Assert.Empty(fault.Envelope.GetElementsByTagName("Signature", "http://www.w3.org/2000/09/xmldsig#"));
        Assert.Contains(host.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("unsigned", StringComparison.Ordinal) && line.Text.Contains(fault.Reference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_names_only_so_many_blocks_however_many_were_sent()
    {
        await using var host = await SoapHost.StartAsync();
        var blocks = string.Concat(Enumerable.Range(0, 5_000).Select(number => $"<t:T{number} xmlns:t=\"urn:t\" s:mustUnderstand=\"1\"/>"));
        using var content = Samples.Content(SoapVersion.V12, Samples.Envelope(SoapVersion.V12, header: blocks));
        using var response = await host.Client.PostAsync(SoapHost.Path, content);
        var fault = await SeenFault.OfAsync(response);
        Assert.Equal("MUST_UNDERSTAND", fault.Name);
        Assert.Equal(16, fault.Envelope.GetElementsByTagName("NotUnderstood", SoapVersion.V12.Namespace).Count);
    }
}
