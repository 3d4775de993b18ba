using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>What may follow a signature, and what may not: incremental saving, shadow documents (hide, replace, hide and replace) and their variants.</summary>
public sealed class UpdateReviewTests
{
    private const string Evil = "BT /F1 24 Tf 72 720 Td (Quyet dinh 99/QD-BHXH) Tj ET";

    // A page with a text field, a note, a content that nobody shows, and a reference to nothing.
    private static readonly TestPdf s_rich = TestPdf.Create(
        more:
        [
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (100) /Rect [72 600 200 620] /P 3 0 R /AP << /N 8 0 R >> >>",
            TestPdf.Stream("(100) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 128 20] /Resources << /Font << /F1 5 0 R >> >> "),
            TestPdf.Stream($"\n4 0 obj\n{TestPdf.Stream(Evil)}\nendobj\n"),   // somebody's object that no cross reference names, within a stream
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 9 0 R >>",
        ],
        set: pdf => pdf.Set(page: $"{pdf.PageEntries} /B [90 0 R]", fields: [7], annotations: [7]));

    private static readonly TestPdf s_signed = s_rich.Sign(Person);

    public static TheoryData<string, string> Attacks => new()
    {
        { "content", "object 4 was changed, which is Contents of page 1 (object 3)" },
        { "content by a new object", "page 1 (object 3) has another Contents" },
        { "page exchanged in the tree", "object 2" },
        { "page tree exchanged in the catalog", "another Pages" },
        { "catalog exchanged in the trailer", "another Root" },
        { "open action", "another OpenAction" },
        { "layers", "another OCProperties" },
        { "font", "object 5" },
        { "font reached through the form", "object 5" },
        { "hidden content taken back", "outside of the update" },
        { "dangling reference filled", "object 90" },
        { "deleted object", "object 4" },
        { "generation raised", "object 4 has another generation" },
        { "appearance without a value", "another AP" },
        { "appearance stream overwritten", "object 8" },
        { "default appearance", "another DA" },
        { "appearances regenerated", "another NeedAppearances" },
        { "field added", "not for a signature" },
        { "field taken away", "lack one" },
        { "free text", "FreeText" },
        { "stamp", "Stamp" },
        { "note that draws", "with a AP" },
        { "annotation taken away", "lack one" },
        { "annotation not on top", "lack one" },
        { "signature that is not one", "not intact" },
        { "signature field with an action", "has a A" },
        { "signature field of the same name", "beside one" },
        { "signature taken out of its field", "another V" },
        { "metadata that is a page", "object 4" },
        { "info that is a font", "object 5" },
        { "security store that is a content", "object 4" },
        { "octets between objects", "belong to no object" },
        { "another file in a comment", "belong to no object" },
        { "object that nothing needs", "object 50" },
        { "revision skipped", "belong to no object" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void A_change_that_nothing_allows_breaks_the_trust(string attack, string detail)
    {
        var signature = First(Attacked(attack));
        Refused(signature, PdfRules.Update, detail);
        Assert.Equal((SignatureIntegrity.Intact, SignatureScope.Partial), (signature.Integrity, signature.Scope));
    }

    // Whoever signs afterwards answers for his own signature; the one before stays broken.
    [Theory]
    [InlineData("content")]
    [InlineData("stamp")]
    [InlineData("font")]
    public void A_later_signature_does_not_heal_a_change(string attack)
    {
        var signatures = Judge(Attacked(attack).Sign(Agency, set => set.Field = "Later"));
        Refused(signatures[0], PdfRules.Update);
        Passes(signatures[1]);
    }

    [Theory]
    [InlineData("filled", PdfRules.Permission)]
    [InlineData("note", PdfRules.Permission)]
    [InlineData("info", PdfRules.Coverage)]
    [InlineData("metadata", PdfRules.Coverage)]
    [InlineData("empty field", PdfRules.Coverage)]
    [InlineData("nothing", PdfRules.Coverage)]
    public void What_follows_the_last_signature_and_is_not_signed_leaves_it_open(string change, string rule)
    {
        var signature = First(Changed(change));
        Fails(signature, Indication.Indeterminate, SubIndication.SigConstraintsFailure, rule);
        Assert.Equal(SignatureScope.Partial, signature.Scope);
        Assert.Equal(CoverageKind.ByteRange, Assert.Single(signature.Coverage).Kind);
    }

    [Theory]
    [InlineData("info")]
    [InlineData("metadata")]
    [InlineData("empty field")]
    [InlineData("nothing")]
    public void What_is_harmless_and_then_signed_passes(string change) => Assert.All(Judge(Changed(change).Sign(Agency, set => set.Field = "Later")), Passes);

    [Fact]
    public void Filling_in_that_nobody_allowed_stays_open_even_when_signed()
    {
        var signatures = Judge(Changed("filled").Sign(Agency, set => set.Field = "Later"));
        Fails(signatures[0], Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Permission);
        Passes(signatures[1]);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("%%EOF\n")]
    [InlineData("any octets")]
    public void Octets_behind_the_end_leave_it_open(string tail)
    {
        var signature = First(s_signed.With([.. s_signed.Octets, .. Encoding.Latin1.GetBytes(tail)]));
        Fails(signature, Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Coverage);
        Assert.Equal(SignatureScope.Partial, signature.Scope);
    }

    // Sneaky signature: anybody can sign by a key of his own, and let the signature show what he likes.
    [Fact]
    public void A_signature_by_somebody_unknown_may_follow_but_not_draw()
    {
        Passes(First(s_signed.Sign(Stranger, set => set.Field = "Later")));
        var drawn = Judge(s_signed.Sign(Stranger, set => (set.Field, set.Rect, set.HasAppearance) = ("Later", "0 0 595 842", true)));
        Fails(drawn[0], Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Permission, "draws");
        Assert.All(Judge(s_signed.Sign(Agency, set => (set.Field, set.Rect, set.HasAppearance) = ("Later", "72 72 242 102", true))), Passes);
    }

    [Fact]
    public void The_same_objects_written_again_change_nothing()
    {
        var again = s_signed.Update([(TestPdf.Content, TestPdf.Stream("BT /F1 24 Tf 72 720 Td (Quyet dinh 12/QD-BHXH) Tj ET")), (2, "<< /Count 1 /Kids [ 3 0 R ] /Type /Pages >>")]).Sign(Agency, set => set.Field = "Later");
        Assert.All(Judge(again), Passes);
    }

    private static TestPdf Changed(string change) => change switch
    {
        "filled" => s_signed.Update([(7, Field("(999)", "20 0 R")), (20, TestPdf.Stream("(999) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 128 20] /Resources << /Font << /F1 5 0 R >> >> "))]),
        "note" => Annotated("<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (seen) /P 3 0 R >>"),
        "info" => s_signed.Update([(TestPdf.Info, "<< /Title (Quyet dinh) /Producer (other) /ModDate (D:20261121090000Z) >>")], set => set.Trailer = "/Info 6 0 R"),
        "metadata" => Catalogued("/Metadata 20 0 R", (20, TestPdf.Stream("<x/>", "/Type /Metadata /Subtype /XML "))),
        "empty field" => WithCatalog(s_signed.Set(fields: [.. s_signed.Fields, 20]), (20, "<< /FT /Sig /T (Agency) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 >>")),
        _ => s_signed.Update([]),
    };

    private static TestPdf Attacked(string attack)
    {
        var (signed, page) = (s_signed, s_signed.PageEntries);
        return attack switch
        {
            "content" => signed.Update([(TestPdf.Content, TestPdf.Stream(Evil))]),
            "content by a new object" => signed.Update([(3, signed.Set(page: page.Replace("/Contents 4", "/Contents 20")).PageBody), (20, TestPdf.Stream(Evil))]),
            "page exchanged in the tree" => signed.Update([(2, "<< /Type /Pages /Kids [10 0 R] /Count 1 >>")]),
            "page tree exchanged in the catalog" => Catalogued("", (20, "<< /Type /Pages /Kids [10 0 R] /Count 1 >>"), "/Pages 2", "/Pages 20"),
            "catalog exchanged in the trailer" => signed.Update([(20, signed.CatalogBody)], set => set.Root = 20),
            "open action" => Catalogued("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
            "layers" => Catalogued("/OCProperties << /OCGs [] /D << >> >>"),
            "font" => signed.Update([(TestPdf.Font, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding << /Differences [49 /nine] >> >>")]),
            "font reached through the form" => Formed("/DR << /Font << /F1 5 0 R >> >> ", (TestPdf.Font, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")),
            "hidden content taken back" => signed.Update([], set => set.Elsewhere[4] = (HiddenPlace(), 0)),
            "dangling reference filled" => signed.Update([(90, "<< /Type /Bead >>")]),
            "deleted object" => signed.Update([], set => set.Elsewhere[4] = null),
            "generation raised" => signed.Update([], set => (set.Elsewhere[4], set.Between) = ((signed.Octets.Length, 1), $"4 1 obj\n{TestPdf.Stream("BT /F1 24 Tf 72 720 Td (Quyet dinh 12/QD-BHXH) Tj ET")}\nendobj\n")),
            "appearance without a value" => signed.Update([(7, Field("(100)", "20 0 R")), (20, TestPdf.Stream("(999) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 128 20] "))]),
            "appearance stream overwritten" => signed.Update([(8, TestPdf.Stream("(999) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 128 20] "))]),
            "default appearance" => signed.Update([(7, Field("(100)", "8 0 R", "/DA (/F1 1 Tf)"))]),
            "appearances regenerated" => Formed("/NeedAppearances true "),
            "field added" => WithCatalog(signed.Set(fields: [.. signed.Fields, 20]), (20, "<< /FT /Tx /T (More) /V (1) >>")),
            "field taken away" => WithCatalog(signed.Set(fields: [.. signed.Fields.Skip(1)])),
            "free text" => Annotated("<< /Type /Annot /Subtype /FreeText /Rect [72 700 400 740] /DA (/F1 24 Tf) /Contents (Quyet dinh 99) >>"),
            "stamp" => Annotated("<< /Type /Annot /Subtype /Stamp /Rect [72 700 400 740] /AP << /N 21 0 R >> >>", (21, TestPdf.Stream("1 1 1 rg 0 0 400 40 re f", "/Subtype /Form /BBox [0 0 400 40] "))),
            "note that draws" => Annotated("<< /Type /Annot /Subtype /Text /Rect [72 700 400 740] /AP << /N 21 0 R >> >>", (21, TestPdf.Stream("1 1 1 rg 0 0 400 40 re f", "/Subtype /Form /BBox [0 0 400 40] "))),
            "annotation taken away" => signed.Update([(3, signed.Set(annotations: []).PageBody)]),
            "annotation not on top" => signed.Update([(3, signed.Set(annotations: [.. signed.Annotations.Reverse()]).PageBody)]),
            "signature that is not one" => signed.Sign(Agency, set => (set.Field, set.Change) = ("Later", made => [.. made[..^1], (byte)(made[^1] ^ 1)])),
            "signature field with an action" => signed.Sign(Agency, set => (set.Field, set.FieldEntries) = ("Later", "/A << /S /JavaScript /JS (1) >> ")),
            "signature field of the same name" => signed.Sign(Agency, set => set.Field = "Signature1"),
            "signature taken out of its field" => WithoutValue(),
            "metadata that is a page" => Catalogued("/Metadata 4 0 R", (4, TestPdf.Stream(Evil))),
            "info that is a font" => signed.Update([(5, "<< /Title (x) /Type /Font /Subtype /Type1 /BaseFont /Courier >>")], set => set.Trailer = "/Info 5 0 R"),
            "security store that is a content" => Catalogued("/DSS << /Certs [4 0 R] >>", (4, TestPdf.Stream(Evil))),
            "octets between objects" => signed.Update([(6, "<< /Title (x) >>")], set => (set.Trailer, set.Between) = ("/Info 6 0 R", "99 0 obj << >> endobj\n")),
            "another file in a comment" => signed.Update([(6, "<< /Title (x) >>")], set => (set.Trailer, set.Between) = ("/Info 6 0 R", "%PDF-1.7\n")),
            "object that nothing needs" => signed.Update([(50, "<< /A 1 >>")]),
            _ => signed.Update([(TestPdf.Content, TestPdf.Stream(Evil))]).Update([(6, "<< /Title (x) >>")], set => (set.Trailer, set.Prev) = ("/Info 6 0 R", signed.StartXref)),
        };
    }

    // The signature is taken out of its field and put into another one, by which it is still found.
    private static TestPdf WithoutValue()
    {
        var field = s_signed.Fields[^1];
        var taken = s_signed.Update([(field, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0] /P 3 0 R >>")]);
        var again = taken.Set(fields: [.. taken.Fields, taken.Size]);
        return again.Update([(1, again.CatalogBody), (taken.Size, $"<< /FT /Sig /T (Elsewhere) /V {field - 1} 0 R >>")]);
    }

    private static TestPdf Catalogued(string entries, (int, string)? other = null, string before = " ", string after = " ") =>
        WithCatalog(s_signed.Set(catalog: $"{s_signed.CatalogEntries.Replace(before, after, StringComparison.Ordinal)} {entries}"), other is { } more ? [more] : []);

    private static TestPdf Formed(string entries, params (int, string)[] others) => WithCatalog(s_signed.Set(form: entries), others);

    private static TestPdf WithCatalog(TestPdf next, params (int, string)[] others) => next.Update([(TestPdf.Catalog, next.CatalogBody), .. others]);

    private static TestPdf Annotated(string annotation, params (int, string)[] others)
    {
        var next = s_signed.Set(annotations: [.. s_signed.Annotations, 20]);
        return next.Update([(3, next.PageBody), (20, annotation), .. others]);
    }

    private static string Field(string value, string appearance, string more = "") => $"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V {value} /Rect [72 600 200 620] /P 3 0 R /AP << /N {appearance} >> {more} >>";

    private static long HiddenPlace() => Encoding.Latin1.GetString(s_signed.Octets).LastIndexOf("\n4 0 obj", StringComparison.Ordinal) + 1;
}
