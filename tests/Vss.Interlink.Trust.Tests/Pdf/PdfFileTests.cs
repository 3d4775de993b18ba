using System.Globalization;
using System.IO.Compression;
using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>The reader of PDF files: what it reads, what it refuses, and that neither loops nor bombs hold it up.</summary>
public sealed class PdfFileTests
{
    public static TheoryData<string, PdfFaultKind> Broken => new()
    {
        { "nothing", PdfFaultKind.Malformed },
        { "no header", PdfFaultKind.Malformed },
        { "header not first", PdfFaultKind.Malformed },
        { "no startxref", PdfFaultKind.Malformed },
        { "startxref beyond the end", PdfFaultKind.Malformed },
        { "startxref to an object", PdfFaultKind.Malformed },
        { "startxref too long", PdfFaultKind.Malformed },
        { "end cut off", PdfFaultKind.Malformed },
        { "Prev to itself", PdfFaultKind.Malformed },
        { "Prev round and round", PdfFaultKind.Malformed },
        { "Prev beyond the end", PdfFaultKind.Malformed },
        { "Prev that is a name", PdfFaultKind.Malformed },
        { "object twice in a table", PdfFaultKind.Malformed },
        { "table of a million numbers", PdfFaultKind.Malformed },
        { "numbers out of bounds", PdfFaultKind.Limit },
        { "no Root", PdfFaultKind.Malformed },
        { "Root that is free", PdfFaultKind.Malformed },
        { "key twice in the trailer", PdfFaultKind.Malformed },
        { "nested too deep", PdfFaultKind.Limit },
        { "encrypted", PdfFaultKind.Encrypted },
        { "bomb", PdfFaultKind.Limit },
        { "stream whose length is itself", PdfFaultKind.Malformed },
        { "references in a circle", PdfFaultKind.Malformed },
        { "object of a million parts", PdfFaultKind.Limit },
        { "form of a hundred thousand fields", PdfFaultKind.Limit },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_cannot_be_read_is_refused_and_the_place_named(string how, PdfFaultKind kind)
    {
        var report = Report(Octets(how));
        Assert.Empty(report.Signatures);
        Assert.Equal(kind, report.Refusal?.Kind);
        Assert.NotEmpty(report.Refusal!.Detail);
    }

    // Without its end the last update is not there; what it signed must not look as if nobody had.
    [Fact]
    public void A_file_that_was_cut_short_is_no_file_without_a_signature()
    {
        var (first, whole) = (TestPdf.Create().Octets, Signed.Octets);
        for (var length = first.Length + 16; length < whole.Length - 6; length += 7)
        {
            var report = Report(whole[..length]);
            Assert.True(report.Refusal is { Kind: PdfFaultKind.Malformed }, $"{length} of {whole.Length}");
        }

        Assert.Null(Report(first).Refusal);
    }

    [Theory]
    [InlineData("0000000015 00000 n", "0000000016 00000 n")]
    [InlineData("0000000015 00000 n", "0000000015 00001 n")]
    [InlineData("/Size 9", "/Size 4")]
    public void A_cross_reference_that_does_not_name_its_object_spoils_every_signature(string before, string after)
    {
        var text = Encoding.Latin1.GetString(Signed.Octets).Replace(before, after, StringComparison.Ordinal);
        var report = Report(Encoding.Latin1.GetBytes(text));
        Assert.True(report.Refusal is not null || report.Signatures.All(signature => !signature.Verdict.Passed && signature.Verdict.Ladder.Any(step => !step.Ok && step.Rule == PdfRules.Structure)));
    }

    [Fact]
    public void Every_prefix_of_a_file_is_refused_or_not_passed()
    {
        var octets = TestPdf.Create().Sign(Person, set => set.Room = 1000).Octets;
        for (var length = 0; length < octets.Length; length += 7)
        {
            var report = Report(octets[..length]);
            Assert.True(report.Refusal is not null || report.Signatures.All(signature => !signature.Verdict.Passed));
        }
    }

    [Fact]
    public void No_octet_of_a_signed_file_can_be_changed_and_nothing_throws()
    {
        var signed = TestPdf.Create().Sign(Person, set => set.Room = 900);
        var octets = signed.Octets;
        var (hole, resume) = Hole(octets);
        for (var at = 0; at < octets.Length; at++)
        {
            foreach (var flip in (byte[])[1, 0x80])
            {
                var changed = octets.ToArray();
                changed[at] ^= flip;
                var report = Report(changed);
                if (at < hole || at >= resume) Assert.True(report.Refusal is not null || report.Signatures.All(signature => !signature.Verdict.Passed), $"octet {at}");
            }
        }

        Passes(First(signed));
    }

    [Fact]
    public void A_hybrid_file_is_read_by_both_of_its_tables()
    {
        Passes(First(Hybrid(disagrees: false).Sign(Person)));
        Assert.Equal(PdfFaultKind.Malformed, Report(Hybrid(disagrees: true).Octets).Refusal?.Kind);
    }

    [Fact]
    public void A_table_and_a_stream_may_follow_each_other()
    {
        var streams = TestPdf.Create(asStreams: true).Sign(Person);
        var table = streams.Sign(Agency, set => (set.Field, set.Update) = ("Later", update => update.AsStreams = false));
        Assert.All(Judge(table), Passes);
    }

    [Fact]
    public void Streams_of_objects_may_be_deflated_with_a_predictor()
    {
        var plain = TestPdf.Create(asStreams: true);
        var start = plain.Octets.Length;
        const byte up = 2;   // PNG's predictor: what stands above, which for the first row is nothing
        var data = Encoding.Latin1.GetString(Deflated([up, .. Encoding.Latin1.GetBytes(Row(1, start, 0))]));
        var section = $"{plain.Size} 0 obj\n{TestPdf.Stream(data, $"/Type /XRef /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 7 >> /W [1 4 2] /Index [{plain.Size} 1] /Size {plain.Size + 1} /Root 1 0 R /Prev {plain.StartXref} ")}\nendobj\nstartxref\n{start}\n%%EOF\n";
        var octets = (byte[])[.. plain.Octets, .. Encoding.Latin1.GetBytes(section)];
        var deflated = TestPdf.Of(octets, plain.Size + 1, (1, plain.CatalogEntries), (3, plain.PageEntries), asStreams: true);
        Passes(First(deflated.Sign(Person)));
    }

    [Fact]
    public void A_thousand_updates_are_over_the_limit_and_cost_little()
    {
        var pdf = Signed;
        for (var index = 0; index < 600; index++) pdf = pdf.Update([]);
        Assert.Equal(PdfFaultKind.Limit, Report(pdf.Octets).Refusal?.Kind);
    }

    internal static (int Hole, int Resume) Hole(byte[] octets)
    {
        var text = Encoding.Latin1.GetString(octets);
        var hole = text.LastIndexOf("/Contents <", StringComparison.Ordinal) + "/Contents ".Length;
        return (hole, text.IndexOf('>', hole) + 1);
    }

    private static byte[] Octets(string how)
    {
        var pdf = TestPdf.Create();
        var text = Encoding.Latin1.GetString(pdf.Octets);
        var end = $"startxref\n{pdf.StartXref}\n%%EOF\n";
        return Encoding.Latin1.GetBytes(how switch
        {
            "nothing" => "",
            "no header" => text.Replace("%PDF-", "%FDP-", StringComparison.Ordinal),
            "header not first" => "\n" + text,
            "no startxref" => text.Replace("startxref", "startxxxx", StringComparison.Ordinal),
            "startxref beyond the end" => text.Replace(end, "startxref\n99999999\n%%EOF\n", StringComparison.Ordinal),
            "startxref to an object" => text.Replace(end, "startxref\n15\n%%EOF\n", StringComparison.Ordinal),
            "startxref too long" => text.Replace(end, $"startxref\n{new string('9', 40)}\n%%EOF\n", StringComparison.Ordinal),
            "end cut off" => text[..^8],
            "Prev to itself" => Updated(pdf, set => set.Prev = pdf.Octets.Length),
            "Prev round and round" => Updated(pdf.With(Encoding.Latin1.GetBytes(text.Replace("/Info 6 0 R", $"/Prev {text.Length} ", StringComparison.Ordinal))), _ => { }),
            "Prev beyond the end" => Updated(pdf, set => set.Prev = 99999999),
            "Prev that is a name" => text.Replace("/Info 6 0 R", "/Prev /No", StringComparison.Ordinal),
            "object twice in a table" => text.Replace("trailer", "5 1\n0000000015 00000 n \ntrailer", StringComparison.Ordinal),
            "table of a million numbers" => text.Replace("0 7\n", "0 1000000\n", StringComparison.Ordinal),
            "numbers out of bounds" => text.Replace("0 7\n", "0 999999999\n", StringComparison.Ordinal),
            "no Root" => text.Replace("/Root 1 0 R", "", StringComparison.Ordinal),
            "Root that is free" => text.Replace("/Root 1 0 R", "/Root 0 0 R", StringComparison.Ordinal),
            "key twice in the trailer" => text.Replace("/Root 1 0 R", "/Root 1 0 R /Root 2 0 R", StringComparison.Ordinal),
            "nested too deep" => text.Replace("/Info 6 0 R", "/Info " + new string('[', 5000), StringComparison.Ordinal),
            "encrypted" => text.Replace("/Info 6 0 R", "/Encrypt << /Filter /Standard /V 1 /R 2 >>", StringComparison.Ordinal),
            "bomb" => Bomb(),
            "stream whose length is itself" => Updated(pdf, set => set.Root = 20, (20, "<< /Length 20 0 R >>\nstream\n1\nendstream")),
            "object of a million parts" => Updated(pdf, set => set.Root = 20, (20, $"[{string.Concat(Enumerable.Repeat("0 ", 1_000_000))}]")),
            "form of a hundred thousand fields" => Updated(pdf, _ => { }, (1, $"<< {pdf.CatalogEntries} /AcroForm << /Fields [{string.Concat(Enumerable.Repeat("90 0 R ", 100_000))}] >> >>")),
            _ => Updated(pdf, set => set.Root = 20, (20, "21 0 R"), (21, "20 0 R")),
        });
    }

    private static string Updated(TestPdf pdf, Action<UpdateSettings> set, params (int, string)[] objects) => Encoding.Latin1.GetString(pdf.Update(objects, set).Octets);

    // Two hundred megabytes of zeros where the catalog should be.
    private static string Bomb()
    {
        var deflated = Encoding.Latin1.GetString(Deflated(new byte[200 * 1024 * 1024]));
        var text = new StringBuilder("%PDF-1.7\n");
        text.Append(CultureInfo.InvariantCulture, $"2 0 obj\n{TestPdf.Stream(deflated, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode ")}\nendobj\n");
        var start = text.Length;
        var rows = string.Concat(Row(0, 0, 0), Row(2, 2, 0), Row(1, 9, 0), Row(1, start, 0));
        text.Append(CultureInfo.InvariantCulture, $"3 0 obj\n{TestPdf.Stream(rows, "/Type /XRef /W [1 4 2] /Size 4 /Root 1 0 R ")}\nendobj\nstartxref\n{start}\n%%EOF\n");
        return text.ToString();
    }

