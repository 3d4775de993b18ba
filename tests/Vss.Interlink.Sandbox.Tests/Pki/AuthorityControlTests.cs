using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>The authority's buttons as a script pushes them.</summary>
public sealed class AuthorityControlTests : IAsyncLifetime
{
    private RelyingParty _party = null!;

    public async ValueTask InitializeAsync() => _party = await RelyingParty.StartAsync();

    public ValueTask DisposeAsync() => _party.DisposeAsync();

    [Fact]
    public async Task A_certificate_is_issued_by_name_with_its_key_and_chain()
    {
        var issued = await AnswerAsync("issue", new { subject = "CN=Con dấu, O=Bộ Tài chính, C=VN", key = "Rsa2048", dnsNames = new[] { "seal.example" }, extendedKeyUsages = new[] { "1.3.6.1.5.5.7.3.2" } });

        using var certificate = X509Certificate2.CreateFromPem((string)issued["certificate"]!, (string)issued["key"]!);
        Assert.Equal("CN=Con dấu, O=Bộ Tài chính, C=VN", certificate.Subject);
        Assert.Equal((string)issued["serial"]!, certificate.SerialNumber);
        Assert.True(certificate.MatchesHostname("seal.example"));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem((string)issued["chain"]!);
        Assert.Equal([_party.Authority.Issuing.Thumbprint, _party.Authority.Root.Thumbprint], chain.Select(link => link.Thumbprint));
        Assert.Equal("OK", _party.VerifyByOpenSsl(certificate, [], "-purpose", "sslclient", "-x509_strict"));
    }

    [Theory]
    [InlineData("rsa:2048")]
    [InlineData("ec", "-pkeyopt", "ec_paramgen_curve:P-256")]
    public async Task A_certificate_is_issued_for_a_PKCS10_request(string key, params string[] options)
    {
        var request = Request(key, options);
        using var response = await _party.PostAsync("sandbox/issue", "application/pkcs10", request);
        var issued = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        using var certificate = X509CertificateLoader.LoadCertificate(System.Text.Encoding.ASCII.GetBytes((string)issued["certificate"]!));
        Assert.Equal(("CN=From a request", null), (certificate.Subject, (string?)issued["key"]));
        Assert.Equal("OK", _party.VerifyByOpenSsl(certificate, [await _party.ListAsync("issuing.crl")], "-crl_check"));

        request[^1] ^= 1;   // no longer signed by its key
        using var refused = await _party.PostAsync("sandbox/issue", "application/pkcs10", request);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task What_is_no_request_or_has_a_weak_key_is_refused()
    {
        foreach (var broken in new[] { [], "no request"u8.ToArray(), RelyingParty.Deep(), Request("rsa:1024")[..^9], Request("rsa:1024"), Request("ec", "-pkeyopt", "ec_paramgen_curve:secp224r1") })
        {
            using var refused = await _party.PostAsync("sandbox/issue", "application/pkcs10", broken);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_script_revokes_publishes_and_lets_lists_end()
    {
        var issued = await AnswerAsync("issue", new { subject = "CN=Leaf" });
        using var leaf = X509Certificate2.CreateFromPem((string)issued["certificate"]!);
        async Task<string> Verified() => _party.VerifyByOpenSsl(leaf, [await _party.ListAsync("issuing.crl"), await _party.ListAsync("issuing-delta.crl")], "-crl_check", "-extended_crl", "-use_deltas");

        await PushAsync("revoke", new { serial = leaf.SerialNumber, reason = "certificateHold" });
        Assert.Equal("OK", await Verified());
        await PushAsync("publish-delta");
        Assert.Contains("certificate revoked", await Verified(), StringComparison.Ordinal);
        await PushAsync("revoke", new { serial = leaf.SerialNumber, reason = "RemoveFromCrl" });
        await PushAsync("publish");
        Assert.Equal("OK", await Verified());
        await PushAsync("expire-lists");
        Assert.Contains("CRL has expired", await Verified(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_scripts_faults_and_reads_how_often_was_asked()
    {
        await PushAsync("fault", new { service = "crl", fault = "serverError", count = 1 });
        await PushAsync("fault", new { service = "Ocsp", fault = "Off", count = (int?)null });
        await Assert.ThrowsAsync<HttpRequestException>(() => _party.ListAsync("issuing.crl"));
        Assert.NotEmpty(await _party.ListAsync("issuing.crl"));
        using var cleared = await _party.Http.DeleteAsync("sandbox/fault");
        Assert.Contains(": good", _party.AskByOpenSsl(_party.Authority.TimeStamper, _party.Authority.Issuing), StringComparison.Ordinal);

        var requests = (await _party.Http.GetFromJsonAsync<JsonObject>("sandbox/requests"))!;
        Assert.Equal((2, 1, 0), ((int)requests["Crl"]!, (int)requests["Ocsp"]!, (int)requests["Tsa"]!));
    }

    [Theory]
    [InlineData("fault", """{"service":"Crl","fault":"WrongNonce"}""")]
    [InlineData("fault", """{"service":"Crl","fault":"Nothing"}""")]
    [InlineData("fault", """{"service":"Ocsp","fault":"Off","count":0}""")]
    [InlineData("fault", "no json")]
    [InlineData("revoke", """{"serial":"4711"}""")]
    [InlineData("revoke", """{"serial":"not hexadecimal"}""")]
    [InlineData("revoke", """{"serial":"4711","reason":"mood"}""")]
    [InlineData("revoke", """{"serial":"4711","reason":"7"}""")]
    [InlineData("issue", """{"subject":"no name"}""")]
    [InlineData("issue", """{"subject":"CN=A","notAfter":"2001-01-01T00:00:00Z"}""")]
    [InlineData("issue", """{"subject":"CN=A","extendedKeyUsages":["clientAuth"]}""")]
    [InlineData("revoke", """{"serial":null}""")]
    [InlineData("issue", """{"subject":null}""")]
    [InlineData("issue", """{"subject":"CN=A","dnsNames":null}""")]
    [InlineData("issue", "null")]
    [InlineData("issue", "no json")]
    public async Task What_cannot_be_done_is_refused(string button, string body)
    {
        using var refused = await _party.PostAsync($"sandbox/{button}", "application/json", System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task The_authority_runs_as_a_process_until_its_input_closes()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "interlink-sandbox.dll"), "authority"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            var ready = JsonNode.Parse((await process.StandardOutput.ReadLineAsync())!)!;
            using var http = new HttpClient { BaseAddress = new Uri((string)ready["address"]!) };
            using var root = X509CertificateLoader.LoadCertificate(await http.GetByteArrayAsync("ca/root.cer"));
            Assert.Equal(root.Subject, root.Issuer);
            process.StandardInput.Close();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private byte[] Request(string key, params string[] options) =>
        _party.OpenSsl.Make("request.p10", ["req", "-new", "-newkey", key, .. options, "-nodes", "-keyout", _party.OpenSsl["request.key"], "-subj", "/CN=From a request", "-outform", "DER"]);

    private async Task<JsonObject> AnswerAsync(string button, object body)
    {
        using var response = await _party.Http.PostAsJsonAsync($"sandbox/{button}", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task PushAsync(string button, object? body = null)
    {
        using var response = await (body is null ? _party.Http.PostAsync($"sandbox/{button}", null) : _party.Http.PostAsJsonAsync($"sandbox/{button}", body));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
