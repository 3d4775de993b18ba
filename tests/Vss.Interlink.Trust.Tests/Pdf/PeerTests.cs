using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>Other readers and writers of PDF: <c>pdfsig</c> of poppler and <c>qpdf</c> on files that are judged here, and files of qpdf's, signed and judged.</summary>
public sealed partial class PeerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-pdf-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pdfsig_and_we_agree_on_signatures_and_on_what_they_cover(bool asStreams)
    {
        var one = TestPdf.Create(asStreams).Sign(Person);
        var both = one.Sign(Agency, set => (set.Field, set.Rect, set.HasAppearance) = ("Signature2", "72 72 242 102", true));
        foreach (var (pdf, expected) in new[] { (one, (string[])["Total document signed"]), (both, ["Not total document signed", "Total document signed"]) })
        {
            Assert.All(Judge(pdf), Passes);
            Assert.Contains("No syntax or stream encoding errors", await RunAsync("qpdf", "--check", Write(pdf.Octets)), StringComparison.Ordinal);
            var said = await RunAsync("pdfsig", "-nocert", Write(pdf.Octets));
            Assert.Equal(expected, said.Split('\n').Where(line => line.EndsWith("ocument signed", StringComparison.Ordinal)).Select(line => line.Trim(' ', '-')));
            Assert.Equal(expected.Length, said.Split("Signature is Valid").Length - 1);
        }

        var broken = one.With(Replaced(one.Octets, asStreams ? "/BaseFont /Helvetica" : "Quyet dinh 12", asStreams ? "/BaseFont /Helvetics" : "Quyet dinh 13"));
        Assert.DoesNotContain("Signature is Valid", await RunAsync("pdfsig", "-nocert", Write(broken.Octets)), StringComparison.Ordinal);
        Assert.False(First(broken).Verdict.Passed);
    }

    [Theory]
    [InlineData("--object-streams=generate")]
    [InlineData("--object-streams=disable")]
    [InlineData("--linearize")]
    [InlineData("--linearize", "--object-streams=generate")]
    [InlineData("--qdf")]
    [InlineData("--newline-before-endstream", "--compress-streams=n")]
    public async Task Files_of_qpdf_are_signed_updated_and_judged(params string[] options)
    {
        var foreign = await ForeignAsync(options);
        var signed = foreign.Sign(Person).Sign(Agency, set => set.Field = "Second");
        Assert.Equal(2, Judge(signed).Count);
        Assert.All(Judge(signed), Passes);
        Assert.Equal(2, (await RunAsync("pdfsig", "-nocert", Write(signed.Octets))).Split("Signature is Valid").Length - 1);
        Refused(First(signed.Update([(foreign.PageNumber, "<< /Type /Page /MediaBox [0 0 1 1] >>")])), PdfRules.Update);
    }

    [Fact]
    public async Task A_file_that_qpdf_encrypted_is_told_to_be_encrypted()
    {
        var (plain, encrypted) = (Write(TestPdf.Create().Octets), Path.Combine(_folder.FullName, "encrypted.pdf"));
        await RunAsync("qpdf", "--encrypt", "", "owner", "256", "--", plain, encrypted);
        Assert.Equal(PdfFaultKind.Encrypted, Report(await File.ReadAllBytesAsync(encrypted)).Refusal?.Kind);
    }

    private async Task<TestPdf> ForeignAsync(string[] options)
    {
        var (plain, made) = (Write(TestPdf.Create().Octets), Path.Combine(_folder.FullName, "foreign.pdf"));
        await RunAsync("qpdf", ["--static-id", .. options, plain, made]);
        var octets = await File.ReadAllBytesAsync(made);
        Assert.Empty(Judge(TestPdf.Create().With(octets)));
        var trailer = await RunAsync("qpdf", "--show-object=trailer", made);
        var catalog = int.Parse(Root().Match(trailer).Groups[1].Value, CultureInfo.InvariantCulture);
        var page = int.Parse(FirstPage().Match(await RunAsync("qpdf", "--show-pages", made)).Groups[1].Value, CultureInfo.InvariantCulture);
        var asStreams = options.Contains("--object-streams=generate");
        return TestPdf.Of(octets, int.Parse(Size().Match(trailer).Groups[1].Value, CultureInfo.InvariantCulture), (catalog, await EntriesAsync(made, catalog)), (page, await EntriesAsync(made, page)), asStreams);
    }

    private static async Task<string> EntriesAsync(string file, int number) => (await RunAsync("qpdf", $"--show-object={number}", file)).Trim()[2..^2];

    private string Write(byte[] octets)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.pdf");
        File.WriteAllBytes(path, octets);
        return path;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return await output + await error;
    }

    [GeneratedRegex("/Root ([0-9]+) 0 R")]
    private static partial Regex Root();

    [GeneratedRegex("/Size ([0-9]+)")]
    private static partial Regex Size();

    [GeneratedRegex("page 1: ([0-9]+) 0 R")]
    private static partial Regex FirstPage();
}