    // An update whose table hides object 22 from old readers; the stream of newer ones names it, and perhaps another place for an object of the table.
    private static TestPdf Hybrid(bool disagrees)
    {
        var pdf = TestPdf.Create();
        var first = pdf.Octets.Length;
        var catalog = $"1 0 obj\n{pdf.CatalogBody}\nendobj\n";
        var hidden = $"22 0 obj\n<< /Hidden true >>\nendobj\n";
        var at = first + catalog.Length;
        var start = at + hidden.Length;
        var rows = Row(1, at, 0) + Row(1, start, 0) + (disagrees ? Row(1, at, 0) : "");
        var index = disagrees ? "22 2 1 1" : "22 2";
        var stream = $"23 0 obj\n{TestPdf.Stream(rows, $"/Type /XRef /W [1 4 2] /Index [{index}] /Size 24 /Root 1 0 R ")}\nendobj\n";
        var hybrid = pdf.Update([(1, pdf.CatalogBody)], set => (set.Between, set.Trailer) = (hidden + stream, $"/Info 6 0 R /XRefStm {start}"));
        return TestPdf.Of(hybrid.Octets, 24, (1, pdf.CatalogEntries), (3, pdf.PageEntries), asStreams: false);
    }

    private static string Row(int kind, long at, int third) => string.Concat((char)kind, (char)(at >> 24), (char)(at >> 16 & 255), (char)(at >> 8 & 255), (char)(at & 255), (char)(third >> 8), (char)(third & 255));

    private static byte[] Deflated(byte[] octets)
    {
        using var output = new MemoryStream();
        using (var deflate = new ZLibStream(output, CompressionLevel.Fastest)) deflate.Write(octets);
        return output.ToArray();
    }
}
