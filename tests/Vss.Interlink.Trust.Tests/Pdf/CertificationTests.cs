using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>What a certification allows (DocMDP) and what a signature locks (FieldMDP, Lock); attacks on certified documents: evil annotations and sneaky signatures.</summary>
public sealed class CertificationTests
{
    private static readonly TestPdf s_form = TestPdf.Create(
        more:
        [
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /Rect [72 600 200 620] /P 3 0 R >>",
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Agency) /F 4 /Rect [72 500 200 520] /P 3 0 R >>",
        ],
        set: pdf => pdf.Set(fields: [7, 8], annotations: [7, 8]));

    [Theory]
    [InlineData(1, "filled", PdfRules.Certification)]
    [InlineData(2, "filled", null)]
    [InlineData(3, "filled", null)]
    [InlineData(1, "note", PdfRules.Certification)]
    [InlineData(2, "note", PdfRules.Certification)]
    [InlineData(3, "note", null)]
    [InlineData(3, "FreeText", PdfRules.Update)]
    [InlineData(3, "Stamp", PdfRules.Update)]
    [InlineData(3, "Redact", PdfRules.Update)]
    [InlineData(3, "Square", PdfRules.Update)]
    [InlineData(1, "signed", PdfRules.Certification)]
    [InlineData(2, "signed", null)]
    [InlineData(3, "signed", null)]
    [InlineData(1, "new invisible field", PdfRules.Certification)]
    [InlineData(2, "new invisible field", null)]
    [InlineData(2, "new visible field", PdfRules.Certification)]
    [InlineData(3, "new visible field", PdfRules.Certification)]
    [InlineData(7, "filled", PdfRules.Certification)]
    [InlineData(2, "content", PdfRules.Update)]
    [InlineData(3, "content", PdfRules.Update)]
    public void A_certification_allows_what_its_level_says(int level, string change, string? rule)
    {
        var certified = Certified(level);
        var signatures = Judge(Changed(certified, change));
        if (rule is null) Assert.All(signatures, Passes);
        else Refused(signatures[^1].Id == "Certified" ? signatures[^1] : signatures.Single(signature => signature.Id == "Certified"), rule);
    }

    [Theory]
    [InlineData("/Action /All", true)]
    [InlineData("/Action /Include /Fields [(Amount)]", true)]
    [InlineData("/Action /Include /Fields [(Other)]", false)]
    [InlineData("/Action /Exclude /Fields [(Amount) (Agency)]", false)]
    [InlineData("/Action /Exclude /Fields [(Other)]", true)]
    public void A_locked_field_stays_as_it_is(string parameters, bool isLocked)
    {
        var byReference = s_form.Sign(Person, set => (set.Field, set.Entries) = ("Certified", $"/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >> << /TransformMethod /FieldMDP /TransformParams << {parameters} >> >>]"));
        var byField = s_form.Sign(Person, set => (set.Field, set.Entries, set.FieldEntries) = ("Certified", "/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >>]", $"/Lock << /Type /SigFieldLock {parameters} >> "));
        foreach (var pdf in new[] { byReference, byField })
        {
            var signatures = Judge(Changed(pdf, "filled"));
            if (isLocked) Refused(signatures.Single(signature => signature.Id == "Certified"), PdfRules.FieldLock, "Amount");
            else Assert.All(signatures, Passes);
        }
    }

    [Fact]
    public void A_lock_may_forbid_every_change()
    {
        var pdf = s_form.Sign(Person, set => (set.Field, set.FieldEntries) = ("Certified", "/Lock << /Type /SigFieldLock /Action /Include /Fields [] /P 1 >> "));
        Refused(Judge(Changed(pdf, "signed")).Single(signature => signature.Id == "Certified"), PdfRules.Certification);
    }

    // What the first one forbade the second one does not allow again.
    [Fact]
    public void A_later_signer_cannot_allow_what_an_earlier_one_forbade()
    {
        var pdf = Certified(2).Sign(Agency, set => (set.Field, set.Entries) = ("Second", "/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >>]"));
        foreach (var signature in Judge(Changed(pdf, "note")).Where(signature => signature.Id is "Certified" or "Second")) Refused(signature, PdfRules.Certification);
    }

    [Fact]
    public void The_level_is_two_where_none_is_named()
    {
        var pdf = s_form.Sign(Person, set => (set.Field, set.Entries) = ("Certified", "/Reference [<< /TransformMethod /DocMDP >>]"));
        Assert.All(Judge(Changed(pdf, "filled")), Passes);
        Refused(Judge(Changed(pdf, "note")).Single(signature => signature.Id == "Certified"), PdfRules.Certification);
    }

    // Nobody signed what was filled in, though it was allowed.
    [Fact]
    public void Filling_in_after_the_last_signature_leaves_it_open()
    {
        var signature = First(Filled(Certified(2)));
        Fails(signature, Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Coverage);
        Assert.Equal(SignatureScope.Partial, signature.Scope);
    }

    [Fact]
    public void A_certification_cannot_be_taken_back()
    {
        var certified = Certified(1);
        var without = certified.Set(catalog: certified.CatalogEntries.Replace("/Perms << /DocMDP 9 0 R >>", "", StringComparison.Ordinal));
        Refused(First(without.Update([(1, without.CatalogBody)])), PdfRules.Update, "another Perms");
    }

    private static TestPdf Certified(int level) =>
        s_form.Set(catalog: $"{s_form.CatalogEntries} /Perms << /DocMDP 9 0 R >>").Sign(Person, set => (set.Field, set.Entries) = ("Certified", $"/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {level} /V /1.2 >> >>]"));

    private static TestPdf Filled(TestPdf pdf) => pdf.Update([(7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (5) /Rect [72 600 200 620] /P 3 0 R >>")]);

    // Whatever is changed is signed by the agency afterwards, as it should be.
    private static TestPdf Changed(TestPdf pdf, string change)
    {
        switch (change)
        {
            case "filled":
                return Last(Filled(pdf));
            case "content":
                return Last(pdf.Update([(TestPdf.Content, TestPdf.Stream("(99) Tj"))]));
            case "signed":
                return Last(pdf);
            case "new invisible field":
                return pdf.Sign(Agency, set => set.Field = "New");
            case "new visible field":
                return pdf.Sign(Agency, set => (set.Field, set.Rect, set.HasAppearance) = ("New", "72 700 400 740", true));
            default:
                var next = pdf.Set(annotations: [.. pdf.Annotations, pdf.Size]);
                var kind = change == "note" ? "Text" : change;
                return Last(next.Update([(3, next.PageBody), (pdf.Size, $"<< /Type /Annot /Subtype /{kind} /Rect [72 700 400 740] /Contents (note) >>")]));
        }
    }

    private static TestPdf Last(TestPdf pdf) => pdf.Sign(Agency, set =>
    {
        (set.Existing, set.Field, set.Rect) = (8, "Agency", "72 500 200 520");
        set.Flags = 4;
    });
}
