namespace Vss.Interlink.Cli.Tests.Verify;

public sealed class VerifyEnvelopeTests : IDisposable
{
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_signed_envelope_passes_and_its_report_says_what_is_covered()
    {
        var run = await Interlink.RunAsync(["verify", await _files.EnvelopeAsync(), .. SignedFiles.Trust, "--json"]);
        var signature = run.Json.GetProperty("signatures")[0];
        Assert.Equal((0, "WS-Security", "dsig", "intact", "partial"),
            (run.ExitCode, signature.GetProperty("format").GetString(), signature.GetProperty("level").GetString(), signature.GetProperty("integrity").GetString(), signature.GetProperty("scope").GetString()));
        Assert.Equal(2, signature.GetProperty("coverage").GetArrayLength());
    }

    [Fact]
    public async Task A_body_in_the_place_of_the_signed_one_does_not_pass()
    {
        // The signed Body goes where nobody reads it, another one comes to its place.
        var file = await _files.EnvelopeAsync(change: signed =>
        {
            var start = signed.IndexOf("<s:Body", StringComparison.Ordinal);
            var body = signed[start..(signed.IndexOf("</s:Body>", StringComparison.Ordinal) + "</s:Body>".Length)];
            return signed.Replace(body, "<s:Body><m:Do xmlns:m=\"urn:m\">evil</m:Do></s:Body>", StringComparison.Ordinal).Replace("</s:Header>", $"<w:Wrap xmlns:w=\"urn:w\">{body}</w:Wrap></s:Header>", StringComparison.Ordinal);
        });
        var run = await Interlink.RunAsync(["verify", file, .. SignedFiles.Trust]);
        Assert.Equal((2, "INDETERMINATE (SIG_CONSTRAINTS_FAILURE)"), (run.ExitCode, run.LastLine));
        Assert.Matches("FAIL +policy\\.coverage +soap-body ", run.Out);
        Assert.Matches("integrity +intact", run.Out);
    }

    [Theory]
    [InlineData("soap-body,timestamp", 0)]
    [InlineData("id", 0)]
    [InlineData("whole-document", 2)]
    [InlineData("id:nobody", 2)]
    public async Task What_is_required_must_be_covered(string required, int exitCode) =>
        Assert.Equal(exitCode, (await Interlink.RunAsync(["verify", await _files.EnvelopeAsync(), .. SignedFiles.Trust, "--require", required])).ExitCode);

    [Fact]
    public async Task A_changed_body_fails()
    {
        var file = await _files.EnvelopeAsync(change: signed => signed.Replace(">x</m:Do>", ">y</m:Do>", StringComparison.Ordinal));
        var run = await Interlink.RunAsync(["verify", file, .. SignedFiles.Trust]);
        Assert.Equal((1, "TOTAL-FAILED (HASH_FAILURE)"), (run.ExitCode, run.LastLine));
    }

    [Fact]
    public async Task An_envelope_without_a_Security_header_has_no_signature() =>
        Assert.Equal(3, (await Interlink.RunAsync("verify", _files.Write("bare.xml", SignedFiles.Envelope))).ExitCode);

    [Fact]
    public async Task An_envelope_whose_content_is_in_MIME_parts_is_not_judged_as_changed()
    {
        var file = await _files.EnvelopeAsync(change: signed => signed.Replace(">x</m:Do>", "><i:Include xmlns:i=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:a\"/></m:Do>", StringComparison.Ordinal));
        var run = await Interlink.RunAsync("verify", file);
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("soap.inline", run.Out, StringComparison.Ordinal);
    }
}
