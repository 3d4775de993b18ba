using System.Text;
using System.Text.Json;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.Pdf;

/// <summary><c>interlink verify</c> on PDF files, from the outside.</summary>
public sealed class PdfVerifyTests : IDisposable
{
    private static readonly Holder s_root = Holder.Root("CN=Root");
    private static readonly Holder s_person = s_root.Issue("CN=Person");
    private static readonly Holder s_agency = s_root.Issue("CN=Agency");
    private static readonly TestPdf s_signed = TestPdf.Create().Sign(s_person);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-pdf-");

    public PdfVerifyTests()
    {
        var broken = s_signed.Octets.ToArray();
        broken[Encoding.Latin1.GetString(broken).IndexOf("Quyet dinh 12", StringComparison.Ordinal)] ^= 1;
        var sha1 = TestPdf.Create().Sign(s_person, set => (set.SubFilter, set.Make) = ("adbe.pkcs7.sha1", content => OpenSslSigner.Sign(s_person, System.Security.Cryptography.CryptographicOperations.HashData(System.Security.Cryptography.HashAlgorithmName.SHA1, content), null, "-nodetach", "-md", "sha1")));
        var gone = s_signed.Set(fields: []);
        Write("signed.pdf", s_signed.Octets);
        Write("both.pdf", s_signed.Sign(s_agency, set => set.Field = "Signature2").Octets);
        Write("broken.pdf", broken);
        Write("noted.pdf", Noted(s_signed).Octets);
        Write("dated.pdf", s_signed.Update([(TestPdf.Info, "<< /ModDate (D:20261121090000Z) >>")], set => set.Trailer = "/Info 6 0 R").Octets);
        Write("changed.pdf", s_signed.Update([(TestPdf.Content, TestPdf.Stream("(99) Tj"))]).Octets);
        Write("sha1.pdf", sha1.Octets);
        Write("older.pdf", TestPdf.Create().Sign(s_person, set => (set.SubFilter, set.Make) = ("adbe.pkcs7.detached", content => OpenSslSigner.Sign(s_person, content, null, "-md", "sha256"))).Octets);
        Write("unsigned.pdf", TestPdf.Create().Octets);
        Write("gone.pdf", gone.Update([(TestPdf.Catalog, gone.CatalogBody)]).Octets);
        Write("encrypted.pdf", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(TestPdf.Create().Octets).Replace("/Info 6 0 R", "/Encrypt << /Filter /Standard >>", StringComparison.Ordinal)));
        Write("shifted.pdf", [(byte)'\n', .. s_signed.Octets]);
        Write("cut.pdf", s_signed.Octets[..400]);
        Write("end-cut.pdf", s_signed.Octets[..^100]);
        Write("root.crl", s_root.List());
        foreach (var (name, holder) in new[] { ("root.pem", s_root), ("person.pem", s_person), ("agency.pem", s_agency) }) File.WriteAllText(PathOf(name), holder.Certificate.ExportCertificatePem());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, "signed.pdf", null)]
    [InlineData(0, "signed.pdf --require whole-document", null)]
    [InlineData(0, "both.pdf", null)]
    [InlineData(0, "older.pdf", null)]
    [InlineData(1, "broken.pdf", "HASH_FAILURE")]
    [InlineData(1, "changed.pdf", "FORMAT_FAILURE")]
    [InlineData(2, "noted.pdf", "SIG_CONSTRAINTS_FAILURE")]
    [InlineData(2, "dated.pdf", "SIG_CONSTRAINTS_FAILURE")]
    [InlineData(2, "sha1.pdf", "CRYPTO_CONSTRAINTS_FAILURE")]
    [InlineData(0, "sha1.pdf --policy legacy", null)]
    [InlineData(3, "unsigned.pdf", null, "pdf.signature")]
    [InlineData(3, "gone.pdf", null, "pdf.unreached")]
    [InlineData(65, "encrypted.pdf", null, "pdf.encrypted")]
    [InlineData(65, "shifted.pdf", null, "pdf.structure")]
    [InlineData(65, "cut.pdf", null, "pdf.structure")]
    [InlineData(65, "end-cut.pdf", null, "pdf.structure")]
    public async Task A_PDF_is_judged(int exitCode, string arguments, string? reason, string? error = null)
    {
        var run = await RunAsync($"{arguments} --trust root.pem --crl root.crl --at 2026-11-20T12:00:00Z");
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal(reason, run.Json.GetProperty("subIndication").GetString());
        if (error is not null) Assert.Contains(error, run.Json.GetProperty("errors").EnumerateArray().Select(each => each.GetProperty("rule").GetString()));
    }

    [Theory]
    [InlineData(2, "signed.pdf", "NO_CERTIFICATE_CHAIN_FOUND")]
    [InlineData(2, "signed.pdf --trust root.pem", "TRY_LATER")]
    [InlineData(0, "signed.pdf --pubkey person.pem", null)]
    [InlineData(1, "signed.pdf --pubkey agency.pem", "SIG_CRYPTO_FAILURE")]
    public async Task Trust_is_the_callers(int exitCode, string arguments, string? reason)
    {
        var run = await RunAsync($"{arguments} --at 2026-11-20T12:00:00Z");
        Assert.Equal((exitCode, reason), (run.ExitCode, run.Json.GetProperty("subIndication").GetString()));
    }

    [Fact]
    public async Task The_report_says_what_is_signed_and_how_much_of_it()
    {
        var whole = await SignatureAsync("signed.pdf");
        Assert.Equal(("Signature1", "PAdES", "B", "intact", "full"), (Text(whole, "id"), Text(whole, "format"), Text(whole, "level"), Text(whole, "integrity"), Text(whole, "scope")));
        Assert.Equal(("whole-document", ""), (Text(whole.GetProperty("coverage")[0], "kind"), Text(whole.GetProperty("coverage")[0], "ref")));
        Assert.Equal("CN=Person", Text(whole.GetProperty("signer"), "subject"));

        var part = await SignatureAsync("dated.pdf");
        Assert.Equal(("intact", "partial", "byte-range"), (Text(part, "integrity"), Text(part, "scope"), Text(part.GetProperty("coverage")[0], "kind")));
        Assert.Matches("^0 [0-9]+ [0-9]+ [0-9]+$", Text(part.GetProperty("coverage")[0], "ref"));
        var step = part.GetProperty("steps").EnumerateArray().Single(each => !each.GetProperty("ok").GetBoolean());
        Assert.Equal(("pdf.coverage", "revision 3"), (Text(step, "rule"), Text(step, "at")));
        Assert.NotEmpty(Text(step, "remedy")!);

        Assert.Equal("PDF", Text(await SignatureAsync("older.pdf"), "format"));
    }

    [Fact]
    public async Task Standard_input_is_judged_as_a_file_is() =>
        Assert.Equal(0, (await Interlink.RunAsync(s_signed.Octets, ["verify", "-", "--trust", PathOf("root.pem"), "--no-revocation", "--at", "2026-11-20T12:00:00Z"])).ExitCode);

    [Fact]
    public async Task A_PDF_has_no_content_beside_it() => Assert.Equal(64, (await RunAsync("signed.pdf --content root.pem")).ExitCode);

    [Fact]
    public async Task The_page_for_people_names_the_rule_and_the_remedy()
    {
        var run = await Interlink.RunAsync("verify", PathOf("changed.pdf"), "--trust", PathOf("root.pem"), "--no-revocation", "--at", "2026-11-20T12:00:00Z");
        Assert.Equal("TOTAL-FAILED (FORMAT_FAILURE)", run.LastLine);
        Assert.Contains("pdf.update", run.Out, StringComparison.Ordinal);
        Assert.Contains("remedy:", run.Out, StringComparison.Ordinal);
    }

    private async Task<JsonElement> SignatureAsync(string file) => (await RunAsync($"{file} --trust root.pem --no-revocation --at 2026-11-20T12:00:00Z")).Json.GetProperty("signatures")[0];

    private Task<CommandResult> RunAsync(string arguments) =>
        Interlink.RunAsync(["verify", .. arguments.Split(' ').Select(word => File.Exists(PathOf(word)) ? PathOf(word) : word), "--json"]);

    private static TestPdf Noted(TestPdf pdf)
    {
        var next = pdf.Set(annotations: [.. pdf.Annotations, pdf.Size]);
        return next.Update([(TestPdf.Page, next.PageBody), (pdf.Size, "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (seen) >>")]);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private void Write(string name, byte[] octets) => File.WriteAllBytes(PathOf(name), octets);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
