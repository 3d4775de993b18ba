using System.Globalization;
using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>ByteRange and Contents against the real file: signature exclusion, universal forgery and wrapping, as the research on PDF signatures names them.</summary>
public sealed class ByteRangeTests
{
    private static readonly string s_range = RangeOf(Signed);

    [Theory]
    [InlineData("/ByteRange null")]
    [InlineData("/ByteRange []")]
    [InlineData("/ByteRange [0 0 0 0]")]
    [InlineData("/ByteRange [0 10]")]
    [InlineData("/ByteRange [0 -1 -1 -1]")]
    [InlineData("/ByteRange [-1 9 20 30]")]
    [InlineData("/ByteRange [1 9 20 30]")]
    [InlineData("/ByteRange [0 99 20 30]")]
    [InlineData("/ByteRange [0 9 20 99999999]")]
    [InlineData("/ByteRange [0 9.0 20 30]")]
    [InlineData("/ByteRange (0 9 20 30)")]
    [InlineData("/ByteRange 5 0 R")]
    [InlineData("/ByteRange [0 9 20 30 40 50]")]
    public void A_range_that_is_none_is_refused(string range)
    {
        var signature = First(Signed.With(Replaced(Signed.Octets, s_range, range.PadRight(s_range.Length))));
        Refused(signature, range.EndsWith("null", StringComparison.Ordinal) ? PdfRules.Dictionary : PdfRules.ByteRange);
        Assert.NotEqual(SignatureIntegrity.Intact, signature.Integrity);
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, -1)]
    [InlineData(0, -1, 1)]
    [InlineData(0, 0, -2)]
    [InlineData(0, 0, -7)]
    [InlineData(-20, 0, 0)]
    public void A_range_that_leaves_out_anything_else_is_refused(int hole, int resume, int count)
    {
        var numbers = Numbers(s_range);
        var moved = string.Create(CultureInfo.InvariantCulture, $"/ByteRange [0 {numbers[1] + hole} {numbers[2] + resume} {numbers[3] + count}]").PadRight(s_range.Length);
        Refused(First(Signed.With(Replaced(Signed.Octets, s_range, moved))), PdfRules.ByteRange);
    }

    [Theory]
    [InlineData("/Contents <", "/Contentz <")]
    [InlineData("/ByteRange", "/ByteRangf")]
    [InlineData("/Type /Sig", "/Type /Cat")]
    [InlineData("/ETSI.CAdES.detached", "/ETSI.RFC3161       ")]
    public void A_dictionary_that_lacks_what_it_must_have_is_refused(string before, string after) => Refused(First(Signed.With(Replaced(Signed.Octets, before, after))), PdfRules.Dictionary);

    [Theory]
    [InlineData("/Contents <>")]
    [InlineData("/Contents null")]
    [InlineData("/Contents ()")]
    [InlineData("/Contents 4 0 R")]
    [InlineData("")]
    public void Contents_that_holds_nothing_is_refused(string contents)
    {
        var pdf = TestPdf.Create();
        var after = pdf.Set(fields: [8]);
        var empty = after.Update([(1, after.CatalogBody), (8, "<< /FT /Sig /T (S) /V 7 0 R >>"), (7, $"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 100 200 100] {contents} >>")]);
        Refused(First(empty), PdfRules.Dictionary);
    }

    [Theory]
    [InlineData("8 0 R")]
    [InlineData("99 0 R")]
    [InlineData("(signature)")]
    [InlineData("4 0 R")]
    public void A_value_that_leads_to_no_dictionary_is_refused(string value)
    {
        var after = TestPdf.Create().Set(fields: [7]);
        Refused(First(after.Update([(1, after.CatalogBody), (7, $"<< /FT /Sig /T (S) /V {value} >>"), (8, "null")])), PdfRules.Dictionary);
    }

    [Fact]
    public void Contents_that_is_no_CMS_is_refused()
    {
        Refused(First(TestPdf.Create().Sign(Person, set => set.Change = _ => [])), PdfRules.Contents);
        Refused(First(TestPdf.Create().Sign(Person, set => set.Change = _ => [0x30, 0x03, 0x02, 0x01, 0x01])), PdfRules.Contents);
        Refused(First(TestPdf.Create().Sign(Person, set => set.Change = made => [.. made[..^5], 1, 1, 1, 1, 1, 1])), PdfRules.Contents);
    }

    [Fact]
    public void Behind_the_CMS_are_zeros_and_nothing_else() => Refused(First(TestPdf.Create().Sign(Person, set => set.Change = made => [.. made, 0, 0, 1])), PdfRules.Contents, "zeros");

    [Fact]
    public void The_content_is_not_in_the_CMS() =>
        Refused(First(TestPdf.Create().Sign(Person, set => set.Make = content => OpenSslSigner.Sign(Person, content, null, "-nodetach", "-cades", "-md", "sha256"))), PdfRules.Contents, "content");

    [Fact]
    public void Between_the_ranges_are_hexadecimal_digits_alone()
    {
        var at = Encoding.Latin1.GetString(Signed.Octets).LastIndexOf("00> >>", StringComparison.Ordinal);
        var octets = Signed.Octets.ToArray();
        octets[at] = octets[at + 1] = (byte)' ';
        Refused(First(Signed.With(octets)), PdfRules.ByteRange, "hexadecimal");
    }

    // Signature wrapping: the signed end moves away, and other octets take its place.
    [Fact]
    public void A_second_range_that_was_moved_is_refused()
    {
        var numbers = Numbers(s_range);
        var tail = Signed.Octets[(int)numbers[2]..];
        var evil = Signed.Update([(TestPdf.Content, TestPdf.Stream("BT /F1 24 Tf 72 720 Td (Quyet dinh 99/QD-BHXH) Tj ET"))]).Octets;
        byte[] wrapped = [.. evil, .. tail];
        var range = string.Create(CultureInfo.InvariantCulture, $"/ByteRange [0 {numbers[1]} {evil.Length} {tail.Length}]").PadRight(s_range.Length);
        var signature = First(Signed.With(Replaced(wrapped, s_range, range)));
        Refused(signature, PdfRules.ByteRange);
        Assert.NotEqual(SignatureIntegrity.Intact, signature.Integrity);
    }

    // One Contents is the hole of another signature.
    [Fact]
    public void The_hole_of_another_signature_is_not_its_own()
    {
        var pdf = Signed.Set(fields: [.. Signed.Fields, Signed.Size + 1]);
        var copied = pdf.Update([(1, pdf.CatalogBody), (pdf.Size + 1, $"<< /FT /Sig /T (Copy) /V {pdf.Size} 0 R >>"), (pdf.Size, $"<< /Type /Sig /SubFilter /ETSI.CAdES.detached {s_range} /Contents <3003020101> >>")]);
        Refused(Judge(copied)[1], PdfRules.ByteRange);
    }

    [Fact]
    public void A_signature_in_an_object_stream_stands_nowhere()
    {
        var pdf = TestPdf.Create(asStreams: true);
        var after = pdf.Set(fields: [7]);
        var hidden = after.Update([(1, after.CatalogBody), (7, "<< /FT /Sig /T (S) /V << /Type /Sig /SubFilter /ETSI.CAdES.detached /Byte#52ange [0 100 200 100] /Contents <3003020101> >> >>")]);
        Refused(First(hidden), PdfRules.ByteRange, "does not stand in the file");
    }

    internal static string RangeOf(TestPdf pdf)
    {
        var text = Encoding.Latin1.GetString(pdf.Octets);
        var at = text.LastIndexOf("/ByteRange", StringComparison.Ordinal);
        return text[at..(text.IndexOf(']', at) + 1)];
    }

    private static long[] Numbers(string range) => [.. range.Trim('/', 'B', 'y', 't', 'e', 'R', 'a', 'n', 'g', 'e', ' ', '[', ']').Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
}
