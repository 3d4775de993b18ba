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
        Assert.Matches("FAIL +sig\\.reference\\.external .*cid:a", run.Out);
        Assert.Matches("integrity +unknown", run.Out);
    }

    [Fact]
    public async Task A_content_that_is_given_and_not_signed_keeps_the_document_from_passing()
    {
        var run = await Interlink.RunAsync(["verify", await _files.SealAsync(("a", "one")), .. SignedFiles.Trust, .. Attachment("a", "one"), .. Attachment("b", "two")]);
        Assert.Equal((2, "INDETERMINATE (SIG_CONSTRAINTS_FAILURE)"), (run.ExitCode, run.LastLine));
        Assert.Matches("FAIL +policy\\.coverage +b ", run.Out);
    }

    [Fact]
    public async Task The_one_content_beside_a_document_needs_no_name()
    {
        var seal = await _files.SealAsync(("a", "one"));
        Assert.Equal(0, (await Interlink.RunAsync(["verify", seal, .. SignedFiles.Trust, "--content", _files.Write("part", "one")])).ExitCode);
        Assert.Equal(1, (await Interlink.RunAsync(["verify", seal, .. SignedFiles.Trust, "--content", _files.Write("part", "other")])).ExitCode);
    }

    private string[] Attachment(string id, string content) => ["--detached", $"{id}={_files.Write("part-" + id, content)}"];
}
