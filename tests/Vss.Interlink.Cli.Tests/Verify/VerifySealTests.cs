namespace Vss.Interlink.Cli.Tests.Verify;

public sealed class VerifySealTests : IDisposable
{
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_seal_passes_with_its_attachments_and_covers_all_of_them()
    {
        var run = await Interlink.RunAsync(["verify", await _files.SealAsync(("a", "one"), ("b.pdf", "two")), .. SignedFiles.Trust, "--json", .. Attachment("a", "one"), .. Attachment("b.pdf", "two")]);
        var signature = run.Json.GetProperty("signatures")[0];
        Assert.Equal((0, "XAdES", "full", 3), (run.ExitCode, signature.GetProperty("format").GetString(), signature.GetProperty("scope").GetString(), signature.GetProperty("coverage").GetArrayLength()));
    }

    [Fact]
    public async Task A_changed_attachment_fails()
    {
        var run = await Interlink.RunAsync(["verify", await _files.SealAsync(("a", "one")), .. SignedFiles.Trust, .. Attachment("a", "other")]);
        Assert.Equal((1, "TOTAL-FAILED (HASH_FAILURE)"), (run.ExitCode, run.LastLine));
        Assert.Contains("cid:a", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attachment_that_is_not_at_hand_leaves_the_seal_undecided()
    {
        var run = await Interlink.RunAsync(["verify", await _files.SealAsync(("a", "one")), .. SignedFiles.Trust]);
        Assert.Equal(2, run.ExitCode);
        Assert.Matches("FAIL +sig\\.coverage\\.attachments +cid:a", run.Out);
        Assert.Matches("integrity +unknown", run.Out);
    }

    [Theory]
    [InlineData(SignedFiles.SealedHeader, 0)]
    [InlineData("<h:Header xmlns:h=\"urn:vss:test\"><h:Subject>Quyết định</h:Subject></h:Header>", 1)]
    public async Task A_header_that_is_given_must_be_the_sealed_one(string header, int exitCode)
    {
        var run = await Interlink.RunAsync(["verify", await _files.SealAsync(), .. SignedFiles.Trust, "--header", _files.Write("header.xml", header)]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("sig.coverage.header", run.Out, StringComparison.Ordinal);
    }

    private string[] Attachment(string id, string content) => ["--detached", $"{id}={_files.Write("part-" + id, content)}"];
}
