using System.Text;
using System.Text.Json;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Cli.Tests.Verify;

public sealed class VerifyReceiptTests : IDisposable
{
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_receipt_of_the_hub_passes()
    {
        var run = await Interlink.RunAsync(["verify", await _files.ReceiptAsync(), .. SignedFiles.Trust]);
        Assert.Equal((0, "TOTAL-PASSED", ""), (run.ExitCode, run.LastLine, run.Error));
        Assert.Contains(DevelopmentPki.HubSubject, run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tampered_receipt_fails_and_the_rule_is_named()
    {
        var run = await Interlink.RunAsync(["verify", await TamperedAsync(), .. SignedFiles.Trust]);
        Assert.Equal((1, "TOTAL-FAILED (HASH_FAILURE)"), (run.ExitCode, run.LastLine));
        Assert.Matches("FAIL +sig\\.digest ", run.Out);
    }

    [Fact]
    public async Task Without_anchors_integrity_is_judged_and_the_signer_is_not()
    {
        var run = await Interlink.RunAsync("verify", await _files.ReceiptAsync(), "--json");
        var signature = run.Json.GetProperty("signatures")[0];
        Assert.Equal((2, "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", "intact"), (run.ExitCode, Text(run.Json, "indication"), Text(run.Json, "subIndication"), Text(signature, "integrity")));
        Assert.Equal(DevelopmentPki.HubSubject, Text(signature.GetProperty("signer"), "subject"));
    }

    [Fact]
    public async Task Without_anchors_a_tampered_receipt_still_fails()
    {
        var run = await Interlink.RunAsync("verify", await TamperedAsync(), "--json");
        Assert.Equal((1, "HASH_FAILURE", "broken"), (run.ExitCode, Text(run.Json, "subIndication"), Text(run.Json.GetProperty("signatures")[0], "integrity")));
    }

    [Fact]
    public async Task Without_revocation_lists_nothing_passes_unless_revocation_is_left_out_by_name()
    {
        string[] asked = ["verify", await _files.ReceiptAsync(), "--trust", SignedFiles.Pki.Anchors];
        var refused = await Interlink.RunAsync(asked);
        Assert.Equal((2, "INDETERMINATE (TRY_LATER)"), (refused.ExitCode, refused.LastLine));
        Assert.Matches("FAIL +cert\\.revocation-known ", refused.Out);
        var passed = await Interlink.RunAsync([.. asked, "--no-revocation"]);
        Assert.Equal((0, "TOTAL-PASSED"), (passed.ExitCode, passed.LastLine));
        Assert.DoesNotContain("cert.revo", passed.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ministry-revoked", 0, "REVOKED_NO_POE", "cert.revoked")]
    [InlineData("ministry-expired", -10, "OUT_OF_BOUNDS_NO_POE", "cert.validity")]
    [InlineData("stranger", 0, "NO_CERTIFICATE_CHAIN_FOUND", "cert.chain")]
    public async Task A_signer_that_is_not_good_is_indeterminate_by_the_rule_and_integrity_is_still_intact(string key, int days, string reason, string rule)
    {
        var run = await Interlink.RunAsync(["verify", await _files.ReceiptAsync(key, SignedFiles.Now.AddDays(days)), .. SignedFiles.Trust, "--json"]);
        var signature = run.Json.GetProperty("signatures")[0];
        Assert.Equal((2, reason, "intact"), (run.ExitCode, Text(run.Json, "subIndication"), Text(signature, "integrity")));
        Assert.Equal(rule, Text(signature.GetProperty("steps").EnumerateArray().First(step => !step.GetProperty("ok").GetBoolean()), "rule"));
    }

    [Fact]
    public async Task An_expired_signer_passes_at_a_time_when_he_was_good()
    {
        var then = SignedFiles.Now.AddDays(-10);
        var run = await Interlink.RunAsync(["verify", await _files.ReceiptAsync("ministry-expired", then), .. SignedFiles.Trust, "--no-revocation", "--at", then.ToString("yyyy-MM-dd'T'HH:mm:sszzz")]);
        Assert.Equal((0, "TOTAL-PASSED"), (run.ExitCode, run.LastLine));
    }

    [Fact]
    public async Task Standard_input_is_read_for_a_dash()
    {
        var run = await Interlink.RunAsync(await SignedFiles.SignReceiptAsync(), ["verify", "-", .. SignedFiles.Trust]);
        Assert.Equal((0, "TOTAL-PASSED"), (run.ExitCode, run.LastLine));
    }

    [Fact]
    public async Task The_JSON_report_has_every_member_and_the_standards_spelling()
    {
        var run = await Interlink.RunAsync(["verify", await _files.ReceiptAsync(), .. SignedFiles.Trust, "--json"]);
        Assert.Equal(["indication", "subIndication", "signatures", "errors"], Names(run.Json));
        var signature = Assert.Single(run.Json.GetProperty("signatures").EnumerateArray());
        Assert.Equal(
            ["id", "format", "level", "integrity", "indication", "subIndication", "coverage", "scope", "algorithms", "signingTime", "bestSignatureTime", "signer", "steps"],
            Names(signature));
        Assert.Equal(("TOTAL-PASSED", "interlink-evidence", "XAdES", "B", "intact", "full"),
            (Text(signature, "indication"), Text(signature, "id"), Text(signature, "format"), Text(signature, "level"), Text(signature, "integrity"), Text(signature, "scope")));
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("subIndication").ValueKind);
        Assert.Equal("whole-document", Text(Assert.Single(signature.GetProperty("coverage").EnumerateArray()), "kind"));
        Assert.Contains("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", signature.GetProperty("algorithms").EnumerateArray().Select(each => each.GetString()));
        Assert.InRange(signature.GetProperty("signingTime").GetDateTimeOffset(), SignedFiles.Now.AddMinutes(-2), SignedFiles.Now);
        Assert.Equal(["subject", "sha256"], Names(signature.GetProperty("signer")));
        Assert.All(signature.GetProperty("steps").EnumerateArray(), step => Assert.Equal(["rule", "ok", "at", "detail", "remedy"], Names(step)));
    }

    [Fact]
    public async Task Redirected_output_is_plain_ASCII_whatever_the_document_holds()
    {
        var file = await _files.ReceiptAsync();
        File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(file), "(<ds:Signature[^>]* Id=)\"[^\"]*\"", "$1\"Chứng_từ\""));
        var run = await Interlink.RunAsync(["verify", file, .. SignedFiles.Trust]);
        Assert.True(Ascii.IsValid(run.Out), run.Out);
        Assert.Contains("Ch\\u{1EE9}ng_t\\u{1EEB}", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_without_a_signature_has_an_exit_code_of_its_own()
    {
        var file = _files.Write("plain.xml", SignedFiles.Receipt);
        var run = await Interlink.RunAsync("verify", file);
        Assert.Equal((3, "no signature found"), (run.ExitCode, run.LastLine));
        var json = (await Interlink.RunAsync("verify", file, "--json")).Json;
        Assert.Equal((JsonValueKind.Null, 0, "sig.present"), (json.GetProperty("indication").ValueKind, json.GetProperty("signatures").GetArrayLength(), Text(json.GetProperty("errors")[0], "rule")));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static List<string> Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    private async Task<string> TamperedAsync() =>
        _files.Write("tampered.xml", Encoding.UTF8.GetString(await SignedFiles.SignReceiptAsync()).Replace("Quyết định", "Quyết toán", StringComparison.Ordinal));
}
